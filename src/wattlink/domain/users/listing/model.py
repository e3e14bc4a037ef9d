"""Which users a list is asked for."""

import msgspec

from wattlink.domain.access.ids import ProjectId, UserId


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What isn't None must be so; an address is the same in any case."""

    project_id: ProjectId | None = None
    user_ids: tuple[UserId, ...] | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    is_ascending: bool = False
    offset: int = 0
    limit: int = 30
