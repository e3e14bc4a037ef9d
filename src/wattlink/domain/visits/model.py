"""A visit that was taken, and how one ends."""

import asyncio
from datetime import datetime

import msgspec

from wattlink.domain.access.ids import AccountId, RegistrationId

CUT_OFF_SECONDS = 100.0
"""A visit is given up so long after it was taken or confirmed: 20 s before somebody else may come."""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit in hand; `due_at` is what the row was postponed to when it was taken."""

    account_id: AccountId
    registration_id: RegistrationId
    vendor: str
    turn: int
    due_at: datetime
    tries: int  # this one included
    is_probe: bool = False


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a visit ended. `next_at` None leaves the row postponed as it is, `stop` ends all polling."""

    account_id: AccountId
    turn: int
    postponed_to: datetime
    ended_at: datetime
    next_at: datetime | None = None
    error: str | None = None
    stop: bool = False


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that is still this turn's; `is_spoiled` says that its results count no more."""

    account_id: AccountId
    is_spoiled: bool


class LastVisit(msgspec.Struct, frozen=True, kw_only=True):
    """How an account's last visit ended, and whether its vendor is being visited at all."""

    ended_at: datetime | None
    error: str | None
    is_vendor_down: bool


class Due(msgspec.Struct, frozen=True):
    """Rows that are due, and since when the oldest is."""

    rows: int
    oldest: datetime | None


class Failing(msgspec.Struct, frozen=True):
    """How many rows fail of the same."""

    error: str
    rows: int


class Deadline:
    """When a visit is given up, by this process's own clock."""

    def __init__(self) -> None:
        self._ends = 0.0
        self.begin()

    def begin(self) -> None:
        """The visit was taken or confirmed."""
        self._ends = asyncio.get_running_loop().time() + CUT_OFF_SECONDS

    def timeout(self) -> asyncio.Timeout:
        """Cuts its block off when the time has come."""
        return asyncio.timeout_at(self._ends)
