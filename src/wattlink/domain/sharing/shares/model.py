"""A share lets its actor act on what is its owner's, by a role."""

from datetime import datetime

import msgspec

from wattlink.domain.access.ids import ApplicationId, ProjectId, RoleId, ShareId, UserId


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A share; a user's own has the same owner and actor. `actor_email` is None for an own one's anonymous user."""

    share_id: ShareId
    application_id: ApplicationId
    project_id: ProjectId | None
    owner_id: UserId
    actor_id: UserId
    role_id: RoleId
    actor_email: str | None
    created_at: datetime

    @property
    def is_own(self) -> bool:
        """Whether it is a user's share in itself."""
        return self.owner_id == self.actor_id
