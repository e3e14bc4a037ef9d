"""The caller's reach: a required parameter of every store function that takes an id from outside."""

import msgspec

from wattlink.domain.access.ids import ApplicationId, KeyId, UserId


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller may touch.

    `applications` within reach, the first its own; `only_user` limits it to one user's data; `actor` is the key that
    acts, None for the server itself.
    """

    applications: tuple[ApplicationId, ...]
    only_user: UserId | None = None
    actor: KeyId | None = None

    @property
    def application_id(self) -> ApplicationId:
        """The application in whose name new rows are made."""
        return self.applications[0]
