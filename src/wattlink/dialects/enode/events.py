"""Webhook bodies: arrays of events as Enode writes them, and the headers that sign them."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.connectors import devices as normal
from wattlink.connectors.devices import Document, Kind
from wattlink.connectors.registry import manifests
from wattlink.dialects.enode.devices.chargers import Charger, charger
from wattlink.dialects.enode.devices.vehicles import Vehicle, vehicle
from wattlink.dialects.enode.headers import CURRENT_VERSION
from wattlink.dialects.enode.vendors import name_of
from wattlink.dialects.enode.wire import Answer, Timestamp, camel
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.events.model import Event, EventType, Payload
from wattlink.settings import Settings

_OF_DEVICES = {
    EventType.DEVICE_DISCOVERED: "discovered",
    EventType.DEVICE_UPDATED: "updated",
    EventType.DEVICE_DELETED: "deleted",
}
_SHOWN = (Kind.VEHICLE, Kind.CHARGER)


class EventUser(Answer):
    id: str


class EventBody(Answer):
    """One event; which members it has depends on its name."""

    event: str
    created_at: Timestamp
    version: str
    user: EventUser | UnsetType = UNSET
    vehicle: Vehicle | UnsetType = UNSET
    charger: Charger | UnsetType = UNSET
    vendor: str | UnsetType = UNSET
    updated_fields: list[str] | UnsetType = UNSET
    pending_events: int | UnsetType = UNSET


class EnodeWebhooks:
    """How events look to apps that speak Enode."""

    deadline = 5.0  # seconds

    def __init__(self, *, deactivate_after: timedelta) -> None:
        self.deactivate_after = deactivate_after

    @classmethod
    def of(cls, settings: Settings) -> "EnodeWebhooks":
        """The dialect, as patient as the operator sets it."""
        return cls(deactivate_after=timedelta(seconds=settings.deactivate_after_seconds))

    def name_of(self, event: Event) -> str | None:
        """`user:charger:updated` and the like; None for a kind of device that isn't shown."""
        if event.type is EventType.CREDENTIALS_INVALIDATED:
            return "user:credentials:invalidated"
        if event.payload is None or event.payload.kind not in _SHOWN:
            return None
        return f"user:{event.payload.kind}:{_OF_DEVICES[event.type]}"

    def render(self, events: Sequence[Event], api_version: str | None) -> bytes:
        """The array of these events, in their order."""
        return msgspec.json.encode([self._body(event, api_version or CURRENT_VERSION) for event in events])

    def heartbeat(self, pending: int, now: datetime, api_version: str | None) -> bytes:
        """The array with the heartbeat alone."""
        return _alone("system:heartbeat", now, api_version, pending_events=pending)

    def test(self, now: datetime, api_version: str | None) -> bytes:
        """The array with the test event alone."""
        return _alone("enode:webhook:test", now, api_version)

    def headers(self, secret: str, delivery_id: DeliveryId, body: bytes) -> Mapping[str, str]:
        """The delivery's id, and the signature of the body by the webhook's secret."""
        signature = hmac.digest(secret.encode(), body, hashlib.sha1).hex()
        return {"x-enode-delivery": str(delivery_id), "x-enode-signature": f"sha1={signature}"}

    def _body(self, event: Event, version: str) -> EventBody:
        payload, name = event.payload, self.name_of(event)
        assert payload is not None
        assert name is not None
        common = EventBody(
            event=name, created_at=rfc3339(event.occurred_at), version=version, user=EventUser(id=payload.user)
        )
        if event.type is EventType.CREDENTIALS_INVALIDATED:
            return msgspec.structs.replace(common, vendor=name_of(payload.vendor))
        body = _with_device(common, event, payload)
        if event.type is not EventType.DEVICE_UPDATED:
            return body
        return msgspec.structs.replace(body, updated_fields=[camel(field) for field in payload.updated_fields])


def _with_device(body: EventBody, event: Event, payload: Payload) -> EventBody:
    assert event.device_id is not None
    match payload.document or _nothing_known(event, payload):
        case normal.Vehicle() as document:
            return msgspec.structs.replace(body, vehicle=vehicle(event.device_id, payload, document))
        case normal.Charger() as document:
            return msgspec.structs.replace(body, charger=charger(event.device_id, payload, document))
        case _:
            raise NotImplementedError  # name_of shows no other kind yet


def _nothing_known(event: Event, payload: Payload) -> Document:
    """A whole device of which only the ids may still be told."""
    if payload.kind is Kind.VEHICLE:
        return normal.Vehicle(last_seen=event.occurred_at)
    brand = manifests()[payload.vendor].name
    information = normal.ChargerInformation(brand=brand, model="", serial_number="")
    return normal.Charger(last_seen=event.occurred_at, information=information)


def _alone(name: str, now: datetime, api_version: str | None, pending_events: int | UnsetType = UNSET) -> bytes:
    event = EventBody(
        event=name, created_at=rfc3339(now), version=api_version or CURRENT_VERSION, pending_events=pending_events
    )
    return msgspec.json.encode([event])
