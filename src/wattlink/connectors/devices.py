"""The normalised form of devices: what every connector reads and every dialect shows.

Units: kW, kWh, %, °C, km, A, minutes; times in UTC. None means that the vendor doesn't tell. Stored as JSON, tagged
by `kind`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class Kind(StrEnum):
    """What a device is."""

    VEHICLE = "vehicle"
    CHARGER = "charger"
    HVAC = "hvac"
    INVERTER = "inverter"
    BATTERY = "battery"
    METER = "meter"


class PowerDelivery(StrEnum):
    """How power flows between a charger and a vehicle, seen from either side."""

    UNKNOWN = "UNKNOWN"
    UNPLUGGED = "UNPLUGGED"
    INITIALIZING = "PLUGGED_IN:INITIALIZING"
    CHARGING = "PLUGGED_IN:CHARGING"
    STOPPED = "PLUGGED_IN:STOPPED"
    COMPLETE = "PLUGGED_IN:COMPLETE"
    NO_POWER = "PLUGGED_IN:NO_POWER"
    FAULT = "PLUGGED_IN:FAULT"
    DISCHARGING = "PLUGGED_IN:DISCHARGING"


class Capability(msgspec.Struct, frozen=True):
    """Whether a device can do something now.

    Not capable without interventions: the device never will. Not capable with interventions (ids of the catalogue):
    somebody must do something first.
    """

    is_capable: bool = False
    interventions: tuple[str, ...] = ()


CAPABLE = Capability(is_capable=True)
MISSING = Capability()


def blocked(*interventions: str) -> Capability:
    """A capability that waits for somebody to do what these interventions say."""
    return Capability(is_capable=False, interventions=interventions)


class VehicleInformation(msgspec.Struct, frozen=True, kw_only=True):
    vin: str | None = None
    brand: str | None = None
    model: str | None = None
    year: int | None = None
    display_name: str | None = None


class VehicleChargeState(msgspec.Struct, frozen=True, kw_only=True):
    battery_level: float | None = None  # %
    range: float | None = None  # km
    is_plugged_in: bool | None = None
    is_charging: bool | None = None
    is_fully_charged: bool | None = None
    battery_capacity: float | None = None  # kWh, usable
    charge_limit: float | None = None  # %
    charge_rate: float | None = None  # kW, only while charging
    charge_time_remaining: float | None = None  # minutes, only while charging
    max_current: float | None = None  # A
    power_delivery: PowerDelivery = PowerDelivery.UNKNOWN
    last_updated: datetime | None = None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    longitude: float | None = None
    latitude: float | None = None
    last_updated: datetime | None = None


class Odometer(msgspec.Struct, frozen=True, kw_only=True):
    distance: float | None = None  # km
    last_updated: datetime | None = None


class VehicleCapabilities(msgspec.Struct, frozen=True, kw_only=True):
    information: Capability = MISSING
    charge_state: Capability = MISSING
    location: Capability = MISSING
    odometer: Capability = MISSING
    set_max_current: Capability = MISSING
    start_charging: Capability = MISSING
    stop_charging: Capability = MISSING
    smart_charging: Capability = MISSING


class Vehicle(msgspec.Struct, frozen=True, kw_only=True, tag="vehicle", tag_field="kind"):
    """A car."""

    last_seen: datetime
    is_reachable: bool | None = None
    information: VehicleInformation = VehicleInformation()
    charge_state: VehicleChargeState = VehicleChargeState()
    location: Position = Position()
    odometer: Odometer = Odometer()
    capabilities: VehicleCapabilities = VehicleCapabilities()


class ChargerInformation(msgspec.Struct, frozen=True, kw_only=True):
    brand: str
    model: str
    serial_number: str
    year: int | None = None
    display_name: str | None = None


class ChargerChargeState(msgspec.Struct, frozen=True, kw_only=True):
    is_plugged_in: bool | None = None
    is_charging: bool | None = None
    charge_rate: float | None = None  # kW
    max_current: float | None = None  # A
    power_delivery: PowerDelivery = PowerDelivery.UNKNOWN
    last_updated: datetime | None = None


class ChargerCapabilities(msgspec.Struct, frozen=True, kw_only=True):
    information: Capability = MISSING
    charge_state: Capability = MISSING
    start_charging: Capability = MISSING
    stop_charging: Capability = MISSING
    set_max_current: Capability = MISSING


class Charger(msgspec.Struct, frozen=True, kw_only=True, tag="charger", tag_field="kind"):
    """A charging point for cars."""

    last_seen: datetime
    is_reachable: bool = False
    information: ChargerInformation
    charge_state: ChargerChargeState = ChargerChargeState()
    capabilities: ChargerCapabilities = ChargerCapabilities()


Document = Vehicle | Charger
"""A device's whole normalised state."""


def kind_of(document: Document) -> Kind:
    """The kind that a document's tag says."""
    return Kind(str(document.__struct_config__.tag))


def decode_document(raw: bytes | dict[str, Any]) -> Document:
    """A stored document, from its JSON bytes or from what PostgreSQL's jsonb was decoded to."""
    document: Document
    if isinstance(raw, bytes):
        document = msgspec.json.decode(raw, type=Document)
    else:
        document = msgspec.convert(raw, type=Document, strict=False)
    return document
