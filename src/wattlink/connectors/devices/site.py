"""What belongs to a home's power: solar inverters, batteries and meters."""

from datetime import datetime
from enum import StrEnum

import msgspec

from wattlink.connectors.devices.parts import MISSING, Capability, Position


class InverterInformation(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: str  # the vendor's id, for people
    serial_number: str | None = None
    brand: str
    model: str
    site_name: str
    installed_at: datetime


class ProductionState(msgspec.Struct, frozen=True, kw_only=True):
    production_rate: float | None = None  # kW
    is_producing: bool | None = None
    total_lifetime_production: float | None = None  # kWh
    last_updated: datetime | None = None


class InverterCapabilities(msgspec.Struct, frozen=True, kw_only=True):
    production_state: Capability = MISSING
    production_statistics: Capability = MISSING


class Inverter(msgspec.Struct, frozen=True, kw_only=True, tag="inverter", tag_field="kind"):
    """What brings solar power into a home."""

    last_seen: datetime
    is_reachable: bool = False
    timezone: str | None = None  # IANA
    information: InverterInformation
    production_state: ProductionState = ProductionState()
    location: Position = Position()
    capabilities: InverterCapabilities = InverterCapabilities()


class BatteryStatus(StrEnum):
    """What a battery does now."""

    CHARGING = "CHARGING"
    DISCHARGING = "DISCHARGING"
    IDLE = "IDLE"
    FAULT = "FAULT"
    UNKNOWN = "UNKNOWN"


class OperationMode(StrEnum):
    """What a battery is set to aim at."""

    IMPORT_FOCUS = "IMPORT_FOCUS"  # keep charged from the grid
    EXPORT_FOCUS = "EXPORT_FOCUS"  # feed the grid
    TIME_OF_USE = "TIME_OF_USE"
    SELF_RELIANCE = "SELF_RELIANCE"
    IDLE = "IDLE"
    UNKNOWN = "UNKNOWN"


class BatteryInformation(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: str  # the vendor's id, for people
    brand: str
    model: str
    site_name: str
    installed_at: datetime


class BatteryChargeState(msgspec.Struct, frozen=True, kw_only=True):
    status: BatteryStatus | None = None
    battery_capacity: float | None = None  # kWh
    battery_level: float | None = None  # %
    charge_rate: float | None = None  # kW; negative while discharging
    discharge_limit: float | None = None  # %
    last_updated: datetime | None = None


class BatteryConfig(msgspec.Struct, frozen=True, kw_only=True):
    operation_mode: OperationMode | None = None
    last_updated: datetime | None = None


class BatteryCapabilities(msgspec.Struct, frozen=True, kw_only=True):
    """One for each mode that the battery can be set to."""

    import_focus: Capability = MISSING
    export_focus: Capability = MISSING
    time_of_use: Capability = MISSING
    self_reliance: Capability = MISSING
    idle: Capability = MISSING


class Battery(msgspec.Struct, frozen=True, kw_only=True, tag="battery", tag_field="kind"):
    """What stores a home's power."""

    last_seen: datetime
    is_reachable: bool = False
    timezone: str | None = None  # IANA
    information: BatteryInformation
    charge_state: BatteryChargeState = BatteryChargeState()
    config: BatteryConfig = BatteryConfig()
    location: Position = Position()
    capabilities: BatteryCapabilities = BatteryCapabilities()


class MeterInformation(msgspec.Struct, frozen=True, kw_only=True):
    brand: str
    model: str
    site_name: str
    installed_at: datetime


class EnergyState(msgspec.Struct, frozen=True, kw_only=True):
    power: float | None = None  # kW from the grid; negative while feeding it
    last_updated: datetime | None = None


class MeterCapabilities(msgspec.Struct, frozen=True, kw_only=True):
    measures_consumption: Capability = MISSING
    measures_production: Capability = MISSING


class Meter(msgspec.Struct, frozen=True, kw_only=True, tag="meter", tag_field="kind"):
    """What measures the power between a home and the grid."""

    last_seen: datetime
    is_reachable: bool = False
    timezone: str | None = None  # IANA
    information: MeterInformation
    energy_state: EnergyState = EnergyState()
    location: Position = Position()
    capabilities: MeterCapabilities = MeterCapabilities()
