"""The early ends of a session: the person cancels, the app withdraws it, or its day is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import AccountId, SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import store as accounts
from wattlink.domain.accounts.link import take_back
from wattlink.domain.accounts.revocations.hand_over import lock_logins
from wattlink.domain.dial_in import store as claims
from wattlink.domain.linking import store as sessions
from wattlink.domain.linking.confirming.hold import withdraw_held
from wattlink.domain.linking.ending import store
from wattlink.domain.linking.model import Cause, LinkSession, State

_log = get_logger(__name__)
_AT_ONCE = 200
_KEPT = timedelta(days=30)  # of an ended session: its link URL still says what became of it


async def withdraw(tx: Transaction, session: LinkSession, *, vault: Vault, now: datetime) -> bool:
    """The app ends a session, whatever state it is in; whether there was anything to end."""
    return await end(tx, session.session_id, State.CANCELLED, Cause.WITHDRAWN, vault=vault, now=now)


async def cancel(tx: Transaction, session: LinkSession, *, vault: Vault, now: datetime) -> None:
    """The person changed their mind: what the session added is taken back."""
    await end(tx, session.session_id, State.CANCELLED, Cause.CANCELLED, vault=vault, now=now)


async def end_sessions(tx: Transaction, access: Access, user_id: UserId, *, vault: Vault, now: datetime) -> None:
    """The app ends all that the user has open, also what is at a vendor now: its callback will find nothing to do.

    Whoever ends one session holds it before its login, so all of them are held before the first login is.
    """
    session_ids = await store.lock_open_of_user(tx, access, user_id)
    await lock_logins(tx, await accounts.ids_of_user(tx, access, user_id), vault=vault)
    for session_id in session_ids:
        await end(tx, session_id, State.CANCELLED, Cause.WITHDRAWN, vault=vault, now=now)


async def end_sessions_of(
    tx: Transaction, user_id: UserId, account_ids: Sequence[AccountId], *, vault: Vault, now: datetime
) -> None:
    """The app ends what links or mends these accounts of the user's, which go away with all that was added to them."""
    session_ids = await store.lock_open_of_accounts(tx, user_id, account_ids)
    await lock_logins(tx, account_ids, vault=vault)
    for session_id in session_ids:
        ended = await sessions.end(tx, session_id, State.CANCELLED, Cause.WITHDRAWN, now=now)
        if ended is not None:
            await withdraw_held(tx, ended, vault=vault, now=now)


async def expire(db: Database, *, vault: Vault, clock: Clock) -> int:
    """End the sessions whose day has passed, and forget those that ended long ago; how many rows that were.

    Where one can't be ended, the others are all the same.
    """
    now = clock()
    async with db.read() as reader:
        expired = await store.expired(reader, now=now, limit=_AT_ONCE)
    ended = 0
    for session_id in expired:
        try:
            async with db.transaction() as tx:
                await end(tx, session_id, State.EXPIRED, Cause.SESSION_EXPIRED, vault=vault, now=now)
        except Exception:
            _log.exception("a link session could not expire", session=str(session_id))
        else:
            ended += 1
    async with db.transaction() as tx:
        return ended + await store.forget(tx, now=now, kept=_KEPT)


async def end(tx: Transaction, session_id: SessionId, to: State, cause: Cause, *, vault: Vault, now: datetime) -> bool:
    """Any state that isn't an end -> failed, cancelled or expired: what the session added is taken back."""
    ended = await sessions.end(tx, session_id, to, cause, now=now)
    if ended is None:
        return False
    await claims.forget_of_session(tx, session_id)
    await take_back(tx, session_id, vault=vault, now=now)
    await withdraw_held(tx, ended, vault=vault, now=now)
    return True
