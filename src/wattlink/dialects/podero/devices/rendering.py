"""From the normalised form, and what a partner said, to Podero's shape."""

from typing import Any, NamedTuple

from wattlink.connectors.devices import Charger, Hvac, Inverter, Vehicle
from wattlink.connectors.registry import manifests
from wattlink.dialects.podero.devices import documents as shown
from wattlink.dialects.podero.devices.preferences import notes
from wattlink.dialects.podero.wire import timestamp
from wattlink.domain.commands.boosts.model import Boost, BoostState, boost_state
from wattlink.domain.devices.model import Device
from wattlink.domain.premises.preferences.model import Kept
from wattlink.domain.users.people.model import Person

_TYPES = {
    "hvac": ("hp_atw", "Heat Pump (Air-to-Water)"),
    "vehicle": ("ev", "Electric Vehicle"),
    "inverter": ("inverter", "Solar Inverter"),
    "charger": ("wb", "Wallbox"),
}


_HEAT_PUMP_NOTES = (
    *("optimization_level", "indoor_target_temperature_offset", "dhw_standard_temperature"),
    *("is_hot_water_heating_enabled", "is_space_heating_enabled", "is_pool_heating_enabled"),
    *("is_space_cooling_enabled", "heating_policy_name", "is_heating_policy_enabled"),
    *("minimum_temperature_limit", "maximum_temperature_limit", "minimum_dhw_temperature_limit"),
    *("is_away_mode_enabled", "away_mode_start", "away_mode_end"),
    *("away_mode_minimum_temperature_limit", "away_mode_minimum_dhw_temperature_limit"),
)
_VEHICLE_NOTES = ("minimum_charge_limit", "charge_deadline_at", "charge_target_min", "is_over_charge_allowed")
_WALLBOX_NOTES = (*_VEHICLE_NOTES, "charge_target_max", "charge_power_max_w")
_INVERTER_NOTES = (
    *("solar_power_rating_kw", "is_battery_connected", "battery_capacity_kwh"),
    *("min_battery_charge", "max_battery_charge"),
)
_REAUTHENTICATE = "reauthenticate"  # the only code that partners know: signing in again, or pairing a car


class Seen(NamedTuple):
    """A device with whose it is and what is kept of it, and the address at which its user's part is done."""

    device: Device
    owner: Person
    kept: Kept
    resolution: str | None = None
    boost: Boost | None = None

    @property
    def boost_state(self) -> BoostState:
        """Where a car's boost stands."""
        return boost_state(self.device, self.boost, is_in_touch=self.kept.is_authenticated)


def rendered(seen: Seen) -> shown.Device:
    """The device as a partner sees it."""
    document, common = seen.device.document, _common(seen)
    match document:
        case Vehicle():
            return _vehicle(document, seen, common)
        case Hvac():
            return _heat_pump(document, seen.kept.document, common)
        case Inverter():
            watts = _watts(document.production_state.production_rate)
            said = notes(seen.kept.document, _INVERTER_NOTES)
            return shown.Inverter(**common, **said, current_solar_production_w=watts)
        case Charger():
            return _wallbox(document, seen, common)
        case _:
            raise TypeError(f"no partner is shown a {seen.device.kind}")


def _common(seen: Seen) -> dict[str, Any]:
    device, kept = seen.device, seen.kept
    said, is_fine = kept.document, kept.is_authenticated
    reachable = bool(device.document.is_reachable)
    information = device.document.information
    short, long = _TYPES[device.kind]
    manufacturer = getattr(information, "brand", None) or manifests()[device.vendor].name
    connection = ("ok" if reachable else "warning") if is_fine else "error"
    return {
        "id": str(device.device_id),
        "connection_status": connection,
        "monitoring_status": connection,
        "steering_status": "unknown",
        "lifecycle_state": "authenticated" if is_fine else "error",
        "lifecycle_error": None if is_fine else "The manufacturer no longer lets us in: the user has to sign in again.",
        "device_model": shown.DeviceModel(
            device_type=shown.TypeOfDevice(short, long),
            manufacturer=manufacturer,
            model=getattr(information, "model", None),
            year=getattr(information, "year", None),
        ),
        "owner": _owner(seen.owner),
        "building": None if kept.building_id is None else str(kept.building_id),
        "created_at": timestamp(device.created_at),
        "updated_at": timestamp(max(device.updated_at, kept.changed_at or device.updated_at)),
        "price_zone": said.get("price_zone"),
        "is_authenticated": is_fine,
        "is_smart_optimization_active": said.get("is_smart_optimization_active", False),
        "is_trading_enabled": said.get("is_trading_enabled", False),
        "external_device_id": said.get("external_device_id", ""),
        "comment": said.get("comment"),
        "current_state_last_updated_at": timestamp(device.updated_at),
        "last_monitoring_executed_at": timestamp(device.document.last_seen),
        "authorization_url": seen.resolution,
        "action_needed": seen.resolution is not None,
        "actions": [] if seen.resolution is None else [_action(seen.resolution)],
    }


def _action(url: str) -> shown.Action:
    return shown.Action(
        code=_REAUTHENTICATE,
        resolution_link=shown.ResolutionLink(url=url, required_parameters=["successUrl", "cancelUrl"]),
    )


def _owner(person: Person) -> shown.Owner:
    return shown.Owner(
        id=str(person.user_id),
        email=person.email or "",
        first_name=person.first_name,
        last_name=person.last_name,
        external_id=person.own_id,
    )


def _vehicle(vehicle: Vehicle, seen: Seen, common: dict[str, Any]) -> shown.ElectricVehicle:
    state, said = vehicle.charge_state, seen.kept.document
    return shown.ElectricVehicle(
        **common,
        is_plugged_in=state.is_plugged_in,
        is_charging=state.is_charging,
        charge_rate_w=_watts(state.charge_rate),
        battery_level=state.battery_level,
        battery_capacity_kwh=state.battery_capacity,
        is_fully_charged=state.is_fully_charged,
        driving_range=state.range,
        boost_state=seen.boost_state,
        boost_for_next_session=seen.boost is not None and seen.boost.is_armed,
        charge_target_max=None if state.charge_limit is None else round(state.charge_limit),
        is_charge_policy_enabled=said.get("is_charge_policy_enabled", False),
        charge_policy_last_updated_at=timestamp(seen.kept.policy_changed_at),
        **notes(said, _VEHICLE_NOTES),
    )


def _heat_pump(hvac: Hvac, said: dict[str, Any], common: dict[str, Any]) -> shown.HeatPump:
    return shown.HeatPump(
        **common,
        indoor_actual_temperature=hvac.temperature_state.current_temperature,
        indoor_target_temperature=hvac.thermostat_state.heat_setpoint,
        **notes(said, _HEAT_PUMP_NOTES),
    )


def _wallbox(charger: Charger, seen: Seen, common: dict[str, Any]) -> shown.Wallbox:
    state, said, is_fine = charger.charge_state, seen.kept.document, seen.kept.is_authenticated
    return shown.Wallbox(
        **common,
        mode=_mode(charger, is_authenticated=is_fine),
        connection="online" if charger.is_reachable and is_fine else "offline",
        is_plugged_in=state.is_plugged_in,
        is_charging=state.is_charging,
        charge_rate_w=_watts(state.charge_rate),
        is_charge_policy_enabled=said.get("is_charge_policy_enabled", False),
        **notes(said, _WALLBOX_NOTES),
    )


def _mode(charger: Charger, *, is_authenticated: bool) -> str:
    state = charger.charge_state
    if not is_authenticated or not charger.is_reachable:
        return "UNAVAILABLE"
    if state.is_charging:
        return "CHARGING"
    if state.is_plugged_in is None:
        return "UNKNOWN"
    return "PLUGGED_IN" if state.is_plugged_in else "READY"


def _watts(kilowatts: float | None) -> int | None:
    return None if kilowatts is None else round(kilowatts * 1000)
