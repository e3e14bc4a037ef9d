"""A device dialled in with a token: it is claimed, and completes the session that the token was minted for."""

from datetime import datetime

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import SessionId
from wattlink.domain.accounts import store as accounts
from wattlink.domain.devices.dial_in.model import Caller
from wattlink.domain.dial_in import store as claims
from wattlink.domain.dial_in.claim import Claim, claim
from wattlink.domain.errors import ConnectionsLimitReached
from wattlink.domain.linking import store as sessions
from wattlink.domain.linking.ending.complete import finish
from wattlink.domain.linking.ending.end_sessions import end
from wattlink.domain.linking.model import Cause, State
from wattlink.domain.linking.signing_in import store
from wattlink.domain.users import store as users

_log = get_logger(__name__)


async def dialled_in(db: Database, by: Claim, *, vault: Vault, clock: Clock) -> Caller | None:
    """The device, seated; None where it isn't welcome. Wake the channel `events` afterwards."""
    async with db.read() as reader:
        session_id = await claims.session_of(reader, by.guest.token_digest)
    now = clock()
    try:
        async with db.transaction() as tx:
            if session_id is None:
                return await claim(tx, by, vault=vault, now=now)
            return await _claim_for(tx, session_id, by, vault=vault, now=now)
    except ConnectionsLimitReached:
        _log.warning("an application may link no further devices", vendor=by.vendor)
    if session_id is not None:
        async with db.transaction() as tx:
            await end(tx, session_id, State.FAILED, Cause.INTERNAL, vault=vault, now=now)
    return None


async def _claim_for(
    tx: Transaction, session_id: SessionId, by: Claim, *, vault: Vault, now: datetime
) -> Caller | None:
    """In one transaction: nobody can cancel between the claim and the end of the session."""
    user_id = (await sessions.get(tx, session_id)).user_id
    if user_id is None or not await users.hold(tx, user_id):
        return None
    session = await store.hold_for_device(tx, session_id, now=now)
    caller = None if session is None else await claim(tx, by, vault=vault, now=now)
    if session is None or caller is None:
        return None
    called = await store.discover_caller(tx, session, await accounts.get(tx, caller.account_id), now=now)
    await claims.forget_of_session(tx, session_id)
    await finish(tx, called, vault=vault, now=now)
    return caller
