"""How a kind of background work stands."""

import msgspec


class WorkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """`due` rows wait now, the oldest since `oldest_age` seconds; `failing` says what fails and how often."""

    kind: str
    due: int
    oldest_age: float | None = None
    failing: tuple[tuple[str, int], ...] = ()
