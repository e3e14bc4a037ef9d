"""The early ends of a session: the person cancels, the app withdraws it, or its day is over."""

from datetime import datetime, timedelta

from wattlink.base.clock import Clock
from wattlink.base.vault import Vault
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts.link import take_back
from wattlink.domain.linking import store
from wattlink.domain.linking.model import Cause, LinkSession, State

_AT_ONCE = 200
_KEPT = timedelta(days=30)  # of an ended session: its link URL still says what became of it


async def cancel(tx: Transaction, session: LinkSession, *, vault: Vault, now: datetime) -> None:
    """The person changed their mind: what the session added is taken back."""
    await _end(tx, session.session_id, State.CANCELLED, Cause.CANCELLED, vault=vault, now=now)


async def end_sessions(tx: Transaction, access: Access, user_id: UserId, *, vault: Vault, now: datetime) -> None:
    """The app ends all that the user has open, also what is at a vendor now: its callback will find nothing to do."""
    for session_id in await store.open_of_user(tx, access, user_id):
        await _end(tx, session_id, State.CANCELLED, Cause.WITHDRAWN, vault=vault, now=now)


async def expire(db: Database, *, vault: Vault, clock: Clock) -> int:
    """End the sessions whose day has passed, and forget those that ended long ago; how many rows that were."""
    now = clock()
    async with db.read() as reader:
        expired = await store.expired(reader, now=now, limit=_AT_ONCE)
    for session_id in expired:
        async with db.transaction() as tx:
            await _end(tx, session_id, State.EXPIRED, Cause.SESSION_EXPIRED, vault=vault, now=now)
    async with db.transaction() as tx:
        return len(expired) + await store.forget(tx, now=now, kept=_KEPT)


async def _end(tx: Transaction, session_id: SessionId, to: State, cause: Cause, *, vault: Vault, now: datetime) -> None:
    if await store.end(tx, session_id, to, cause, now=now):
        await take_back(tx, session_id, vault=vault, now=now)
