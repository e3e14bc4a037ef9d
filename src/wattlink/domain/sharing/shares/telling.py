"""Whether a receiver is told by mail: who gives and ends in a loop, or in the name of many, floods no mailbox."""

from datetime import datetime

from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.users.throttling import store
from wattlink.domain.users.throttling.model import MAILS_OF_A_GIVER, MAILS_OF_GIFTS, name_of

_KIND = "mail of a gift"


async def may_tell(tx: Transaction, giver_id: UserId, receiver_id: UserId, *, vault: Vault, now: datetime) -> bool:
    """Count a mail by this giver, and if that has room, one to this receiver; whether both have."""
    by_one = {name_of(vault, _KIND, giver_id, receiver_id): MAILS_OF_A_GIVER}
    by_all = {name_of(vault, _KIND, receiver_id): MAILS_OF_GIFTS}
    return await store.use(tx, by_one, now) > 0 and await store.use(tx, by_all, now) > 0
