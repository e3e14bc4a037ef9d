"""Spend a vendor's budget: before each request, from blocks that this process leased for a second.

A budget is a number of requests within a sliding window, shared by every process through `budget_window`. What was
leased and not sent within its second is lost, so the budget may be used incompletely but is never overspent. A tenth
of each window is kept for what a person waits for (sign-ins, commands, token requests).
"""

import asyncio
import math
import time
from collections.abc import Sequence

from wattlink.base.gather import Gatherer
from wattlink.connectors.errors import VendorUnavailable
from wattlink.connectors.registry import Window, manifests
from wattlink.db.database import Database
from wattlink.domain.access.ids import AccountId, RegistrationId
from wattlink.domain.vendors.budgets import store
from wattlink.domain.vendors.budgets.store import NO_ACCOUNT, Wanted

_LEASE_SECONDS = 1.0
_SLOTS = 10  # of a window
_BLOCKS = 50  # of a window at most: a large budget needn't be asked for at each request
_BLOCK_SECONDS = 10  # of a window at most: what is left over of a block would be missed in one that lasts for a day
_RESERVE = 0.1
_PLANNED = 0.7  # of a window, for visits that come by themselves: hints and new devices want some of it too
_FORGET_ABOVE = 10_000  # purses kept in memory

_Key = tuple[RegistrationId, AccountId]


class Purse:
    """What this process may spend of one budget, of a registration or of an account."""

    def __init__(self, key: _Key, window: Window, gatherer: Gatherer[Wanted, bool]) -> None:
        self._key = key
        self._window = window
        self._gatherer = gatherer
        self._left = 0
        self._ends = 0.0  # monotonic
        self._lock = asyncio.Lock()

    @property
    def is_empty(self) -> bool:
        """Whether the next request needs a new lease."""
        return self._left == 0 or self._ends <= time.monotonic()

    async def spend(self, *, urgent: bool) -> None:
        """Take one request; raises VendorUnavailable(reason="quota") when the window is full."""
        while self.is_empty:
            async with self._lock:
                if self.is_empty:
                    await self._fill(urgent=urgent)
        self._left -= 1

    async def _fill(self, *, urgent: bool) -> None:
        wanted = _wanted(self._key, self._window, urgent=urgent)
        asked_at = time.monotonic()
        if not await self._gatherer.ask(wanted):
            raise VendorUnavailable(
                f"our own limit of {self._window.requests} requests in {self._window.seconds} s is used up",
                reason="quota",
                retry_after=wanted.slot_seconds,
            )
        self._left, self._ends = wanted.block, asked_at + _LEASE_SECONDS


class Budgets:
    """This process's share of the vendors' budgets."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._purses: dict[_Key, Purse] = {}
        self._gatherer = Gatherer(self._lease_all, seconds=0.005)

    def purse(self, registration_id: RegistrationId, account_id: AccountId | None, window: Window) -> Purse:
        """The purse of a registration, or of an account; everybody in this process who asks gets the same."""
        if len(self._purses) > _FORGET_ABOVE:
            self._purses = {key: purse for key, purse in self._purses.items() if not purse.is_empty}
        key = (registration_id, account_id or NO_ACCOUNT)
        purse = self._purses.get(key)
        if purse is None:
            purse = self._purses[key] = Purse(key, window, self._gatherer)
        return purse

    async def _lease_all(self, wanted: Sequence[Wanted]) -> list[bool]:
        # An account is visited by one process at a time, a registration by all of them.
        shared = {want.registration_id for want in wanted if want.account_id == NO_ACCOUNT}
        async with self._db.transaction() as tx:
            if shared:
                await store.lock_registrations(tx, sorted(shared))
            granted = await store.lease(tx, wanted)
        return [(want.registration_id, want.account_id) in granted for want in wanted]


async def forget_old(db: Database) -> int:
    """Forget slots that no vendor's window reaches back to; the number of rows."""
    budgets = [manifest.budgets for manifest in manifests().values()]
    windows = [window for budget in budgets for window in (budget.registration, budget.account) if window is not None]
    longest = max((window.seconds for window in windows), default=0)
    async with db.transaction() as tx:
        return await store.drop_older(tx, longest * (1 + 1 / _SLOTS) + 60)


def lasts_for(window: Window, requests: int) -> float:
    """The seconds that visits of so many requests each must lie apart for a window to suffice."""
    return window.seconds * requests / (window.requests * _PLANNED)


def _wanted(key: _Key, window: Window, *, urgent: bool) -> Wanted:
    reserve = 0 if urgent else math.floor(window.requests * _RESERVE)
    return Wanted(
        registration_id=key[0],
        account_id=key[1],
        block=_block(window),
        allowed=window.requests - reserve,
        seconds=window.seconds,
        slot_seconds=max(1.0, window.seconds / _SLOTS),
    )


def _block(window: Window) -> int:
    a_second = window.requests / window.seconds
    return max(
        math.ceil(a_second * _LEASE_SECONDS), math.floor(min(window.requests / _BLOCKS, a_second * _BLOCK_SECONDS))
    )
