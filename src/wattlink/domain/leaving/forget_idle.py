"""Delete anonymous users whom nobody was for long: who filled in an address and a password isn't one any more."""

from datetime import timedelta

from wattlink.base.clock import Clock
from wattlink.base.vault import Vault
from wattlink.db.database import Database
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.users.logins import store
from wattlink.domain.users.model import AppUser

_AT_ONCE = 50


async def forget_idle(db: Database, after: timedelta, *, vault: Vault, clock: Clock) -> int:
    """Those of whom nothing was seen for so long, each in a transaction of its own; how many these were."""
    async with db.read() as reader:
        found = await store.idle_anonymous(reader, since=clock() - after, limit=_AT_ONCE)
    return sum([await _forget(db, user, after, vault=vault, clock=clock) for user in found])


async def _forget(db: Database, user: AppUser, after: timedelta, *, vault: Vault, clock: Clock) -> bool:
    """Whether it was still idle when it was held."""
    access, now = Access(applications=(user.application_id,)), clock()
    try:
        async with db.transaction() as tx:
            await store.lock(tx, access, user.user_id)
            if not await store.is_idle_anonymous(tx, user.user_id, since=now - after):
                return False
            await delete_user(tx, access, user.external_id, vault=vault, now=now)
    except NotFound:
        return False
    return True
