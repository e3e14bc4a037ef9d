"""The app confirms, from its user's own session, that it was this user who linked."""

import hmac
from datetime import datetime

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.ids import digest
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Grant
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import SessionId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts.link import revoke_grant, save_grant
from wattlink.domain.accounts.model import WrongAccount
from wattlink.domain.errors import ConnectionsLimitReached, LinkSessionNotUsable, WrongLinkCode, WrongUser
from wattlink.domain.linking.confirming import store
from wattlink.domain.linking.confirming.hold import take
from wattlink.domain.linking.ending.complete import complete
from wattlink.domain.linking.ending.end_sessions import end
from wattlink.domain.linking.model import CONFIRMED_WITHIN, Cause, LinkSession, State
from wattlink.domain.linking.signing_in.granted import linked_by
from wattlink.domain.linking.signing_in.store import discover
from wattlink.domain.users import store as users

_log = get_logger(__name__)


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """What an app confirms with: the code that came back, its user's id, and the secret of its challenge, if any."""

    code: str
    user: str
    verifier: str | None = None

    def __repr__(self) -> str:
        return "Confirmation(***)"


async def confirm(
    db: Database, access: Access, session_id: SessionId, given: Confirmation, *, vault: Vault, clock: Clock
) -> LinkSession:
    """awaiting_app -> completed, or discovering where a grant was held back. Wake `events` and `visits` afterwards.

    Raises NotFound, LinkSessionNotUsable and WrongLinkCode, which change nothing; and WrongUser where somebody else
    than the session's user came back with the code: then all that the session brought is taken back.
    """
    now = clock()
    async with db.transaction() as tx:
        session = await _held(tx, access, session_id, now=now)
        _check_secrets(session, given)
        is_theirs = session.user == given.user
        if not is_theirs:
            await end(tx, session_id, State.FAILED, Cause.NOT_CONFIRMED, vault=vault, now=now)
        else:
            await _link(tx, session, vault=vault, now=now)
    if not is_theirs:
        _log.warning("somebody else than its user came back from a link session", session=str(session_id))
        raise WrongUser
    async with db.read() as reader:
        return await store.find(reader, access, session_id)


async def _held(tx: Transaction, access: Access, session_id: SessionId, *, now: datetime) -> LinkSession:
    """The session, which waits for this; held after its user and before its login."""
    seen = await store.find(tx, access, session_id)
    if seen.user_id is None or not await users.hold(tx, seen.user_id):
        raise LinkSessionNotUsable(Cause.WITHDRAWN)
    session = await store.find(tx, access, session_id, lock=True)
    if session.state is State.COMPLETED or session.confirmed_at is not None:
        raise LinkSessionNotUsable(Cause.SESSION_USED)
    if session.has_ended:
        raise LinkSessionNotUsable(session.cause or Cause.SESSION_USED)
    if session.state is not State.AWAITING_APP:
        raise WrongLinkCode  # none was given out yet
    if session.is_over(now) or now - session.step_started_at >= CONFIRMED_WITHIN:
        raise LinkSessionNotUsable(Cause.NOT_CONFIRMED)
    return session


def _check_secrets(session: LinkSession, given: Confirmation) -> None:
    assert session.code_digest is not None
    if not hmac.compare_digest(session.code_digest, digest(given.code)):
        raise WrongLinkCode
    if session.challenge is not None and not hmac.compare_digest(session.challenge, digest(given.verifier or "")):
        raise WrongLinkCode


async def _link(tx: Transaction, session: LinkSession, *, vault: Vault, now: datetime) -> None:
    grant = await take(tx, session.session_id, vault=vault)
    if grant is None:
        await complete(tx, session, now=now)
    elif not await _save(tx, session, grant, vault=vault, now=now):
        assert session.registration_id is not None
        assert session.vendor is not None
        await revoke_grant(tx, session.registration_id, session.vendor, grant, vault=vault, now=now)
        await end(tx, session.session_id, State.FAILED, Cause.INTERNAL, vault=vault, now=now)


async def _save(tx: Transaction, session: LinkSession, grant: Grant, *, vault: Vault, now: datetime) -> bool:
    """Save what was held back; False: what it was for has changed too much meanwhile."""
    try:
        account_id = await save_grant(tx, linked_by(session, grant), grant, vault=vault, now=now)
    except (WrongAccount, ConnectionsLimitReached):
        return False
    return await discover(tx, session.session_id, session.turn, account_id, now=now)
