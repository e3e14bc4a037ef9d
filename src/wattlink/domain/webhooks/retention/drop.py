"""After 30 days what nobody took is dropped, and never silently."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import SubscriptionId
from wattlink.domain.webhooks.deliveries.freeze import is_wanted
from wattlink.domain.webhooks.dialect import WebhookDialect
from wattlink.domain.webhooks.retention import store

KEPT = timedelta(days=30)
_AT_ONCE = 5_000


async def note_lost(
    tx: Transaction, moment: datetime, *, dialects: Mapping[str, WebhookDialect], now: datetime
) -> None:
    """Before the feed loses what was recorded before `moment`: count for each subscription what it didn't get."""
    await store.lock_behind(tx, moment)
    numbers: dict[SubscriptionId, int] = defaultdict(int)
    for lost in await store.lost(tx, moment):
        dialect = dialects.get(lost.dialect)
        if dialect is not None and is_wanted(lost, lost.event_types, dialect):
            numbers[lost.subscription_id] += lost.number
    if numbers:
        await store.note_lost(tx, numbers, now)


async def drop_old(tx: Transaction, *, now: datetime) -> int:
    """Give up bodies that are older than 30 days, and forget what ended before; how many rows."""
    return await store.drop_waiting(tx, now - KEPT, now) + await store.forget_ended(tx, now - KEPT, _AT_ONCE)
