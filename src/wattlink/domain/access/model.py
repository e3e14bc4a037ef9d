"""The caller's reach: a required parameter of every store function that takes an id from outside."""

from enum import StrEnum
from uuid import UUID

import msgspec

from wattlink.domain.access.ids import (
    ApplicationId,
    KeyId,
    OperatorTokenId,
    OrganizationId,
    ProjectId,
    ShareId,
    UserId,
)
from wattlink.domain.access.permissions import Permission, may
from wattlink.domain.errors import NotFound, NotPermitted


class KeyKind(StrEnum):
    """Whose key it is that opened the door."""

    OPERATOR = "operator"
    APPLICATION = "app"  # public: it stands in what the app's users carry around
    TRUSTED = "trusted"  # secret: the app's own server, also by its client credentials
    USER = "user"
    DEVICE = "device"


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller may touch.

    `applications` within reach, the first its own; `only_user` limits it to one user's data; `actor` is the key or the
    operator's token that acts, None for the server itself; `operates` is the organization that an operator
    administers, None for an application.

    With a user's key, `caller` is the user who acts and `only_user` the one whose data it reaches: the same one, or
    the one who shares; `share_id` says by what, `permissions` are those of its role, None where no role limits it.
    A device's key is of the device or record `subject_id`. `project_id` is the application's, None for operators.
    """

    applications: tuple[ApplicationId, ...]
    only_user: UserId | None = None
    actor: KeyId | OperatorTokenId | None = None
    operates: OrganizationId | None = None
    kind: KeyKind = KeyKind.TRUSTED
    caller: UserId | None = None
    permissions: tuple[Permission, ...] | None = None
    share_id: ShareId | None = None
    subject_id: UUID | None = None
    project_id: ProjectId | None = None

    @property
    def application_id(self) -> ApplicationId:
        """The application in whose name new rows are made."""
        return self.applications[0]

    @property
    def organization_id(self) -> OrganizationId:
        """The organization whose administration is within reach; raises NotPermitted."""
        if self.operates is None:
            raise NotPermitted("administration takes an operator's token, not an application's")
        return self.operates

    @property
    def is_lent(self) -> bool:
        """Whether a user acts on what is another's."""
        return self.caller is not None and self.caller != self.only_user

    def within(self, application_id: ApplicationId) -> "Access":
        """The same caller, limited to one application; raises NotFound where it is out of reach."""
        if application_id not in self.applications:
            raise NotFound("application", application_id)
        return msgspec.structs.replace(self, applications=(application_id,))

    def check(self, path: str, letter: str) -> None:
        """Raise NotPermitted where the role of a user's key doesn't allow this (c, r, u or d) at a path."""
        if self.permissions is not None and not may(self.permissions, path, letter):
            raise NotPermitted("the role of this key doesn't allow this")
