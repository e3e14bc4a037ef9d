"""SQL on link_session: which ones are open, may move without their page, or are over."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import AccountId, SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.linking.model import LinkSession
from wattlink.domain.linking.store import SELECT


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """What has been in one of these states since before then takes too long."""

    exchanging: datetime
    pairing: datetime
    awaiting_app: datetime
    picking: datetime


async def lock_open_of_user(tx: Transaction, access: Access, user_id: UserId) -> list[SessionId]:
    """The sessions of a user in which something may still happen, held until the end of the transaction."""
    return await tx.all(
        SessionId,
        """
        SELECT session_id FROM link_session
         WHERE user_id = %(user_id)s AND application_id = ANY(%(applications)s) AND ended_at IS NULL
         ORDER BY session_id FOR UPDATE
        """,
        user_id=user_id,
        applications=list(access.applications),
    )


async def lock_open_of_accounts(tx: Transaction, user_id: UserId, account_ids: Sequence[AccountId]) -> list[SessionId]:
    """The same of a user's accounts: those that link or mend one of them."""
    return await tx.all(
        SessionId,
        """
        SELECT session_id FROM link_session
         WHERE user_id = %(user_id)s AND ended_at IS NULL
           AND (account_id = ANY(%(account_ids)s) OR relink_account_id = ANY(%(account_ids)s))
         ORDER BY session_id FOR UPDATE
        """,
        user_id=user_id,
        account_ids=list(account_ids),
    )


async def moving(reader: Reader, refusals: Collection[str], late: Late) -> list[LinkSession]:
    """Those that a pump may move: a visit has ended, with devices or one of these refusals; the user or the account
    is gone; or something takes too long.
    """
    return await reader.all(
        LinkSession,
        SELECT  # noqa: S608 - constants only
        + """
         WHERE state = 'exchanging' AND step_started_at < %(exchanging_before)s
            OR state = 'pairing' AND step_started_at < %(idle_before)s
            OR state = 'awaiting_app' AND step_started_at <= %(awaiting_before)s
            OR state IN ('discovering', 'pairing', 'awaiting_app') AND user_id IS NULL
            OR (state IN ('discovering', 'pairing') OR state = 'awaiting_app' AND account_id IS NOT NULL)
               AND NOT EXISTS (SELECT FROM visit WHERE visit.account_id = link_session.account_id)
            OR state IN ('discovering', 'pairing')
               AND EXISTS (SELECT FROM visit
                            WHERE visit.account_id = link_session.account_id
                              AND visit.ended_at >= link_session.discover_from
                              AND (error IS NULL OR state = 'discovering' AND error = ANY(%(refusals)s)))
               AND NOT EXISTS (SELECT FROM onboarding
                                WHERE onboarding.session_id = link_session.session_id
                                  AND state = 'discovering' AND picking_turn = link_session.turn
                                  AND onboarding.device_id IS NULL AND picking_since > %(picking_after)s)
         ORDER BY step_started_at
        """,
        refusals=list(refusals),
        exchanging_before=late.exchanging,
        idle_before=late.pairing,
        awaiting_before=late.awaiting_app,
        picking_after=late.picking,
    )


async def expired(reader: Reader, *, now: datetime, limit: int) -> list[SessionId]:
    """Sessions whose day has passed without an end."""
    return await reader.all(
        SessionId,
        """
        SELECT session_id FROM link_session WHERE ended_at IS NULL AND expires_at <= %(now)s
         ORDER BY expires_at LIMIT %(limit)s
        """,
        now=now,
        limit=limit,
    )


async def forget(tx: Transaction, *, now: datetime, kept: timedelta) -> int:
    """Delete sessions that ended long ago, and those of deleted users once their link URL is dead anyway."""
    return await tx.execute(
        """
        DELETE FROM link_session
         WHERE ended_at < %(now)s - %(kept)s OR ended_at IS NOT NULL AND user_id IS NULL AND expires_at < %(now)s
        """,
        now=now,
        kept=kept,
    )
