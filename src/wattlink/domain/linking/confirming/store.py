"""SQL on link_session while it waits for the app, and on held_grant."""

from datetime import datetime

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import SessionId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.linking.model import LinkSession
from wattlink.domain.linking.store import SELECT, moves


async def await_app(
    tx: Transaction, session: LinkSession, code_digest: bytes, sealed_step: bytes, *, now: datetime
) -> bool:
    """discovering or pairing, or exchanging for a login that is linked already -> awaiting_app."""
    return await moves(
        tx,
        """
        UPDATE link_session
           SET state = 'awaiting_app', cause = NULL, failures = 0, code_digest = %(code_digest)s,
               sealed_step = %(sealed_step)s, discover_from = NULL, step_started_at = %(now)s,
               steps = steps || link_step('awaiting_app', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state = %(from_state)s AND turn = %(turn)s
           AND state IN ('exchanging', 'discovering', 'pairing') AND binding = 'confirm' AND confirmed_at IS NULL
        """,
        session_id=session.session_id,
        from_state=session.state,
        turn=session.turn,
        code_digest=code_digest,
        sealed_step=sealed_step,
        now=now,
    )


async def find(reader: Reader, access: Access, session_id: SessionId, *, lock: bool = False) -> LinkSession:
    """The session, if this caller may see it; with `lock`, held until the end of the transaction."""
    found = await reader.one_or_none(
        LinkSession,
        SELECT
        + """
         WHERE session_id = %(session_id)s AND application_id = ANY(%(applications)s)
           AND (%(only_user)s::uuid IS NULL OR user_id = %(only_user)s)
        """
        + (" FOR UPDATE" if lock else ""),
        session_id=session_id,
        applications=list(access.applications),
        only_user=access.only_user,
    )
    if found is None:
        raise NotFound("link session", session_id)
    return found


async def hold_grant(tx: Transaction, session_id: SessionId, sealed: bytes) -> None:
    """Keep a session's grant aside."""
    await tx.execute(
        "INSERT INTO held_grant (session_id, sealed) VALUES (%(session_id)s, %(sealed)s)",
        session_id=session_id,
        sealed=sealed,
    )


async def take_grant(tx: Transaction, session_id: SessionId) -> bytes | None:
    """What was kept aside; it is the caller's from now on."""
    return await tx.one_or_none(
        bytes,
        "DELETE FROM held_grant WHERE session_id = %(session_id)s RETURNING sealed",
        session_id=session_id,
    )
