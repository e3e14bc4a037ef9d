"""A record is a document that an app keeps, and that is seen within its scopes.

A user sees what is within the application's project and, there, for this user or for all of them; an application's
server what is within its project, and its public key, which every user carries, what is there for all of them; an
operator everything of the organization; a device itself.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.domain.access.ids import ApplicationId, OrganizationId, ProjectId, RecordId, UserId
from wattlink.domain.records.filters import Condition


class RecordKind(StrEnum):
    """What a record is."""

    THNG = "thng"
    PRODUCT = "product"
    ACTION = "action"
    ACTION_TYPE = "action_type"


class Scopes(msgspec.Struct, frozen=True, kw_only=True):
    """Within which projects a record is seen, and by which users there."""

    projects: tuple[ProjectId, ...] = ()
    users: tuple[UserId, ...] = ()
    is_for_all_users: bool = False


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it is stored; `user_id` is the user whose it is, `created_by` who made it.

    `document` is what is said of it, other records and users by their UUIDs; `name` is also there, of an action its
    type.
    """

    record_id: RecordId
    kind: RecordKind
    organization_id: OrganizationId
    application_id: ApplicationId | None
    user_id: UserId | None
    created_by: UUID | None
    projects: tuple[ProjectId, ...]
    users: tuple[UserId, ...]
    is_for_all_users: bool
    name: str | None
    document: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    @property
    def scopes(self) -> Scopes:
        """Where it is seen."""
        return Scopes(projects=self.projects, users=self.users, is_for_all_users=self.is_for_all_users)


class NewRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record to be made; without `scopes` it is seen as its maker's kind of key says, in `project_id` if given."""

    kind: RecordKind
    document: dict[str, Any]
    scopes: Scopes | None = None
    project_id: ProjectId | None = None


class RecordChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a record: what isn't given stays, what is None goes. Scopes are changed part by part."""

    document: dict[str, Any] = {}
    projects: tuple[ProjectId, ...] | UnsetType = UNSET
    users: tuple[UserId, ...] | UnsetType = UNSET
    is_for_all_users: bool | UnsetType = UNSET


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which records of a kind a list shows: of a name, within one project, of these ids, fulfilling all conditions."""

    kind: RecordKind
    name: str | None = None
    conditions: tuple[Condition, ...] = ()
    ids: tuple[RecordId, ...] | None = None
    project_id: ProjectId | None = None
