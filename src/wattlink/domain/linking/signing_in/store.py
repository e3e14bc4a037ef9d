"""SQL on link_session while somebody signs in. Every transition names the state it starts from."""

from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId, SessionId
from wattlink.domain.accounts.model import Account
from wattlink.domain.linking.model import Cause, LinkSession, State
from wattlink.domain.linking.store import SELECT, move, moves


async def leave(
    tx: Transaction, session_id: SessionId, state_digest: bytes, sealed_step: bytes, *, now: datetime
) -> bool:
    """bound or at_vendor -> at_vendor, with a new state; the person consented by going."""
    return await moves(
        tx,
        """
        UPDATE link_session
           SET state = 'at_vendor', state_digest = %(state_digest)s, sealed_step = %(sealed_step)s, cause = NULL,
               consented_at = %(now)s, step_started_at = %(now)s,
               steps = steps || link_step('at_vendor', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state IN ('bound', 'at_vendor') AND expires_at > %(now)s
        """,
        session_id=session_id,
        state_digest=state_digest,
        sealed_step=sealed_step,
        now=now,
    )


async def start_exchange(
    tx: Transaction, session_id: SessionId, from_state: State, state_digest: bytes | None, *, now: datetime
) -> LinkSession | None:
    """at_vendor (with this OAuth state) or asking_credentials -> exchanging; None if it isn't one's turn."""
    return await move(
        tx,
        """
        UPDATE link_session
           SET state = 'exchanging', turn = turn + 1, cause = NULL, sealed_step = NULL,
               confirmed_at = NULL,
               consented_at = CASE WHEN %(state_digest)s::bytea IS NULL THEN %(now)s ELSE consented_at END,
               step_started_at = %(now)s, steps = steps || link_step('exchanging', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state = %(from_state)s AND expires_at > %(now)s
           AND (%(state_digest)s::bytea IS NULL OR state_digest = %(state_digest)s)
        """,
        session_id=session_id,
        from_state=from_state,
        state_digest=state_digest,
        now=now,
    )


async def holds_turn(tx: Transaction, session_id: SessionId, turn: int) -> bool:
    """Whether this sign-in still is the session's, which stays so until the end of the transaction."""
    held = await tx.one_or_none(
        bool,
        """
        SELECT true FROM link_session
         WHERE session_id = %(session_id)s AND state = 'exchanging' AND turn = %(turn)s FOR UPDATE
        """,
        session_id=session_id,
        turn=turn,
    )
    return held is not None


async def has_account(tx: Transaction, session_id: SessionId, turn: int) -> bool:
    """Whether this sign-in has led to an account already: its commit went through, though nobody heard of it."""
    return await tx.one(
        bool,
        """
        SELECT EXISTS (SELECT FROM link_session
                        WHERE session_id = %(session_id)s AND turn = %(turn)s AND account_id IS NOT NULL)
        """,
        session_id=session_id,
        turn=turn,
    )


async def discover(tx: Transaction, session_id: SessionId, turn: int, account_id: AccountId, *, now: datetime) -> bool:
    """exchanging -> discovering; awaiting_app -> discovering, with what was held back until the app confirmed."""
    return await moves(
        tx,
        """
        UPDATE link_session
           SET state = 'discovering', account_id = %(account_id)s, discover_from = %(now)s, failures = 0,
               confirmed_at = CASE WHEN state = 'awaiting_app' THEN %(now)s END, sealed_step = NULL,
               step_started_at = %(now)s, steps = steps || link_step('discovering', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state IN ('exchanging', 'awaiting_app') AND turn = %(turn)s
        """,
        session_id=session_id,
        turn=turn,
        account_id=account_id,
        now=now,
    )


async def await_device(tx: Transaction, session_id: SessionId, sealed_step: bytes, *, now: datetime) -> bool:
    """bound or awaiting_device -> awaiting_device; the person consented by asking for this."""
    return await moves(
        tx,
        """
        UPDATE link_session
           SET state = 'awaiting_device', sealed_step = %(sealed_step)s, cause = NULL, consented_at = %(now)s,
               step_started_at = %(now)s, steps = steps || link_step('awaiting_device', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state IN ('bound', 'awaiting_device') AND expires_at > %(now)s
        """,
        session_id=session_id,
        sealed_step=sealed_step,
        now=now,
    )


async def hold_for_device(tx: Transaction, session_id: SessionId, *, now: datetime) -> LinkSession | None:
    """The session, if a device may complete it now, which stays so until the end of the transaction."""
    return await tx.one_or_none(
        LinkSession,
        SELECT
        + """
         WHERE session_id = %(session_id)s AND expires_at > %(now)s
           AND state IN ('created', 'bound', 'at_vendor', 'asking_credentials', 'awaiting_device') FOR UPDATE
        """,
        session_id=session_id,
        now=now,
    )


async def discover_caller(tx: Transaction, session: LinkSession, account: Account, *, now: datetime) -> LinkSession:
    """The session, held by `hold_for_device` -> discovering, with the device that dialled in.

    Where the app confirms, it has: it gave the address itself.
    """
    moved = await move(
        tx,
        """
        UPDATE link_session
           SET state = 'discovering', turn = turn + 1, account_id = %(account_id)s, vendor = %(vendor)s,
               registration_id = %(registration_id)s, discover_from = %(now)s, failures = 0, cause = NULL,
               confirmed_at = CASE WHEN binding = 'confirm' THEN %(now)s END,
               sealed_step = NULL, state_digest = NULL, step_started_at = %(now)s,
               steps = steps || link_step('discovering', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state = %(from_state)s
        """,
        session_id=session.session_id,
        from_state=session.state,
        account_id=account.account_id,
        vendor=account.vendor,
        registration_id=account.registration_id,
        now=now,
    )
    assert moved is not None
    return moved


async def turn_back(
    tx: Transaction, session: LinkSession, to: State, cause: Cause, *, sealed_step: bytes | None = None, now: datetime
) -> bool:
    """exchanging or discovering -> bound, asking_credentials or failed, with the cause."""
    return await moves(
        tx,
        """
        UPDATE link_session
           SET state = %(to)s, cause = %(cause)s, failures = failures + 1,
               sealed_step = CASE WHEN %(to)s = 'failed' THEN NULL ELSE %(sealed_step)s::bytea END,
               account_id = NULL, discover_from = NULL, step_started_at = %(now)s,
               ended_at = CASE WHEN %(to)s = 'failed' THEN %(now)s ELSE NULL END,
               steps = steps || link_step(%(to)s, %(now)s, %(cause)s)
         WHERE session_id = %(session_id)s AND state = %(from_state)s AND turn = %(turn)s
           AND state IN ('exchanging', 'discovering')
        """,
        session_id=session.session_id,
        from_state=session.state,
        turn=session.turn,
        to=to,
        cause=cause,
        sealed_step=sealed_step,
        now=now,
    )
