"""Spend a vendor's budget: before each request, from blocks that this process leased for a second.

A budget is a number of requests within a sliding window, shared by every process through `budget_window`. What was
leased and not sent within its second is lost, so the budget may be used incompletely but is never overspent. A tenth
of each window is kept for what a person waits for (sign-ins, commands, token requests).
"""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

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
_RESERVE = 0.1
_FORGET_ABOVE = 10_000  # leases kept in memory

_Key = tuple[RegistrationId, AccountId]


@dataclass
class _Lease:
    left: int = 0
    ends: float = 0.0  # monotonic
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Budgets:
    """This process's share of the vendors' budgets."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._leases: dict[_Key, _Lease] = {}
        self._gatherer = Gatherer(self._lease_all, seconds=0.005)

    async def spend(
        self, registration_id: RegistrationId, account_id: AccountId | None, window: Window, *, urgent: bool
    ) -> None:
        """Take one request; raises VendorUnavailable(reason="quota") when the window is full."""
        lease = self._lease_of((registration_id, account_id or NO_ACCOUNT))
        async with lease.lock:
            if lease.left == 0 or lease.ends <= time.monotonic():
                wanted = _wanted(registration_id, account_id or NO_ACCOUNT, window, urgent=urgent)
                asked_at = time.monotonic()
                if not await self._gatherer.ask(wanted):
                    raise VendorUnavailable(
                        f"our own limit of {window.requests} requests in {window.seconds} s is used up",
                        reason="quota",
                        retry_after=wanted.slot_seconds,
                    )
                lease.left, lease.ends = wanted.block, asked_at + _LEASE_SECONDS
            lease.left -= 1

    def _lease_of(self, key: _Key) -> _Lease:
        if len(self._leases) > _FORGET_ABOVE:
            now = time.monotonic()
            self._leases = {old: kept for old, kept in self._leases.items() if kept.ends > now or kept.lock.locked()}
        return self._leases.setdefault(key, _Lease())

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


def _wanted(registration_id: RegistrationId, account_id: AccountId, window: Window, *, urgent: bool) -> Wanted:
    reserve = 0 if urgent else math.floor(window.requests * _RESERVE)
    return Wanted(
        registration_id=registration_id,
        account_id=account_id,
        block=max(math.ceil(window.requests / window.seconds * _LEASE_SECONDS), window.requests // _BLOCKS),
        allowed=window.requests - reserve,
        seconds=window.seconds,
        slot_seconds=max(1.0, window.seconds / _SLOTS),
    )
