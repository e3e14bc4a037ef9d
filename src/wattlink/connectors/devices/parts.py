"""What the kinds of devices have in common: capabilities, positions, and how power flows into a car."""

from datetime import datetime
from enum import StrEnum

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


class Position(msgspec.Struct, frozen=True, kw_only=True):
    longitude: float | None = None
    latitude: float | None = None
    last_updated: datetime | None = None


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """What a value may be, both ends included."""

    min: float
    max: float
