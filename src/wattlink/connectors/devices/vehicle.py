"""Cars."""

from datetime import datetime

import msgspec

from wattlink.connectors.devices.parts import MISSING, Capability, Position, PowerDelivery


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
