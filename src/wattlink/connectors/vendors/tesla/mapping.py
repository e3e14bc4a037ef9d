"""From what the Fleet API says of a car to the normalised form. Miles become km; what isn't told stays None."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from wattlink.connectors.devices import (
    Odometer,
    Position,
    PowerDelivery,
    Vehicle,
    VehicleChargeState,
    VehicleInformation,
)
from wattlink.connectors.door import number
from wattlink.connectors.vendors.tesla.capabilities import Listed, capabilities, unlisted
from wattlink.connectors.vendors.tesla.fleet import Trouble, block

KM_PER_MILE = 1.609344

_POWER_DELIVERY = {
    "Disconnected": PowerDelivery.UNPLUGGED,
    "Stopped": PowerDelivery.STOPPED,
    "Starting": PowerDelivery.INITIALIZING,
    "Charging": PowerDelivery.CHARGING,
    "Complete": PowerDelivery.COMPLETE,
    "NoPower": PowerDelivery.NO_POWER,
}
_MODEL_BY_CAR_TYPE = {
    "models": "Model S",
    "models2": "Model S",
    "lychee": "Model S",
    "modelx": "Model X",
    "tamarind": "Model X",
    "model3": "Model 3",
    "modely": "Model Y",
    "cybertruck": "Cybertruck",
}
_MODEL_BY_VIN_LETTER = {"S": "Model S", "3": "Model 3", "X": "Model X", "Y": "Model Y", "C": "Cybertruck"}
_YEAR_LETTERS = "ABCDEFGHJKLMNPRSTVWXY123456789"  # of 2010 and the 29 years after it


def vehicle(car: Listed, data: Mapping[str, Any]) -> Vehicle:
    """A car that is online, from its data."""
    charge, drive, state = block(data, "charge_state"), block(data, "drive_state"), block(data, "vehicle_state")
    told_at = _milliseconds(charge.get("timestamp"))
    return Vehicle(
        last_seen=told_at or car.now,
        is_reachable=True,
        information=information(car.product, data),
        charge_state=charge_state(charge, told_at),
        location=_position(car, drive),
        odometer=_odometer(car, state),
        capabilities=capabilities(car, drive),
    )


def silent_vehicle(car: Listed, trouble: Trouble) -> Vehicle:
    """A car that tells nothing now: what it told last stays, and stays as old as it is."""
    before = car.last or Vehicle(last_seen=car.now, information=information(car.product, {}))
    return msgspec.structs.replace(
        before,
        is_reachable={Trouble.ASLEEP: True, Trouble.PERMISSION_MISSING: None}.get(trouble, False),
        location=before.location if car.may_show_location else Position(),
        capabilities=capabilities(car, {}, trouble=trouble),
    )


def unlisted_vehicle(last: Vehicle) -> Vehicle:
    """A car whose account doesn't let us list cars any more."""
    return msgspec.structs.replace(last, is_reachable=None, capabilities=unlisted(last.capabilities))


def information(product: Mapping[str, Any], data: Mapping[str, Any]) -> VehicleInformation:
    """Brand, model and year: from the car's configuration where it is told, else from its VIN."""
    vin = text(product.get("vin")) or ""
    configured = block(data, "vehicle_config") or block(product, "vehicle_config")
    by_vin = _MODEL_BY_VIN_LETTER.get(vin[3:4])
    name = text(block(data, "vehicle_state").get("vehicle_name")) or text(product.get("display_name"))
    return VehicleInformation(
        vin=vin or None,
        brand="Tesla",
        model=_MODEL_BY_CAR_TYPE.get(text(configured.get("car_type")) or "", by_vin),
        year=_year(vin),
        display_name=name,
    )


def charge_state(charge: Mapping[str, Any], told_at: datetime | None) -> VehicleChargeState:
    """Battery and plug; the vendor's range is in miles whatever the car shows to its driver."""
    told = text(charge.get("charging_state"))
    delivery = _POWER_DELIVERY.get(told or "", PowerDelivery.UNKNOWN)
    charging = delivery in (PowerDelivery.CHARGING, PowerDelivery.INITIALIZING)
    known = delivery is not PowerDelivery.UNKNOWN
    return VehicleChargeState(
        battery_level=number(charge.get("battery_level")),
        range=_km(charge.get("battery_range")),
        is_plugged_in=delivery is not PowerDelivery.UNPLUGGED if known else _cable(charge),
        is_charging=charging if known else None,
        is_fully_charged=delivery is PowerDelivery.COMPLETE if known else None,
        charge_limit=number(charge.get("charge_limit_soc")),
        charge_rate=number(charge.get("charger_power")) if charging else None,
        charge_time_remaining=number(charge.get("minutes_to_full_charge")) if charging else None,
        max_current=number(charge.get("charge_current_request")),
        power_delivery=delivery,
        last_updated=told_at,
    )


def _position(car: Listed, drive: Mapping[str, Any]) -> Position:
    longitude, latitude = number(drive.get("longitude")), number(drive.get("latitude"))
    if not car.may_show_location or drive.get("native_location_supported") == 0:
        return Position()
    if longitude is None or latitude is None:
        return car.last.location if car.last is not None else Position()
    return Position(longitude=longitude, latitude=latitude, last_updated=_seconds(drive.get("gps_as_of")))


def _odometer(car: Listed, state: Mapping[str, Any]) -> Odometer:
    distance = _km(state.get("odometer"))
    if distance is None:
        return car.last.odometer if car.last is not None else Odometer()
    return Odometer(distance=distance, last_updated=_milliseconds(state.get("timestamp")))


def _cable(charge: Mapping[str, Any]) -> bool | None:
    cable = charge.get("conn_charge_cable")
    return cable != "<invalid>" if isinstance(cable, str) else None


def _year(vin: str) -> int | None:
    letter = vin[9:10]
    return 2010 + _YEAR_LETTERS.index(letter) if letter and letter in _YEAR_LETTERS else None


def text(value: Any) -> str | None:
    """Text that says something."""
    return value if isinstance(value, str) and value and value != "<invalid>" else None


def _km(value: Any) -> float | None:
    miles = number(value)
    return None if miles is None else round(miles * KM_PER_MILE, 2)


def _seconds(value: Any) -> datetime | None:
    moment = number(value)
    try:
        return None if moment is None else datetime.fromtimestamp(moment, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _milliseconds(value: Any) -> datetime | None:
    moment = number(value)
    return None if moment is None else _seconds(moment / 1000)
