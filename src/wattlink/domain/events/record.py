"""Recording what happened, in the transaction that makes it true, and forgetting whom it was about."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.events import store
from wattlink.domain.events.model import Fact


async def record(tx: Transaction, facts: Sequence[Fact], *, now: datetime) -> None:
    """Record facts in their order, all in one statement; the caller wakes channel `events` after its commit."""
    if facts:
        await store.insert(tx, facts, now)


async def erase_payloads(tx: Transaction, access: Access, user_id: UserId) -> None:
    """Take what they tell out of all events of a user; that a device was deleted stays known, by its ids alone."""
    await store.erase(tx, access, user_id)
