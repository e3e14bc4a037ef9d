"""Deliver again, in order and under new ids, everything that happened since a moment."""

from datetime import datetime

from wattlink.db.database import Database
from wattlink.domain.access.ids import SubscriptionId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput
from wattlink.domain.webhooks import store as subscriptions
from wattlink.domain.webhooks.deliveries.store import count_behind
from wattlink.domain.webhooks.log import store
from wattlink.domain.webhooks.retention.drop import KEPT

_COUNTED = 10_000


async def replay(
    db: Database, access: Access, subscription_id: SubscriptionId, since: datetime, *, now: datetime
) -> int:
    """How many events wait for the subscription then, counted up to 10,000.

    The cursor only goes back: nothing that waits is passed over. It is held for no longer than that takes, since
    verdicts on deliveries of others are written down together with this subscription's. An inactive subscription stays
    inactive, and gets it all when it is active again. Raises NotFound, InvalidInput.
    """
    if since < now - KEPT:
        raise InvalidInput("since", "must not be longer ago than the 30 days for which events are kept")
    async with db.read() as reader:
        await subscriptions.get(reader, access, subscription_id)
        place = await store.place_at(reader, access, since) if since <= now else None
    if place is not None:
        async with db.transaction() as tx:
            await subscriptions.lock(tx, access, subscription_id)
            await store.go_back(tx, subscription_id, place, now)
    async with db.read() as reader:
        return await count_behind(reader, subscription_id, _COUNTED)
