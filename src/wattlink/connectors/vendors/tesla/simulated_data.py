"""What the simulated Fleet API says of a car: its entry in lists, and its data. Distances are in miles."""

from collections.abc import Set
from datetime import datetime
from typing import Any

from wattlink.connectors.simulation import Fault, State, account_time
from wattlink.connectors.vendors.tesla import simulated_life as life

_KM_PER_MILE = 1.609344
_KM_PER_KWH = 1 / 0.155


def entry_of(vin: str, car: life.Car, state: State, now: datetime) -> dict[str, Any]:
    """A car as lists show it, whether it sleeps or not."""
    number = int(vin[-6:])
    asleep = Fault.ASLEEP in state["faults"]
    return {
        "id": 100_000_000 + number,
        "id_s": str(100_000_000 + number),
        "vehicle_id": 200_000_000 + number,
        "user_id": number,
        "vin": vin,
        "color": None,
        "access_type": "DRIVER" if car["private"] else "OWNER",
        "granular_access": {"hide_private": car["private"]},
        "display_name": car["name"],
        "option_codes": None,
        "tokens": None,
        "state": "asleep" if asleep else life.moment(car, account_time(state, now)).state,
        "in_service": False,
        "calendar_enabled": car["mobile_access"],
        "api_version": 84,
        "command_signing": "required" if life.has_firmware(car, car["signs_since"]) else "allowed",
        "mobile_access_disabled": not car["mobile_access"],
        "release_notes_supported": True,
    }


def data_of(vin: str, state: State, now: datetime, endpoints: Set[str], *, with_location: bool) -> dict[str, Any]:
    """`vehicle_data` of a car that is online, as far as it was asked for."""
    car = state["devices"][vin]
    moment, told_at = life.moment(car, account_time(state, now)), int(now.timestamp() * 1000)
    blocks = {
        "charge_state": _charge_state(car, moment),
        "drive_state": _drive_state(car, moment, told_at, with_location=with_location),
        "vehicle_config": {"car_type": car["car_type"], "charge_port_type": "CCS", "eu_vehicle": True, "rhd": False},
        "vehicle_state": {
            "api_version": 84,
            "car_version": f"{car['firmware']} 5f06d4a2b1c3",
            "locked": moment.speed is None,
            "odometer": round(moment.odometer / _KM_PER_MILE, 6),
            "vehicle_name": car["name"],
        },
    }
    named = {"drive_state" if name == "location_data" else name for name in endpoints}
    shown = {name: {**block, "timestamp": told_at} for name, block in blocks.items() if name in named}
    return {**entry_of(vin, car, state, now), **shown}


def _charge_state(car: life.Car, moment: life.Moment) -> dict[str, Any]:
    plugged = moment.charging_state != "Disconnected"
    miles = car["capacity"] * moment.battery / 100 * _KM_PER_KWH / _KM_PER_MILE
    return {
        "battery_level": int(moment.battery),
        "usable_battery_level": int(moment.battery),
        "battery_range": round(miles, 2),
        "est_battery_range": round(miles * 0.94, 2),
        "charge_amps": car["amps"],
        "charge_current_request": car["amps"],
        "charge_current_request_max": 16,
        "charge_limit_soc": car["limit"],
        "charge_limit_soc_min": 50,
        "charge_limit_soc_max": 100,
        "charge_limit_soc_std": 80,
        "charge_port_door_open": plugged,
        "charge_port_latch": "Engaged" if plugged else "Disengaged",
        "charge_rate": round(moment.power * _KM_PER_KWH / _KM_PER_MILE, 1),
        "charger_actual_current": car["amps"] if moment.power else 0,
        "charger_phases": 3 if moment.power else None,
        "charger_pilot_current": 16,
        "charger_power": round(moment.power),
        "charger_voltage": 230 if moment.power else 2,
        "charging_state": moment.charging_state,
        "conn_charge_cable": "IEC" if plugged else "<invalid>",
        "fast_charger_present": False,
        "fast_charger_type": "ACSingleWireCAN" if plugged else "<invalid>",
        "minutes_to_full_charge": round(moment.minutes_to_full),
        "time_to_full_charge": round(moment.minutes_to_full / 60, 2),
    }


def _drive_state(car: life.Car, moment: life.Moment, told_at: int, *, with_location: bool) -> dict[str, Any]:
    locates = life.has_firmware(car, car["locates_since"])
    driving = moment.speed is not None
    shown = {
        "native_location_supported": int(locates),
        "power": 24 if driving else 0,
        "shift_state": "D" if driving else None,
        "speed": round(moment.speed / _KM_PER_MILE) if moment.speed is not None else None,
    }
    if not (with_location and locates) or car["private"]:
        return shown
    latitude, longitude = (round(degrees, 6) for degrees in moment.place)
    position = {"latitude": latitude, "longitude": longitude, "native_latitude": latitude}
    return {
        **shown,
        **position,
        "native_longitude": longitude,
        "native_type": "wgs",
        "gps_as_of": told_at // 1000,
        "heading": 224,
    }
