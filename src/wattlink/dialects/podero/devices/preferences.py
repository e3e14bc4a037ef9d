"""What a partner may say of a device: kept and shown, nothing of it is sent to the device."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.connectors.devices import Kind
from wattlink.dialects.podero.onboarding import zone_of
from wattlink.dialects.podero.wire import Payload, Uuid

Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
HourAndMinute = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Preferences(Payload, kw_only=True):
    """What changes; what isn't here stays, and null takes it back."""

    is_smart_optimization_active: bool | UnsetType = UNSET
    is_trading_enabled: bool | UnsetType = UNSET
    price_zone: str | UnsetType | None = UNSET
    building_id: Uuid | UnsetType | None = UNSET
    building: Uuid | UnsetType | None = UNSET
    comment: Annotated[str, msgspec.Meta(max_length=300)] | UnsetType | None = UNSET
    external_device_id: Annotated[str, msgspec.Meta(max_length=255)] | UnsetType = UNSET


class HeatPumpPreferences(Preferences, kw_only=True):
    optimization_level: Literal["Low", "Mid", "Max"] | UnsetType | None = UNSET


class ChargingPreferences(Preferences, kw_only=True):
    is_charge_policy_enabled: bool | UnsetType = UNSET
    charge_deadline_at: HourAndMinute | UnsetType | None = UNSET
    minimum_charge_limit: Percent | UnsetType | None = UNSET


class InverterPreferences(Preferences, kw_only=True):
    solar_power_rating_kw: Annotated[float, msgspec.Meta(ge=0, le=100_000)] | UnsetType | None = UNSET


OF_KIND: Mapping[Kind, type[Preferences]] = {
    Kind.HVAC: HeatPumpPreferences,
    Kind.VEHICLE: ChargingPreferences,
    Kind.CHARGER: ChargingPreferences,
    Kind.INVERTER: InverterPreferences,
}


def said(given: Preferences) -> dict[str, Any]:
    """What was sent, without the building; raises InvalidInput for a price zone that there isn't."""
    sent: dict[str, Any] = msgspec.to_builtins(given)
    if "price_zone" in sent:
        sent["price_zone"] = zone_of(sent["price_zone"])
    return {name: value for name, value in sent.items() if name not in ("building", "building_id")}


def building_said(given: Preferences) -> str | UnsetType | None:
    """The building, under either of its names."""
    return given.building_id if given.building_id is not UNSET else given.building
