"""SQL on onboarding."""

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import SessionId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
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
               is_optimization_active, building_id, state, kinds, account_id, expires_at
          FROM onboarding JOIN link_session USING (session_id)
         WHERE session_id = %(session_id)s AND application_id = ANY(%(applications)s)
        """,
        session_id=session_id,
        applications=list(access.applications),
    )
    if found is None:
        raise NotFound("onboarding session", session_id)
    return found
