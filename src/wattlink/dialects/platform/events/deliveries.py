"""The delivery log of a webhook, whatever its dialect, and sending a delivery again."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from wattlink.base.clock import rfc3339
from wattlink.dialects.platform.events.telling import webhook_dialects
from wattlink.dialects.platform.events.webhooks import webhook_id_of
from wattlink.dialects.platform.paging import cursors_of
from wattlink.dialects.platform.wire import Answer, PaginationCursors, Timestamp, Uuid, timestamp
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.access.paging import Position
from wattlink.domain.webhooks import store as subscriptions
from wattlink.domain.webhooks.deliveries.model import State
from wattlink.domain.webhooks.deliveries.send import Sender
from wattlink.domain.webhooks.log import store
from wattlink.domain.webhooks.log.model import Entry
from wattlink.domain.webhooks.log.resend import resend
from wattlink.web.call import Call, uuid_of
from wattlink.web.cursors.lists import Asked, page_of

InState = Annotated[State | None, QueryParameter(name="state", description="Only deliveries in this state.")]


class DeliveryResponse(Answer):
    """A delivery: `id` is the `webhook-id` that it is sent under; `nextAttemptAt` while it is open."""

    id: Uuid
    webhook_id: Uuid
    state: State
    events: int
    event_ids: list[Uuid]
    attempts: int
    next_attempt_at: Timestamp | None
    last_status: int | None
    last_error: str | None
    created_at: Timestamp
    ended_at: Timestamp | None


class PaginatedDeliveryList(Answer):
    data: list[DeliveryResponse]
    pagination: PaginationCursors


class Resending(Answer):
    """What came of it. One that was under way is repeated now in its turn: then `isAccepted` is null."""

    is_accepted: bool | None
    status: int | None
    error: str | None


async def list_deliveries(
    request: Call, webhook_id: FromPath[str], asked: NamedDependency[Asked], in_state: InState = None
) -> PaginatedDeliveryList:
    """A webhook's deliveries of the last 30 days, newest first."""
    async with request.hub.db.read() as reader:
        webhook = await subscriptions.get(reader, request.access, webhook_id_of(webhook_id))
    page = await page_of(
        request,
        asked,
        lambda reader, wanted: store.page(reader, request.access, webhook.subscription_id, in_state, wanted),
        lambda entry: Position(entry.created_at, entry.delivery_id),
    )
    return PaginatedDeliveryList(data=[_shown(entry) for entry in page.rows], pagination=cursors_of(page))


async def get_delivery(request: Call, delivery_id: FromPath[str]) -> DeliveryResponse:
    """A delivery and what came of it."""
    async with request.hub.db.read() as reader:
        return _shown(await store.get(reader, request.access, _id_of(delivery_id)))


async def resend_delivery(request: Call, delivery_id: FromPath[str]) -> Resending:
    """Send a delivery again now, outside of the order, under its id; one that is under way is repeated now.

    One that was held is delivered when the receiver accepts it. A deleted user's events are left out; 410 where nothing
    of it is kept any more.
    """
    hub, dialects = request.hub, webhook_dialects(request)
    sender = Sender(outbound=hub.outbound, dialects=dialects, vault=hub.vault, clock=hub.clock)
    outcome = await resend(
        hub.db, request.access, _id_of(delivery_id), sender=sender, dialects=dialects, clock=hub.clock
    )
    if outcome is None:
        hub.notifier.wake("events")
        return Resending(is_accepted=None, status=None, error=None)
    return Resending(is_accepted=outcome.is_accepted, status=outcome.status, error=outcome.error)


def _id_of(text: str) -> DeliveryId:
    return DeliveryId(uuid_of("delivery", text))


def _shown(entry: Entry) -> DeliveryResponse:
    return DeliveryResponse(
        id=str(entry.delivery_id),
        webhook_id=str(entry.subscription_id),
        state=entry.state,
        events=entry.events,
        event_ids=[str(event_id) for event_id in entry.event_ids],
        attempts=entry.tries,
        next_attempt_at=rfc3339(entry.due_at) if entry.state is State.OPEN else None,
        last_status=entry.last_status,
        last_error=entry.last_error,
        created_at=rfc3339(entry.created_at),
        ended_at=timestamp(entry.ended_at),
    )
