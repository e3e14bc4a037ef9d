"""A log-in on behalf of somebody else: with one's own password, to what the other shares."""

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.vault import Vault
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound, NotPermitted
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.organizations.keys.access import store as access_keys
from wattlink.domain.sharing.own.log_in import LoggedIn
from wattlink.domain.sharing.own.open import LoginKey, Opened, open_own
from wattlink.domain.sharing.shares import store
from wattlink.domain.users.logins import store as logins
from wattlink.domain.users.logins.gate import Gate, Given


class OnBehalf(msgspec.Struct, frozen=True):
    """What the one who logs in says, and for whom; `owner_id` None is nobody."""

    given: Given
    owner_id: UserId | None


async def log_in_for(
    db: Database,
    access: Access,
    said: OnBehalf,
    *,
    gate: Gate,
    which: LoginKey,
    vault: Vault,
    clock: Clock,
) -> LoggedIn:
    """The owner, and the granted key: of the newest share that the owner gives the one who proves to be its actor.

    Raises what `Gate.prove` raises, then NotPermitted where nothing is shared. For oneself it is an own log-in.
    """
    proof = await gate.prove(db, access, said.given)
    async with db.transaction() as tx:
        await gate.accept(tx, access, proof)
        if said.owner_id == proof.user_id:
            user = await logins.get(tx, access, proof.user_id)
            return LoggedIn(user, await open_own(tx, access, user, which=which, vault=vault, now=clock()))
        return await _lent(tx, access, said.owner_id, proof.user_id, vault=vault)


async def _lent(
    tx: Transaction, access: Access, owner_id: UserId | None, actor_id: UserId, *, vault: Vault
) -> LoggedIn:
    shares = [] if owner_id is None else await store.between(tx, owner_id, actor_id)
    keys = await access_keys.newest_of_shares(tx, [share.share_id for share in shares[-1:]])
    if owner_id is None or not keys:
        raise NotPermitted("that user shares nothing with this one")
    try:
        owner = await logins.get(tx, access, owner_id)
    except NotFound:
        raise NotPermitted("that user shares nothing with this one") from None
    return LoggedIn(owner, Opened(shares[-1], issue.opened(keys[0], vault)))
