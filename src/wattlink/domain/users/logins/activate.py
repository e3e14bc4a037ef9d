"""A user becomes active with the code that was made at sign-up."""

from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists
from wattlink.domain.users.logins import store
from wattlink.domain.users.model import AppUser


async def activate(tx: Transaction, access: Access, user_id: UserId, *, now: datetime) -> AppUser:
    """inactive -> active, once its code was proved; raises AlreadyExists where somebody was quicker."""
    await store.lock(tx, access, user_id)
    if not await store.activate(tx, user_id, now):
        raise AlreadyExists("the user is active already")
    return await store.get(tx, access, user_id)
