"""Webhooks: those that speak the platform's words are made here; those of every dialect are shown, with how they do."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.dialects.platform import DIALECT
from wattlink.dialects.platform.events.telling import webhook_dialects
from wattlink.dialects.platform.paging import cursors_of
from wattlink.dialects.platform.wire import Answer, PaginationCursors, Payload, Timestamp, Uuid, timestamp
from wattlink.domain.access.ids import SubscriptionId
from wattlink.domain.access.paging import Position
from wattlink.domain.webhooks import store
from wattlink.domain.webhooks.delete import delete
from wattlink.domain.webhooks.deliveries.store import count_behind
from wattlink.domain.webhooks.log import store as log
from wattlink.domain.webhooks.log.replay import replay
from wattlink.domain.webhooks.model import NewSubscription, Subscription, SubscriptionChanges
from wattlink.domain.webhooks.secrets import new_signing_secret
from wattlink.domain.webhooks.test import test
from wattlink.domain.webhooks.update import update
from wattlink.web.bodies import Check
from wattlink.web.call import Call, uuid_of
from wattlink.web.cursors.lists import Asked, page_of
from wattlink.web.receivers import allows_http, subscribed, url_problem

_COUNTED = 10_000

EventName = Literal[
    "*",
    "user.created",
    "user.updated",
    "user.deleted",
    "device.discovered",
    "device.updated",
    "device.deleted",
    "device.preferences_updated",
    "credentials.invalidated",
    "command.updated",
    "link_session.updated",
]
Url = Annotated[
    str,
    Meta(min_length=8, max_length=200, extra_json_schema={"extra": {"format": "uri"}}),
    Check(url_problem, ("https://...",)),
]
Secret = Annotated[str, Meta(min_length=6, max_length=256)]
Events = Annotated[list[EventName], Meta(min_length=1)]


class WebhookCreatePayload(Payload):
    """Without a `secret` one is made; without `events` all are sent."""

    url: Url
    secret: Secret | UnsetType = UNSET
    events: Events | UnsetType = UNSET


class WebhookUpdatePayload(Payload):
    """What isn't there stays as it is. Any change brings an inactive webhook back."""

    url: Url | UnsetType = UNSET
    secret: Secret | UnsetType = UNSET
    events: Events | UnsetType = UNSET


class ReplayPayload(Payload):
    since: Annotated[datetime, Meta(tz=True)]


class WebhookResponse(Answer):
    """`dialect` is the API whose words it speaks, and where it is changed."""

    id: Uuid
    dialect: str
    url: str
    events: list[str]
    is_active: bool
    inactive_since: Timestamp | None
    inactive_reason: str | None
    last_success_at: Timestamp
    created_at: Timestamp


class NewWebhookResponse(WebhookResponse):
    """`secret` is shown here and never again."""

    secret: str


class WebhookCondition(WebhookResponse):
    """How it does: since when and how often in a row it fails, and how many events wait (counted up to 10,000)."""

    failing_since: Timestamp | None
    failures: int
    pending_events: int
    held_deliveries: int


class PaginatedWebhookList(Answer):
    data: list[WebhookResponse]
    pagination: PaginationCursors


class Replay(Answer):
    """How many events wait for the webhook now, counted up to 10,000."""

    pending_events: int


class WebhookTest(Answer):
    """What came of the test event; `status` is None where there was no answer."""

    succeeded: bool
    description: str
    status: int | None


async def create_webhook(request: Call, data: JSONBody[WebhookCreatePayload]) -> NewWebhookResponse:
    """Subscribe to the application's events in the platform's words."""
    secret = new_signing_secret() if data.secret is UNSET else data.secret
    events = ("*",) if data.events is UNSET else tuple(data.events)
    new = NewSubscription(dialect=DIALECT, url=data.url, secret=secret, event_types=events)
    made = await subscribed(request, new)
    return NewWebhookResponse(**_shown(made), secret=secret)


async def list_webhooks(request: Call, asked: NamedDependency[Asked]) -> PaginatedWebhookList:
    """Every webhook of the application, in whatever dialect, newest first."""
    page = await page_of(
        request,
        asked,
        lambda reader, wanted: store.page(reader, request.access, wanted),
        lambda webhook: Position(webhook.created_at, webhook.subscription_id),
    )
    return PaginatedWebhookList(
        data=[WebhookResponse(**_shown(webhook)) for webhook in page.rows], pagination=cursors_of(page)
    )


async def get_webhook(request: Call, webhook_id: FromPath[str]) -> WebhookCondition:
    """A webhook and how it does."""
    async with request.hub.db.read() as reader:
        found = await log.condition(reader, request.access, webhook_id_of(webhook_id))
        pending = await count_behind(reader, found.subscription_id, _COUNTED)
    return WebhookCondition(
        **_shown(found),
        failing_since=timestamp(found.failing_since),
        failures=found.failures,
        pending_events=pending,
        held_deliveries=found.held,
    )


async def update_webhook(
    request: Call, webhook_id: FromPath[str], data: JSONBody[WebhookUpdatePayload]
) -> WebhookResponse:
    """Change a webhook of this dialect, which also brings an inactive one back."""
    hub = request.hub
    changes = SubscriptionChanges(
        url=data.url, secret=data.secret, event_types=UNSET if data.events is UNSET else tuple(data.events)
    )
    async with hub.db.transaction() as tx:
        await store.get(tx, request.access, webhook_id_of(webhook_id), dialect=DIALECT)
        changed = await update(
            tx,
            request.access,
            webhook_id_of(webhook_id),
            changes,
            vault=hub.vault,
            now=hub.clock(),
            allows_http=allows_http(hub),
        )
    hub.notifier.wake("events")
    return WebhookResponse(**_shown(changed))


async def delete_webhook(request: Call, webhook_id: FromPath[str]) -> None:
    """End a webhook of this dialect, with all that waits for it."""
    async with request.hub.db.transaction() as tx:
        await store.get(tx, request.access, webhook_id_of(webhook_id), dialect=DIALECT)
        await delete(tx, request.access, webhook_id_of(webhook_id))


async def test_webhook(request: Call, webhook_id: FromPath[str]) -> WebhookTest:
    """Send the test event of the webhook's dialect now; a success brings an inactive webhook back."""
    hub = request.hub
    outcome = await test(
        hub.db,
        request.access,
        webhook_id_of(webhook_id),
        outbound=hub.outbound,
        dialects=webhook_dialects(request),
        vault=hub.vault,
        clock=hub.clock,
    )
    hub.notifier.wake("events")
    status = None if outcome.answer is None else outcome.answer.code
    return WebhookTest(succeeded=outcome.succeeded, description=outcome.description, status=status)


async def replay_webhook(request: Call, webhook_id: FromPath[str], data: JSONBody[ReplayPayload]) -> Replay:
    """Deliver again, in order and under new delivery ids, everything that happened since a moment."""
    hub = request.hub
    pending = await replay(hub.db, request.access, webhook_id_of(webhook_id), data.since, now=hub.clock())
    hub.notifier.wake("events")
    return Replay(pending_events=pending)


def webhook_id_of(text: str) -> SubscriptionId:
    """A webhook's id; raises NotFound."""
    return SubscriptionId(uuid_of("webhook", text))


def _shown(webhook: Subscription) -> dict[str, Any]:
    return {
        "id": str(webhook.subscription_id),
        "dialect": webhook.dialect,
        "url": webhook.url,
        "events": list(webhook.event_types),
        "is_active": webhook.is_active,
        "inactive_since": timestamp(webhook.inactive_since),
        "inactive_reason": webhook.inactive_reason,
        "last_success_at": rfc3339(webhook.last_success_at),
        "created_at": rfc3339(webhook.created_at),
    }
