"""Make projects, and applications in them."""

from datetime import datetime
from typing import Any

from wattlink.base.ids import new_id
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import OrganizationId, ProjectId
from wattlink.domain.organizations.names import checked_name
from wattlink.domain.organizations.projects import store
from wattlink.domain.organizations.projects.model import Project


async def create_project(
    tx: Transaction, organization_id: OrganizationId, name: str, document: dict[str, Any], *, now: datetime
) -> Project:
    """A new project."""
    project = Project(
        project_id=ProjectId(new_id()),
        organization_id=organization_id,
        name=checked_name(name),
        document=document,
        created_at=now,
        updated_at=now,
    )
    await store.add(tx, project)
    return project
