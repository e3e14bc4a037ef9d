"""Webhook bodies: arrays of events as Enode writes them, and the headers that sign them."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.connectors import devices as normal
from wattlink.dialects.enode.devices.actions import Action, action
from wattlink.dialects.enode.devices.batteries import Battery, battery
from wattlink.dialects.enode.devices.chargers import Charger, charger
from wattlink.dialects.enode.devices.hvacs import HVAC, hvac
from wattlink.dialects.enode.devices.inverters import Inverter, inverter
from wattlink.dialects.enode.devices.meters import Meter, meter
from wattlink.dialects.enode.devices.nothing_known import nothing_known
from wattlink.dialects.enode.devices.vehicles import Vehicle, vehicle
from wattlink.dialects.enode.headers import CURRENT_VERSION
from wattlink.dialects.enode.vendors import name_of
from wattlink.dialects.enode.wire import Answer, Timestamp
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.commands.model import DeviceCommand
from wattlink.domain.events.model import Event, EventType, Payload
from wattlink.settings.model import Settings
from wattlink.web.openapi import camel

_OF_DEVICES = {
    EventType.DEVICE_DISCOVERED: "discovered",
    EventType.DEVICE_UPDATED: "updated",
    EventType.DEVICE_DELETED: "deleted",
}
_ACTION_FIELDS = {"failure": "failureReason"}


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
    hvac: HVAC | UnsetType = UNSET
    inverter: Inverter | UnsetType = UNSET
    battery: Battery | UnsetType = UNSET
    meter: Meter | UnsetType = UNSET
    vendor_action: Action | UnsetType = UNSET
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
        """`user:charger:updated` and the like; None for what was erased."""
        if event.type is EventType.CREDENTIALS_INVALIDATED:
            return "user:credentials:invalidated"
        if event.payload is None or event.payload.kind is None:
            return None
        if event.type is EventType.COMMAND_UPDATED:
            return "user:vendor-action:updated"
        happened = _OF_DEVICES.get(event.type)
        return None if happened is None else f"user:{event.payload.kind}:{happened}"

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
        body = EventBody(
            event=name, created_at=rfc3339(event.occurred_at), version=version, user=EventUser(id=payload.user)
        )
        if event.type is EventType.CREDENTIALS_INVALIDATED:
            body.vendor = name_of(payload.vendor)
        elif event.type is EventType.COMMAND_UPDATED:
            body.vendor_action = action(msgspec.convert(payload.command, DeviceCommand, strict=False))
            body.updated_fields = [_ACTION_FIELDS.get(field, camel(field)) for field in payload.updated_fields]
        else:
            _put_device(body, event, payload)
        if event.type is EventType.DEVICE_UPDATED:
            body.updated_fields = [camel(field) for field in payload.updated_fields]
        return body


def _put_device(body: EventBody, event: Event, payload: Payload) -> None:
    assert event.device_id is not None
    assert payload.kind is not None
    device_id = event.device_id
    match payload.document or nothing_known(payload.kind, payload.vendor, event.occurred_at):
        case normal.Vehicle() as document:
            body.vehicle = vehicle(device_id, payload, document, body.version)
        case normal.Charger() as document:
            body.charger = charger(device_id, payload, document, body.version)
        case normal.Hvac() as document:
            body.hvac = hvac(device_id, payload, document, body.version)
        case normal.Inverter() as document:
            body.inverter = inverter(device_id, payload, document, body.version)
        case normal.Battery() as document:
            body.battery = battery(device_id, payload, document, body.version)
        case normal.Meter() as document:
            body.meter = meter(device_id, payload, document, body.version)


def _alone(name: str, now: datetime, api_version: str | None, pending_events: int | UnsetType = UNSET) -> bytes:
    event = EventBody(
        event=name, created_at=rfc3339(now), version=api_version or CURRENT_VERSION, pending_events=pending_events
    )
    return msgspec.json.encode([event])
