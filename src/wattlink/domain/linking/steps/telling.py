"""Every step of a link session is an event, recorded in the transaction that takes it.

That a session was created is none: whoever would be told has just asked for it.
"""

from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.events.model import EventType, Fact, Payload, SessionStep
from wattlink.domain.events.record import record
from wattlink.domain.linking.model import LinkSession


async def tell(
    tx: Transaction,
    session: LinkSession,
    device_ids: Sequence[DeviceId] = (),
    object_id: DeviceId | None = None,
    *,
    now: datetime,
) -> None:
    """Record where the session stands, unless its user is gone. Wake `events` afterwards."""
    if session.user_id is None or session.user is None:
        return
    step = SessionStep(
        session_id=session.session_id,
        purpose=session.purpose,
        state=session.state,
        step=session.steps[-1].step,
        cause=session.cause,
        kinds=session.kinds,
        device_ids=tuple(device_ids),
        is_partners=session.cancel_uri is not None,
        object_id=object_id,
    )
    fact = Fact(
        type=EventType.LINK_SESSION_UPDATED,
        application_id=session.application_id,
        user_id=session.user_id,
        account_id=session.account_id,
        payload=Payload(user=session.user, vendor=session.vendor or "", link_session=step),
    )
    await record(tx, [fact], now=now)
