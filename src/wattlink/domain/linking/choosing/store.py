"""SQL on what a session asked for in vain."""

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import SessionId


async def may_request_brand(tx: Transaction, session_id: SessionId, *, most: int) -> bool:
    """Count a wish of an open session's; whether it had fewer than so many before."""
    counted = await tx.one_or_none(
        int,
        """
        UPDATE link_session SET brand_requests = brand_requests + 1
         WHERE session_id = %(session_id)s AND ended_at IS NULL AND brand_requests < %(most)s
        RETURNING brand_requests
        """,
        session_id=session_id,
        most=most,
    )
    return counted is not None
