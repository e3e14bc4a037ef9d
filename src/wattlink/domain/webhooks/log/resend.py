"""Send a delivery again, outside of the order: the same id, the same events."""

from collections.abc import Mapping

from wattlink.base.clock import Clock
from wattlink.base.outbound import OutboundError
from wattlink.db.database import Database, Reader
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import CursorTooOld
from wattlink.domain.webhooks.deliveries.model import State
from wattlink.domain.webhooks.deliveries.send import Sender
from wattlink.domain.webhooks.dialect import WebhookDialect, rendered
from wattlink.domain.webhooks.log import store
from wattlink.domain.webhooks.log.model import Resent

_UNFIT = Resent(status=None, error="could not be rendered")


async def resend(
    db: Database,
    access: Access,
    delivery_id: DeliveryId,
    *,
    sender: Sender,
    dialects: Mapping[str, WebhookDialect],
    clock: Clock,
) -> Resent | None:
    """One attempt now, written into the log; of one that is under way only the next attempt comes sooner (None).

    What was held goes out byte for byte. What ended is rendered anew from its events: a deleted user's are left out.
    Raises NotFound, CursorTooOld where none of its events is there any more.
    """
    async with db.transaction() as tx:
        again = await store.again(tx, access, delivery_id)
        if again.state in (State.OPEN, State.DOUBTED):
            await store.hasten(tx, delivery_id, clock())
            return None
        body = again.body or await _rendered(tx, access, again, dialects[again.dialect])
    outcome = _UNFIT if body is None else await _sent(again, delivery_id, body, sender)
    async with db.transaction() as tx:
        await store.note(tx, delivery_id, outcome, clock())
    return outcome


async def _sent(again: store.Again, delivery_id: DeliveryId, body: bytes, sender: Sender) -> Resent:
    try:
        answer = await sender.post(again, delivery_id, body)
    except OutboundError as failure:
        return Resent(status=None, error=str(failure))
    is_accepted = 200 <= answer.status < 300
    return Resent(status=answer.status, error=None if is_accepted else f"answered {answer.status}")


async def _rendered(reader: Reader, access: Access, again: store.Again, dialect: WebhookDialect) -> bytes | None:
    events = await store.events_of(reader, access, again)
    if not events:
        raise CursorTooOld("nothing of what this delivery carried is there any more")
    return rendered(dialect, events, again.api_version)
