"""End a subscription, with all that waits for it."""

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import SubscriptionId
from wattlink.domain.access.model import Access
from wattlink.domain.webhooks import store


async def delete(tx: Transaction, access: Access, subscription_id: SubscriptionId) -> None:
    """Remove it and every body that waits; raises NotFound."""
    await store.lock(tx, access, subscription_id)
    await store.delete(tx, subscription_id)
