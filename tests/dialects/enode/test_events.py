"""Webhook bodies as Enode writes them."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.dialects.enode.test_devices import CHARGER, VEHICLE
from tests.support.documents import BATTERY, HVAC, INVERTER, METER
from wattlink.base.ids import new_id
from wattlink.connectors.devices import Document, Kind
from wattlink.dialects.enode.devices.batteries import Battery
from wattlink.dialects.enode.devices.chargers import Charger
from wattlink.dialects.enode.devices.hvacs import HVAC as Hvac
from wattlink.dialects.enode.devices.inverters import Inverter
from wattlink.dialects.enode.devices.meters import Meter
from wattlink.dialects.enode.devices.vehicles import Vehicle
from wattlink.dialects.enode.events import EnodeWebhooks
from wattlink.domain.access.ids import ApplicationId, DeliveryId, DeviceId, EventId, UserId
from wattlink.domain.events.model import Event, EventType, Payload

_AT = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
_DIALECT = EnodeWebhooks(deactivate_after=timedelta(hours=24))
_DEVICE = DeviceId(new_id())
_KINDS: list[tuple[Kind, Document, type[Any]]] = [
    (Kind.VEHICLE, VEHICLE, Vehicle),
    (Kind.CHARGER, CHARGER, Charger),
    (Kind.HVAC, HVAC, Hvac),
    (Kind.INVERTER, INVERTER, Inverter),
    (Kind.BATTERY, BATTERY, Battery),
    (Kind.METER, METER, Meter),
]


def event(type_: EventType, kind: Kind | None, document: Document | None = None, **payload: Any) -> Event:
    return Event(
        epoch=1,
        xid=1,
        position=1,
        recorded_at=_AT,
        event_id=EventId(new_id()),
        application_id=ApplicationId(new_id()),
        user_id=UserId(new_id()),
        account_id=None,
        device_id=_DEVICE if kind else None,
        type=type_,
        occurred_at=_AT,
        payload=Payload(
            user="ada",
            vendor="easee" if kind is Kind.CHARGER else "tesla",
            kind=kind,
            scopes=("vehicle:read:data",),
            document=document,
            **payload,
        ),
    )


def body(*events: Event, version: str | None = None) -> list[dict[str, Any]]:
    decoded: list[dict[str, Any]] = msgspec.json.decode(_DIALECT.render(events, version))
    return decoded


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        (EventType.DEVICE_DISCOVERED, "user:vehicle:discovered"),
        (EventType.DEVICE_UPDATED, "user:vehicle:updated"),
        (EventType.DEVICE_DELETED, "user:vehicle:deleted"),
    ],
)
def test_an_event_of_a_vehicle_carries_the_whole_vehicle(type_: EventType, name: str) -> None:
    (told,) = body(event(type_, Kind.VEHICLE, VEHICLE, updated_fields=("charge_state", "capabilities", "is_reachable")))
    vehicle = msgspec.convert(told.pop("vehicle"), Vehicle)
    assert vehicle.id == str(_DEVICE)
    assert vehicle.charge_state.battery_level == 64
    updated = told.pop("updatedFields", None)
    assert updated == (["chargeState", "capabilities", "isReachable"] if name.endswith("updated") else None)
    assert told == {
        "event": name,
        "createdAt": "2026-03-02T18:30:00.000Z",
        "version": "2024-10-01",
        "user": {"id": "ada"},
    }


def test_events_keep_their_order_and_the_version_that_was_asked_for() -> None:
    first = event(EventType.DEVICE_UPDATED, Kind.CHARGER, CHARGER, updated_fields=("charge_state",))
    second = event(EventType.CREDENTIALS_INVALIDATED, None)
    told = body(first, second, version="2024-01-01")
    assert [one["event"] for one in told] == ["user:charger:updated", "user:credentials:invalidated"]
    assert {one["version"] for one in told} == {"2024-01-01"}
    assert msgspec.convert(told[0]["charger"], Charger).information.serial_number == "EH1"
    assert told[1].keys() == {"event", "createdAt", "version", "user", "vendor"}
    assert told[1]["vendor"] == "TESLA"


@pytest.mark.parametrize(("kind", "document", "wire"), _KINDS)
@pytest.mark.parametrize("type_", [EventType.DEVICE_DISCOVERED, EventType.DEVICE_UPDATED, EventType.DEVICE_DELETED])
def test_every_kind_is_told_whole(type_: EventType, kind: Kind, document: Document, wire: type[Any]) -> None:
    is_update = type_ is EventType.DEVICE_UPDATED
    (told,) = body(event(type_, kind, document, updated_fields=("information",) if is_update else ()))
    assert told["event"] == f"user:{kind}:{type_.value.removeprefix('device.')}"
    assert told.keys() == {"event", "createdAt", "version", "user", kind.value} | ({"updatedFields"} & {*told})
    assert ("updatedFields" in told) is is_update
    assert msgspec.convert(told[kind], wire, strict=True).is_reachable


@pytest.mark.parametrize(("kind", "wire"), [(kind, wire) for kind, _, wire in _KINDS])
def test_of_a_deleted_user_s_device_only_ids_are_told_in_the_full_shape(kind: Kind, wire: type[Any]) -> None:
    (told,) = body(event(EventType.DEVICE_DELETED, kind))
    device = told[kind]
    assert msgspec.convert(device, wire, strict=True).id == str(_DEVICE)
    harmless = {"brand", "category", "installationDate"}
    assert not any(value for name, value in device["information"].items() if name not in harmless)
    states = [part for name, part in device.items() if name.endswith("State") or name in ("location", "config")]
    told_states = {value for part in states for value in part.values() if value}
    assert told_states <= {"UNKNOWN"}


def test_a_vendor_that_was_taken_out_since_is_still_told_of() -> None:
    for type_, document in ((EventType.DEVICE_UPDATED, METER), (EventType.DEVICE_DELETED, None)):
        of_vendor = event(type_, Kind.METER, document)
        assert of_vendor.payload is not None
        gone = msgspec.structs.replace(of_vendor.payload, vendor="gone")
        (told,) = body(msgspec.structs.replace(of_vendor, payload=gone))
        assert told["meter"]["vendor"] == "GONE"


def test_what_was_erased_is_not_named() -> None:
    erased = msgspec.structs.replace(event(EventType.DEVICE_UPDATED, Kind.VEHICLE), payload=None)
    assert _DIALECT.name_of(erased) is None


def test_heartbeat_and_test_are_arrays_of_one() -> None:
    common = {"createdAt": "2026-03-02T18:30:00.000Z", "version": "2024-10-01"}
    assert msgspec.json.decode(_DIALECT.heartbeat(7, _AT, None)) == [
        {"event": "system:heartbeat", "pendingEvents": 7, **common}
    ]
    assert msgspec.json.decode(_DIALECT.test(_AT, None)) == [{"event": "enode:webhook:test", **common}]


def test_the_signature_is_enode_s_published_one() -> None:
    delivery_id = DeliveryId(new_id())
    headers = _DIALECT.headers("example-secret", delivery_id, b'{"payload":"example"}')
    assert headers == {
        "x-enode-delivery": str(delivery_id),
        "x-enode-signature": "sha1=e417e6fc2e7f8a78c93a35a7b344d36ce179fc8d",
    }
    secret = "Grüße"
    expected = hmac.new(secret.encode(), b"[]", hashlib.sha1).hexdigest()
    assert _DIALECT.headers(secret, delivery_id, b"[]")["x-enode-signature"] == f"sha1={expected}"
