"""Events as partners are told them: users, devices and sessions in the very shapes that `GET` answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.connectors.registry import manifests
from wattlink.dialects.podero import users
from wattlink.dialects.podero.devices import documents
from wattlink.dialects.podero.events.names import HEARTBEAT, SHORT, TEST, name_of, updated_fields
from wattlink.dialects.podero.events.seen import device_in
from wattlink.dialects.podero.wire import Answer, Timestamp, Uuid
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.events.model import Event, EventType, Payload, SessionStep
from wattlink.domain.users.people.model import Person
from wattlink.settings.model import Settings

_SHOWN = (EventType.DEVICE_DISCOVERED, EventType.DEVICE_UPDATED, EventType.PREFERENCES_UPDATED)
_UPDATES = (
    *(EventType.USER_UPDATED, EventType.DEVICE_UPDATED, EventType.PREFERENCES_UPDATED),
    EventType.COMMAND_UPDATED,
)
_REAUTHENTICATE = "reauthenticate"


class EventCommand(Answer):
    """A command and how far it is; `failure` once it failed."""

    id: Uuid
    state: str
    failure: str | None


class EventSession(Answer):
    """Where an onboarding session stands; `reason` why the last try led to nothing, `object_id` after success."""

    id: Uuid
    step: str
    reason: str | None
    object_id: Uuid | None


class EventBody(Answer):
    """One event; which members it has depends on its type."""

    type: str
    created_at: Timestamp
    id: Uuid | UnsetType = UNSET
    user_id: Uuid | UnsetType = UNSET
    manufacturer: str | UnsetType = UNSET
    user: users.UserOut | UnsetType = UNSET
    device_id: Uuid | UnsetType = UNSET
    device_type: str | UnsetType = UNSET
    device: documents.Device | UnsetType = UNSET
    updated_fields: list[str] | UnsetType = UNSET
    code: str | UnsetType = UNSET
    command: EventCommand | UnsetType = UNSET
    onboarding_session: EventSession | UnsetType = UNSET
    pending_events: int | UnsetType = UNSET


class PoderoWebhooks:
    """How events look to partners; signed as Standard Webhooks, and so only."""

    deadline = 5.0  # seconds

    def __init__(self, *, deactivate_after: timedelta, public_url: str) -> None:
        self.deactivate_after = deactivate_after
        self._public_url = public_url

    @classmethod
    def of(cls, settings: Settings) -> "PoderoWebhooks":
        """The dialect, as patient as the operator sets it."""
        return cls(
            deactivate_after=timedelta(seconds=settings.deactivate_after_seconds), public_url=settings.public_url
        )

    def name_of(self, event: Event) -> str | None:
        """`wallbox.updated` and the like."""
        return name_of(event)

    def render(self, events: Sequence[Event], api_version: str | None) -> bytes:
        """The array of these events, in their order."""
        del api_version
        return msgspec.json.encode([_body(event, self._public_url) for event in events])

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


def _body(event: Event, public_url: str) -> EventBody:
    payload, name = event.payload, name_of(event)
    assert payload is not None
    assert name is not None
    return EventBody(
        id=str(event.event_id),
        type=name,
        created_at=rfc3339(event.occurred_at),
        user_id=UNSET if event.user_id is None else str(event.user_id),
        manufacturer=manifests()[payload.vendor].name if payload.vendor else UNSET,
        user=_user(payload),
        device_id=UNSET if event.device_id is None else str(event.device_id),
        device_type=UNSET if payload.kind is None else SHORT[payload.kind],
        device=device_in(event, payload, public_url) if event.type in _SHOWN else UNSET,
        updated_fields=updated_fields(event, payload) if event.type in _UPDATES else UNSET,
        code=_REAUTHENTICATE if event.type is EventType.CREDENTIALS_INVALIDATED else UNSET,
        command=_command(payload.command),
        onboarding_session=_session(payload.link_session),
    )


def _user(payload: Payload) -> users.UserOut | UnsetType:
    return UNSET if payload.person is None else users.shown(msgspec.convert(payload.person, Person, strict=False))


def _command(told: Mapping[str, Any] | None) -> EventCommand | UnsetType:
    """`told` is a DeviceCommand, as its event keeps it."""
    if told is None:
        return UNSET
    return EventCommand(id=str(told["command_id"]), state=told["state"], failure=told.get("failure"))


def _session(step: SessionStep | None) -> EventSession | UnsetType:
    if step is None:
        return UNSET
    object_id = None if step.object_id is None else str(step.object_id)
    return EventSession(id=str(step.session_id), step=step.step, reason=step.cause, object_id=object_id)
