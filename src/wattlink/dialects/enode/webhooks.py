"""Webhooks: where an application's events go."""

from typing import Annotated, Literal

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.dialects.enode import DIALECT
from wattlink.dialects.enode.events import EnodeWebhooks
from wattlink.dialects.enode.headers import VERSIONS
from wattlink.dialects.enode.paging import cursors_of
from wattlink.dialects.enode.wire import Answer, PaginationCursors, Payload, Timestamp, Uuid, subscription_id_of
from wattlink.domain.access.paging import Position
from wattlink.domain.webhooks import store
from wattlink.domain.webhooks.delete import delete
from wattlink.domain.webhooks.model import CustomHeader, NewSubscription, Subscription, SubscriptionChanges, TestOutcome
from wattlink.domain.webhooks.test import test
from wattlink.domain.webhooks.update import update
from wattlink.web.bodies import Check, one_of
from wattlink.web.call import Call
from wattlink.web.cursors.lists import Asked, page_of
from wattlink.web.receivers import allows_http, subscribed, url_problem

EventName = Literal[
    "*",
    "user:vehicle:discovered",
    "user:vehicle:updated",
    "user:vehicle:deleted",
    "user:vehicle:smart-charging-status-updated",
    "user:charge-action:updated",
    "user:vendor-action:updated",
    "user:schedule:execution-updated",
    "user:charger:discovered",
    "user:charger:updated",
    "user:charger:deleted",
    "user:hvac:discovered",
    "user:hvac:updated",
    "user:hvac:deleted",
    "user:inverter:discovered",
    "user:inverter:updated",
    "user:inverter:deleted",
    "user:inverter:statistics-updated",
    "user:battery:discovered",
    "user:battery:updated",
    "user:battery:deleted",
    "user:meter:discovered",
    "user:meter:updated",
    "user:meter:deleted",
    "user:credentials:invalidated",
    "enode:webhook:test",
]
Url = Annotated[
    str,
    Meta(min_length=8, max_length=200, extra_json_schema={"extra": {"format": "uri"}}),
    Check(url_problem, ("https://...",)),
]
Secret = Annotated[str, Meta(min_length=6, max_length=256)]
Events = Annotated[list[EventName], Meta(min_length=1)]
ApiVersion = Annotated[str, Meta(extra_json_schema=one_of(*VERSIONS))]


class WebhookAuthenticationPayload(Payload):
    """A header that goes along with every delivery."""

    header_name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,128}$(?!\n)")]
    header_value: Annotated[str, Meta(max_length=256, pattern=r"^[!-~]([ -~]*[!-~])?$(?!\n)")]


class WebhookCreatePayload(Payload):
    url: Url
    secret: Secret
    events: Events | UnsetType = UNSET
    api_version: ApiVersion | None = None
    authentication: WebhookAuthenticationPayload | UnsetType = UNSET


class WebhookUpdatePayload(Payload):
    """What isn't there stays as it is; `authentication: null` ends it."""

    url: Url | UnsetType = UNSET
    secret: Secret | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    api_version: ApiVersion | UnsetType | None = UNSET
    authentication: WebhookAuthenticationPayload | UnsetType | None = UNSET


class WebhookAuthentication(Answer):
    """The header's value is never shown."""

    header_name: str


class WebhookResponse(Answer):
    id: Uuid
    url: str
    events: list[str]
    last_success: Timestamp
    is_active: bool
    created_at: Timestamp
    api_version: str | None
    authentication: WebhookAuthentication | None


class PaginatedWebhookList(Answer):
    data: list[WebhookResponse]
    pagination: PaginationCursors


class ReceiverAnswer(Answer):
    """What the receiver answered, cut to a readable size; headers as `name: value`."""

    code: int
    body: str
    headers: list[str] | None


class TestFirehoseWebhook(Answer):
    status: Literal["SUCCESS", "FAILURE"]
    description: str
    response: ReceiverAnswer | None


async def create_webhook(request: Call, data: JSONBody[WebhookCreatePayload]) -> WebhookResponse:
    """Subscribe to the application's events."""
    new = NewSubscription(
        dialect=DIALECT,
        url=data.url,
        secret=data.secret,
        event_types=("*",) if data.events is UNSET else tuple(data.events),
        api_version=data.api_version,
        header=None if data.authentication is UNSET else _header(data.authentication),
    )
    made = await subscribed(request, new)
    return _shown(made)


async def list_webhooks(request: Call, asked: NamedDependency[Asked]) -> PaginatedWebhookList:
    """Every webhook of the application, newest first."""
    page = await page_of(
        request,
        asked,
        lambda reader, wanted: store.page(reader, request.access, wanted, dialect=DIALECT),
        lambda webhook: Position(webhook.created_at, webhook.subscription_id),
    )
    return PaginatedWebhookList(data=[_shown(webhook) for webhook in page.rows], pagination=cursors_of(page))


async def get_webhook(request: Call, webhook_id: FromPath[str]) -> WebhookResponse:
    """A webhook and how it does."""
    async with request.hub.db.read() as reader:
        return _shown(await store.get(reader, request.access, subscription_id_of(webhook_id), dialect=DIALECT))


async def update_webhook(
    request: Call, webhook_id: FromPath[str], data: JSONBody[WebhookUpdatePayload]
) -> WebhookResponse:
    """Change a webhook, which also brings an inactive one back."""
    hub = request.hub
    changes = SubscriptionChanges(
        url=data.url,
        secret=data.secret,
        event_types=UNSET if data.events is UNSET else tuple(data.events),
        api_version=data.api_version,
        header=UNSET if data.authentication is UNSET else _header(data.authentication),
    )
    async with hub.db.transaction() as tx:
        await store.get(tx, request.access, subscription_id_of(webhook_id), dialect=DIALECT)
        changed = await update(
            tx,
            request.access,
            subscription_id_of(webhook_id),
            changes,
            vault=hub.vault,
            now=hub.clock(),
            allows_http=allows_http(hub),
        )
    hub.notifier.wake("events")
    return _shown(changed)


async def delete_webhook(request: Call, webhook_id: FromPath[str]) -> None:
    """End a webhook, with all that waits for it."""
    async with request.hub.db.transaction() as tx:
        await store.get(tx, request.access, subscription_id_of(webhook_id), dialect=DIALECT)
        await delete(tx, request.access, subscription_id_of(webhook_id))


async def test_webhook(request: Call, webhook_id: FromPath[str]) -> TestFirehoseWebhook:
    """Send a test event now; a success brings an inactive webhook back."""
    hub = request.hub
    async with hub.db.read() as reader:
        await store.get(reader, request.access, subscription_id_of(webhook_id), dialect=DIALECT)
    outcome = await test(
        hub.db,
        request.access,
        subscription_id_of(webhook_id),
        outbound=hub.outbound,
        dialects={DIALECT: EnodeWebhooks.of(hub.settings)},
        vault=hub.vault,
        clock=hub.clock,
    )
    hub.notifier.wake("events")
    return _tried(outcome)


def _header(sent: WebhookAuthenticationPayload | None) -> CustomHeader | None:
    return None if sent is None else CustomHeader(sent.header_name, sent.header_value)


def _tried(outcome: TestOutcome) -> TestFirehoseWebhook:
    answer = outcome.answer
    return TestFirehoseWebhook(
        status="SUCCESS" if outcome.succeeded else "FAILURE",
        description=outcome.description,
        response=None
        if answer is None
        else ReceiverAnswer(code=answer.code, body=answer.body, headers=list(answer.headers)),
    )


def _shown(webhook: Subscription) -> WebhookResponse:
    return WebhookResponse(
        id=str(webhook.subscription_id),
        url=webhook.url,
        events=list(webhook.event_types),
        last_success=rfc3339(webhook.last_success_at),
        is_active=webhook.is_active,
        created_at=rfc3339(webhook.created_at),
        api_version=webhook.api_version,
        authentication=None if webhook.header_name is None else WebhookAuthentication(header_name=webhook.header_name),
    )
