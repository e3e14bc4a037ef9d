"""After an outage visits are spread over minutes; those that carry a command go first."""

from datetime import datetime

from wattlink.db.database import Database
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.commands import store
from wattlink.domain.visits import store as visits

_AT_ONCE = 1_000  # those that end first


async def hasten(db: Database, registration_id: RegistrationId, now: datetime) -> None:
    """A registration's accounts with waiting commands are visited now. Wake the channel `visits` afterwards."""
    async with db.transaction() as tx:
        account_ids = await store.accounts_waiting(tx, limit=_AT_ONCE)
        if account_ids:
            await visits.want_all(tx, registration_id, account_ids, now)
