"""Take a user who is deleted out of everything that waits to be delivered."""

from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.webhooks.erasing import store


async def lock_cursors(tx: Transaction, access: Access) -> None:
    """Nothing is frozen for these applications until the end of the transaction."""
    await store.lock_cursors(tx, access)


async def refreeze_open(tx: Transaction, access: Access, user_id: UserId, *, now: datetime) -> None:
    """Destroy bodies with this user's data; what else they carried goes back to the feed, to be frozen anew.

    Under a new id then, from what `erase_payloads` left. A delivery that was set aside doesn't come back.
    """
    await store.destroy_bodies(tx, access, user_id, now)
