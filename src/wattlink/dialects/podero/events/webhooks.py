"""Webhooks: where a partner's events go, in Podero's words. Those that speak other words are managed elsewhere."""

from typing import Annotated, Any

from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.dialects.podero import DIALECT
from wattlink.dialects.podero.events.bodies import PoderoWebhooks
from wattlink.dialects.podero.events.names import EventName
from wattlink.dialects.podero.wire import Answer, Payload, Timestamp, Uuid, timestamp
from wattlink.domain.access.ids import SubscriptionId
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.webhooks import store
from wattlink.domain.webhooks.delete import delete
from wattlink.domain.webhooks.deliveries.store import count_behind
from wattlink.domain.webhooks.log import store as log
from wattlink.domain.webhooks.model import CustomHeader, NewSubscription, Subscription, SubscriptionChanges
from wattlink.domain.webhooks.secrets import new_signing_secret
from wattlink.domain.webhooks.test import test
from wattlink.domain.webhooks.update import update
from wattlink.web.call import Call, uuid_of
from wattlink.web.receivers import allows_http, subscribed

_MOST = 1000
_COUNTED = 10_000

Url = Annotated[str, Meta(min_length=8, max_length=200, extra_json_schema={"extra": {"format": "uri"}})]
Secret = Annotated[str, Meta(min_length=6, max_length=256)]
Events = Annotated[list[EventName], Meta(min_length=1)]


class Header(Payload):
    """A header that goes along with every delivery; its value is never shown."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,128}$(?!\n)")]
    value: Annotated[str, Meta(max_length=256, pattern=r"^[!-~]([ -~]*[!-~])?$(?!\n)")]


class WebhookIn(Payload):
    """Without a `secret` one is made; without `events` all are sent."""

    url: Url
    secret: Secret | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    header: Header | UnsetType | None = UNSET


class WebhookUpdate(Payload):
    """What isn't there stays as it is, and `header: null` ends it. Any change brings an inactive webhook back."""

    url: Url | UnsetType = UNSET
    secret: Secret | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    header: Header | UnsetType | None = UNSET


class WebhookOut(Answer):
    """A webhook; `header_name` is that of the header which goes along."""

    id: Uuid
    url: str
    events: list[str]
    header_name: str | None
    is_active: bool
    inactive_since: Timestamp | None
    inactive_reason: str | None
    last_success_at: Timestamp
    created_at: Timestamp


class NewWebhook(WebhookOut):
    """`secret` is shown here and never again."""

    secret: str


class WebhookCondition(WebhookOut):
    """How it does: since when and how often in a row it fails, and how many events wait (counted up to 10,000)."""

    failing_since: Timestamp | None
    failures: int
    pending_events: int
    held_deliveries: int


class WebhookTest(Answer):
    """What came of the test event; `status` is null where there was no answer."""

    succeeded: bool
    description: str
    status: int | None


async def create_webhook(request: Call, org_id: FromPath[str], data: JSONBody[WebhookIn]) -> NewWebhook:  # noqa: ARG001
    """Subscribe to what happens from now on."""
    secret = new_signing_secret() if data.secret is UNSET else data.secret
    new = NewSubscription(
        dialect=DIALECT,
        url=data.url,
        secret=secret,
        event_types=("*",) if data.events is UNSET else tuple(data.events),
        header=_header(data.header) or None,
    )
    made = await subscribed(request, new)
    return NewWebhook(**_shown(made), secret=secret)


async def list_webhooks(request: Call, org_id: FromPath[str]) -> list[WebhookOut]:  # noqa: ARG001
    """Every webhook that was made here, newest first."""
    async with request.hub.db.read() as reader:
        found = await store.page(reader, request.access, PageRequest(limit=_MOST), dialect=DIALECT)
    return [WebhookOut(**_shown(webhook)) for webhook in found]


async def get_webhook(request: Call, org_id: FromPath[str], webhook_id: FromPath[str]) -> WebhookCondition:  # noqa: ARG001
    """A webhook and how it does."""
    async with request.hub.db.read() as reader:
        own = await store.get(reader, request.access, _id_of(webhook_id), dialect=DIALECT)
        found = await log.condition(reader, request.access, own.subscription_id)
        pending = await count_behind(reader, own.subscription_id, _COUNTED)
    return WebhookCondition(
        **_shown(found),
        failing_since=timestamp(found.failing_since),
        failures=found.failures,
        pending_events=pending,
        held_deliveries=found.held,
    )


async def update_webhook(
    request: Call,
    org_id: FromPath[str],  # noqa: ARG001
    webhook_id: FromPath[str],
    data: JSONBody[WebhookUpdate],
) -> WebhookOut:
    """Change a webhook, which also brings an inactive one back."""
    hub = request.hub
    changes = SubscriptionChanges(
        url=data.url,
        secret=data.secret,
        event_types=UNSET if data.events is UNSET else tuple(data.events),
        header=_header(data.header),
    )
    async with hub.db.transaction() as tx:
        own = await store.get(tx, request.access, _id_of(webhook_id), dialect=DIALECT)
        changed = await update(
            tx,
            request.access,
            own.subscription_id,
            changes,
            vault=hub.vault,
            now=hub.clock(),
            allows_http=allows_http(hub),
        )
    hub.notifier.wake("events")
    return WebhookOut(**_shown(changed))


async def delete_webhook(request: Call, org_id: FromPath[str], webhook_id: FromPath[str]) -> None:  # noqa: ARG001
    """End a webhook, with all that waits for it."""
    async with request.hub.db.transaction() as tx:
        own = await store.get(tx, request.access, _id_of(webhook_id), dialect=DIALECT)
        await delete(tx, request.access, own.subscription_id)


async def test_webhook(request: Call, org_id: FromPath[str], webhook_id: FromPath[str]) -> WebhookTest:  # noqa: ARG001
    """Send `webhook.test` now; a success brings an inactive webhook back."""
    hub = request.hub
    async with hub.db.read() as reader:
        own = await store.get(reader, request.access, _id_of(webhook_id), dialect=DIALECT)
    outcome = await test(
        hub.db,
        request.access,
        own.subscription_id,
        outbound=hub.outbound,
        dialects={DIALECT: PoderoWebhooks.of(hub.settings)},
        vault=hub.vault,
        clock=hub.clock,
    )
    hub.notifier.wake("events")
    status = None if outcome.answer is None else outcome.answer.code
    return WebhookTest(succeeded=outcome.succeeded, description=outcome.description, status=status)


def _id_of(text: str) -> SubscriptionId:
    return SubscriptionId(uuid_of("webhook", text))


def _header(sent: Header | UnsetType | None) -> CustomHeader | UnsetType | None:
    return CustomHeader(sent.name, sent.value) if isinstance(sent, Header) else sent


def _shown(webhook: Subscription) -> dict[str, Any]:
    return {
        "id": str(webhook.subscription_id),
        "url": webhook.url,
        "events": list(webhook.event_types),
        "header_name": webhook.header_name,
        "is_active": webhook.is_active,
        "inactive_since": timestamp(webhook.inactive_since),
        "inactive_reason": webhook.inactive_reason,
        "last_success_at": rfc3339(webhook.last_success_at),
        "created_at": rfc3339(webhook.created_at),
    }
