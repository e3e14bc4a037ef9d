"""Heat pumps, heaters, air conditioners and their thermostats."""

from datetime import datetime
from enum import StrEnum

import msgspec

from wattlink.connectors.devices.parts import MISSING, Capability, Range


class HvacCategory(StrEnum):
    """What a device does with the air or water."""

    HEATING = "HEATING"
    COOLING = "COOLING"
    HEAT_PUMP = "HEAT_PUMP"
    AGGREGATOR = "AGGREGATOR"


class HvacMode(StrEnum):
    """What a thermostat is set to do."""

    UNKNOWN = "UNKNOWN"
    OFF = "OFF"
    AUTO = "AUTO"
    COOL = "COOL"
    HEAT = "HEAT"


class HoldType(StrEnum):
    """Whether a thermostat holds what it was told, or follows its own schedule."""

    PERMANENT = "PERMANENT"
    SCHEDULED = "SCHEDULED"


class HvacInformation(msgspec.Struct, frozen=True, kw_only=True):
    brand: str
    model: str | None = None
    display_name: str
    group_name: str | None = None
    category: HvacCategory


class TemperatureState(msgspec.Struct, frozen=True, kw_only=True):
    current_temperature: float | None = None  # °C
    is_active: bool = False  # heats or cools now
    last_updated: datetime | None = None


class ThermostatState(msgspec.Struct, frozen=True, kw_only=True):
    mode: HvacMode = HvacMode.UNKNOWN
    heat_setpoint: float | None = None  # °C
    cool_setpoint: float | None = None  # °C
    hold_type: HoldType | None = None
    last_updated: datetime | None = None


class HvacCapabilities(msgspec.Struct, frozen=True, kw_only=True):
    capable_modes: tuple[HvacMode, ...] | None = None
    heat_setpoint_range: Range | None = None  # °C
    cool_setpoint_range: Range | None = None  # °C
    setpoint_difference_range: Range | None = None  # °C, between the two in AUTO
    set_follow_schedule: Capability = MISSING
    set_permanent_hold: Capability = MISSING


class Hvac(msgspec.Struct, frozen=True, kw_only=True, tag="hvac", tag_field="kind"):
    """A device that heats or cools a home."""

    last_seen: datetime
    is_reachable: bool = False
    consumption_rate: float | None = None  # kW
    information: HvacInformation
    temperature_state: TemperatureState = TemperatureState()
    thermostat_state: ThermostatState = ThermostatState()
    capabilities: HvacCapabilities = HvacCapabilities()
