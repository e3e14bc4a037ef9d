"""Events in the platform's own words: which user, vendor, device, command or link session, and what changed of it.

A device's state isn't repeated here: it is read in the dialect that the app speaks, or told in it (`?dialect=`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.connectors.devices import Kind
from wattlink.dialects.platform.wire import Answer, Timestamp, Uuid
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.events.model import Event, EventType, Payload, SessionStep
from wattlink.settings.model import Settings
from wattlink.web.openapi import camel

HEARTBEAT, TEST = "system.heartbeat", "webhook.test"


class EventDevice(Answer):
    id: Uuid
    kind: Kind


class EventCommand(Answer):
    """A command and how far it is; `failure` once it failed."""

    id: Uuid
    state: str
    failure: str | None


class EventLinkSession(Answer):
    """A step of a link session; `cause` of the closed list where it failed, `deviceIds` once it is completed."""

    id: Uuid
    purpose: str
    state: str
    step: str
    cause: str | None
    kinds: list[Kind]
    device_ids: list[Uuid]


class EventBody(Answer):
    """One event; which members it has depends on its type."""

    type: str
    created_at: Timestamp
    id: Uuid | UnsetType = UNSET
    user_id: str | UnsetType = UNSET
    vendor: str | UnsetType | None = UNSET
    account_id: Uuid | UnsetType = UNSET
    device: EventDevice | UnsetType = UNSET
    updated_fields: list[str] | UnsetType = UNSET
    command: EventCommand | UnsetType = UNSET
    link_session: EventLinkSession | UnsetType = UNSET
    pending_events: int | UnsetType = UNSET


class PlatformWebhooks:
    """How events look to apps that want them in the platform's words; signed as Standard Webhooks, and so only."""

    deadline = 5.0  # seconds

    def __init__(self, *, deactivate_after: timedelta) -> None:
        self.deactivate_after = deactivate_after

    @classmethod
    def of(cls, settings: Settings) -> "PlatformWebhooks":
        """The dialect, as patient as the operator sets it."""
        return cls(deactivate_after=timedelta(seconds=settings.deactivate_after_seconds))

    def name_of(self, event: Event) -> str | None:
        """Our own name of what happened."""
        return event.type.value

    def render(self, events: Sequence[Event], api_version: str | None) -> bytes:
        """The array of these events, in their order."""
        del api_version
        return msgspec.json.encode([_body(event) for event in events])

    def heartbeat(self, pending: int, now: datetime, api_version: str | None) -> bytes:
        """The array with the heartbeat alone."""
        del api_version
        return msgspec.json.encode([EventBody(type=HEARTBEAT, created_at=rfc3339(now), pending_events=pending)])

    def test(self, now: datetime, api_version: str | None) -> bytes:
        """The array with the test event alone."""
        del api_version
        return msgspec.json.encode([EventBody(type=TEST, created_at=rfc3339(now))])

    def headers(self, secret: str, delivery_id: DeliveryId, body: bytes) -> Mapping[str, str]:
        """None beside those of Standard Webhooks."""
        del secret, delivery_id, body
        return {}


def _body(event: Event) -> EventBody:
    payload = event.payload
    assert payload is not None
    return EventBody(
        id=str(event.event_id),
        type=event.type.value,
        created_at=rfc3339(event.occurred_at),
        user_id=payload.user,
        vendor=payload.vendor or None,
        account_id=UNSET if event.account_id is None else str(event.account_id),
        device=_device(event, payload),
        updated_fields=_updated_fields(event, payload),
        command=_command(payload.command),
        link_session=_link_session(payload.link_session),
    )


def _device(event: Event, payload: Payload) -> EventDevice | UnsetType:
    if event.device_id is None or payload.kind is None:
        return UNSET
    return EventDevice(id=str(event.device_id), kind=payload.kind)


def _updated_fields(event: Event, payload: Payload) -> list[str] | UnsetType:
    if event.type not in (EventType.DEVICE_UPDATED, EventType.COMMAND_UPDATED):
        return UNSET
    return [camel(field) for field in payload.updated_fields]


def _command(told: Mapping[str, Any] | None) -> EventCommand | UnsetType:
    """`told` is a DeviceCommand, as its event keeps it."""
    if told is None:
        return UNSET
    return EventCommand(id=str(told["command_id"]), state=told["state"], failure=told.get("failure"))


def _link_session(step: SessionStep | None) -> EventLinkSession | UnsetType:
    if step is None:
        return UNSET
    return EventLinkSession(
        id=str(step.session_id),
        purpose=step.purpose,
        state=step.state,
        step=step.step,
        cause=step.cause,
        kinds=list(step.kinds),
        device_ids=[str(device_id) for device_id in step.device_ids],
    )
