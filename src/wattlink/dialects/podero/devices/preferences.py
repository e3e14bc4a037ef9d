"""What a partner may say of a device: kept and shown.

Nothing of it is sent to the device: each directs an optimiser, or names a setting that no connector can change. What
would claim that something happens at the device, a pause, is refused.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.connectors.devices import Kind
from wattlink.dialects.podero.onboarding import zone_of
from wattlink.dialects.podero.wire import Payload, Uuid, in_utc, uuid_in
from wattlink.domain.access.ids import BuildingId
from wattlink.domain.errors import InvalidInput

Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Celsius = Annotated[float, msgspec.Meta(ge=-50, le=100)]
HourAndMinute = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)")]


class Preferences(Payload, kw_only=True):
    """What changes; what isn't here stays, and null takes it back."""

    is_smart_optimization_active: bool | UnsetType | None = UNSET
    is_trading_enabled: bool | UnsetType | None = UNSET
    price_zone: str | UnsetType | None = UNSET
    building_id: Uuid | UnsetType | None = UNSET
    building: Uuid | UnsetType | None = UNSET
    comment: Annotated[str, msgspec.Meta(max_length=300)] | UnsetType | None = UNSET
    external_device_id: Annotated[str, msgspec.Meta(max_length=255)] | UnsetType | None = UNSET


class HeatPumpPreferences(Preferences, kw_only=True):
    optimization_level: Literal["Low", "Mid", "Max"] | UnsetType | None = UNSET
    indoor_target_temperature_offset: Annotated[float, msgspec.Meta(ge=-20, le=20)] | UnsetType | None = UNSET
    dhw_standard_temperature: Celsius | UnsetType | None = UNSET
    is_hot_water_heating_enabled: bool | UnsetType | None = UNSET
    is_space_heating_enabled: bool | UnsetType | None = UNSET
    is_pool_heating_enabled: bool | UnsetType | None = UNSET
    is_space_cooling_enabled: bool | UnsetType | None = UNSET
    heating_policy_name: Annotated[str, msgspec.Meta(max_length=255)] | UnsetType | None = UNSET
    is_heating_policy_enabled: bool | UnsetType | None = UNSET
    minimum_temperature_limit: Celsius | UnsetType | None = UNSET
    maximum_temperature_limit: Celsius | UnsetType | None = UNSET
    minimum_dhw_temperature_limit: Celsius | UnsetType | None = UNSET
    is_away_mode_enabled: bool | UnsetType | None = UNSET
    away_mode_start: datetime | UnsetType | None = UNSET
    away_mode_end: datetime | UnsetType | None = UNSET
    away_mode_minimum_temperature_limit: Celsius | UnsetType | None = UNSET
    away_mode_minimum_dhw_temperature_limit: Celsius | UnsetType | None = UNSET
    is_pause_power_active: bool | UnsetType | None = UNSET
    pause_power_active: bool | UnsetType | None = UNSET
    pause_power_until: datetime | UnsetType | None = UNSET
    pause_power_until_utc: datetime | UnsetType | None = UNSET


class ChargingPreferences(Preferences, kw_only=True):
    is_charge_policy_enabled: bool | UnsetType | None = UNSET
    charge_deadline_at: HourAndMinute | UnsetType | None = UNSET
    minimum_charge_limit: Percent | UnsetType | None = UNSET
    charge_target_min: Percent | UnsetType | None = UNSET
    is_over_charge_allowed: bool | UnsetType | None = UNSET


class WallboxPreferences(ChargingPreferences, kw_only=True):
    charge_target_max: Percent | UnsetType | None = UNSET
    charge_power_max_w: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] | UnsetType | None = UNSET


class InverterPreferences(Preferences, kw_only=True):
    solar_power_rating_kw: Annotated[float, msgspec.Meta(ge=0, le=100_000)] | UnsetType | None = UNSET
    is_battery_connected: bool | UnsetType | None = UNSET
    battery_capacity_kwh: Annotated[float, msgspec.Meta(ge=0, le=100_000)] | UnsetType | None = UNSET
    min_battery_charge: Percent | UnsetType | None = UNSET
    max_battery_charge: Percent | UnsetType | None = UNSET


OF_KIND: Mapping[Kind, type[Preferences]] = {
    Kind.HVAC: HeatPumpPreferences,
    Kind.VEHICLE: ChargingPreferences,
    Kind.CHARGER: WallboxPreferences,
    Kind.INVERTER: InverterPreferences,
}

_PAUSES = ("is_pause_power_active", "pause_power_active", "pause_power_until", "pause_power_until_utc")
_ELSEWHERE = ("building", "building_id", *_PAUSES)
_NOT_ABOVE = (
    ("minimum_temperature_limit", "maximum_temperature_limit"),
    ("away_mode_start", "away_mode_end"),
    ("charge_target_min", "charge_target_max"),
    ("min_battery_charge", "max_battery_charge"),
)


def said(given: Preferences) -> dict[str, Any]:
    """What was sent, without the building; raises InvalidInput for a price zone that there isn't, and for a pause."""
    sent: dict[str, Any] = msgspec.to_builtins(given)
    if "price_zone" in sent:
        sent["price_zone"] = zone_of("price_zone", sent["price_zone"])
    for name in _PAUSES:
        if sent.get(name):
            raise InvalidInput(name, "can't be done: nothing here pauses a heat pump and starts it again")
    for name in ("away_mode_start", "away_mode_end"):
        if sent.get(name) is not None:
            sent[name] = rfc3339(in_utc(name, getattr(given, name)))
    return {name: value for name, value in sent.items() if name not in _ELSEWHERE}


def check(document: Mapping[str, Any]) -> None:
    """Raises InvalidInput where what is kept doesn't go together."""
    for low, high in _NOT_ABOVE:
        if document.get(low) is not None and document.get(high) is not None and document[low] > document[high]:
            raise InvalidInput(low, f"must not be above {high}, {document[high]}")


def notes(document: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """What was said under these names; null where nothing was."""
    return {name: document.get(name) for name in names}


def building_said(given: Preferences) -> BuildingId | UnsetType | None:
    """The building, under either of its names; raises InvalidInput."""
    for name in ("building_id", "building"):
        said = getattr(given, name)
        if said is not UNSET:
            return None if said is None else BuildingId(uuid_in(name, said))
    return UNSET
