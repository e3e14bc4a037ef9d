"""The steps of an onboarding session, as the events that tell of them, for who looks afterwards or missed one."""

from litestar.params import FromPath

from wattlink.base.clock import rfc3339
from wattlink.db.database import Reader
from wattlink.dialects.podero.events.names import name_of_step
from wattlink.dialects.podero.wire import Answer, Timestamp, Uuid
from wattlink.domain.access.ids import SessionId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.linking.listing import store
from wattlink.domain.linking.listing.model import ListedSession
from wattlink.domain.linking.listing.outcome import told_device
from wattlink.domain.linking.model import State
from wattlink.web.call import Call, uuid_of


class SessionEvent(Answer):
    """A step: `reason` where it led to nothing, `object_id` for the one that led to a device."""

    type: str
    created_at: Timestamp
    step: str
    reason: str | None
    object_id: Uuid | None


async def list_steps(request: Call, session_id: FromPath[str]) -> list[SessionEvent]:
    """Every step of an onboarding session, or of one that mends a device, oldest first."""
    async with request.hub.db.read() as reader:
        session = await _session(reader, request.access, SessionId(uuid_of("onboarding session", session_id)))
        object_id = await told_device(reader, session) if session.state is State.COMPLETED else None
    shown = None if object_id is None else str(object_id)
    return [
        SessionEvent(
            type=name_of_step(step.step),
            created_at=rfc3339(step.at),
            step=step.step,
            reason=step.cause,
            object_id=shown if step.step == State.COMPLETED else None,
        )
        for step in session.steps
    ]


async def _session(reader: Reader, access: Access, session_id: SessionId) -> ListedSession:
    found = await store.get(reader, access, session_id)
    if found.cancel_uri is None:  # an app's own, of another dialect
        raise NotFound("onboarding session", session_id)
    return found
