"""Projects, and applications within them, with what is said of both."""

from datetime import datetime
from typing import Any

import msgspec

from wattlink.domain.access.ids import ApplicationId, OrganizationId, ProjectId


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A project; `document` is what else is said of it, under the names of whoever says it."""

    project_id: ProjectId
    organization_id: OrganizationId
    name: str
    document: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class ProjectApplication(msgspec.Struct, frozen=True, kw_only=True):
    """An application as its project shows it; `default_role` is what its new users are."""

    application_id: ApplicationId
    organization_id: OrganizationId
    project_id: ProjectId
    name: str
    document: dict[str, Any]
    default_role: str
    created_at: datetime
    changed_at: datetime
