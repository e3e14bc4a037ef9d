"""SQL on onboarding."""

from datetime import datetime

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import DeviceId, SessionId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.linking.model import LinkSession
from wattlink.domain.linking.onboarding.model import NewOnboarding, Onboarding


async def add(tx: Transaction, session_id: SessionId, new: NewOnboarding) -> None:
    """What the new session is for."""
    await tx.execute(
        """
        INSERT INTO onboarding (session_id, device_type, price_zone, is_optimization_active, building_id)
        VALUES (%(session_id)s, %(device_type)s, %(price_zone)s, %(is_active)s, %(building_id)s)
        """,
        session_id=session_id,
        device_type=new.device_type,
        price_zone=new.defaults.price_zone,
        is_active=new.defaults.is_optimization_active,
        building_id=new.defaults.building_id,
    )


async def get(reader: Reader, access: Access, session_id: SessionId) -> Onboarding:
    """The session, if it is the caller's."""
    found = await reader.one_or_none(
        Onboarding,
        """
        SELECT session_id, user_id, device_type, redirect_uri AS success_uri, cancel_uri, price_zone,
               is_optimization_active, building_id, language, state, kinds, account_id, expires_at
          FROM onboarding JOIN link_session USING (session_id)
         WHERE session_id = %(session_id)s AND application_id = ANY(%(applications)s)
        """,
        session_id=session_id,
        applications=list(access.applications),
    )
    if found is None:
        raise NotFound("onboarding session", session_id)
    return found


async def wait_for_pick(tx: Transaction, session: LinkSession, *, since_at_least: datetime, now: datetime) -> bool:
    """Whether the device of this sign-in has still to be picked, from now on or since then at the earliest."""
    return await tx.one(
        bool,
        """
        WITH begun AS (
            UPDATE onboarding SET picking_turn = %(turn)s, picking_since = %(now)s, device_id = NULL
             WHERE session_id = %(session_id)s AND picking_turn IS DISTINCT FROM %(turn)s
            RETURNING session_id)
        SELECT EXISTS (SELECT FROM begun)
            OR EXISTS (SELECT FROM onboarding
                        WHERE session_id = %(session_id)s AND picking_turn = %(turn)s AND device_id IS NULL
                          AND picking_since > %(since_at_least)s)
        """,
        session_id=session.session_id,
        turn=session.turn,
        since_at_least=since_at_least,
        now=now,
    )


async def pick(tx: Transaction, session: LinkSession, device_id: DeviceId) -> None:
    """The first choice counts."""
    await tx.execute(
        """
        UPDATE onboarding SET device_id = %(device_id)s
         WHERE session_id = %(session_id)s AND picking_turn = %(turn)s AND device_id IS NULL
        """,
        session_id=session.session_id,
        turn=session.turn,
        device_id=device_id,
    )
