"""What the simulated vendors were asked lately, so that tests and people can tell what we really sent."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime

import msgspec

_KEPT = 20_000


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A request to a simulated vendor. Holds no header, query or body, and so no secret."""

    number: int  # counts up from 1
    at: datetime
    vendor: str
    host: str
    method: str
    path: str
    account: str | None
    application: str | None = None  # whose account it is
    status: int  # of the answer that was begun


class Ledger:
    """The latest requests, oldest first; older ones are forgotten."""

    def __init__(self) -> None:
        self._seen: deque[Seen] = deque(maxlen=_KEPT)
        self._next = 1

    def next_number(self) -> int:
        """The number of the request that comes next."""
        return self._next

    def note(self, seen: Seen) -> None:
        """Write a request down."""
        self._seen.append(seen)
        self._next = seen.number + 1

    def after(self, number: int, vendor: str | None) -> Sequence[Seen]:
        """What came after a number, at one vendor or at all."""
        return [seen for seen in self._seen if seen.number > number and vendor in (None, seen.vendor)]
