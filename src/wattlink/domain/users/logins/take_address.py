"""A user takes another address, with the code that went there."""

from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists
from wattlink.domain.users.logins import store
from wattlink.domain.users.logins.gate import ProvedCode
from wattlink.domain.users.model import AppUser


async def take_address(
    tx: Transaction, access: Access, user_id: UserId, proved: ProvedCode, *, now: datetime
) -> AppUser:
    """The address is the user's; anonymous -> active, where there is a password.

    Raises AlreadyExists where somebody was quicker: to use the code, to change the address, or to take it.
    """
    await store.lock(tx, access, user_id)
    if not await store.take_address(tx, user_id, proved.sealed, str(proved.address), now):
        raise AlreadyExists("the code was used, or isn't the latest one any more")
    return await store.get(tx, access, user_id)
