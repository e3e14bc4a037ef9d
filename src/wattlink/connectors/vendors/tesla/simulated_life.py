"""How a simulated car lives: it charges at home, drives to work, stands there, drives back, and sleeps when idle.

    charge -> drive -> park -> drive -> charge ...      (the car's `routine`, over and over)

A car changes only where a leg of its routine ends or a command arrives, so advancing in one step or in many gives the
same; what moves in between is computed when it is looked at. Times here are the account's own, in seconds: real time,
made faster by `pace`.
"""

import math
from collections.abc import Sequence
from typing import Any

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.connectors.simulation import State

Car = dict[str, Any]
Place = Sequence[float]  # latitude, longitude

_MINUTE = 60.0
_KWH_PER_KM = 0.17
_KW_PER_AMPERE = 3 * 230 / 1000
_MOST_KW = 11.0
_LEAST_BATTERY = 5.0  # %, below which no trip is begun
HOME, WORK = (59.9139, 10.7522), (59.7439, 10.2045)


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A car as it is at one moment."""

    state: str  # online | asleep | waking | offline, in the vendor's words
    charging_state: str  # in the vendor's words
    battery: float  # %
    power: float  # kW from the charger
    minutes_to_full: float  # of the account's own time
    odometer: float  # km
    place: Place
    speed: float | None  # km/h while it drives


def cars(state: State) -> dict[str, Car]:
    """The account's cars by VIN."""
    return {vin: device for vin, device in state["devices"].items() if device["kind"] == Kind.VEHICLE}


def commuter(home: Place, work: Place, *, km: float, minutes: float, park: float, charge: float) -> list[Car]:
    """A routine: `km` there and back again, `minutes` each way, parked and plugged in as long as said (minutes)."""
    return [
        {"do": "charge", "minutes": charge},
        {"do": "drive", "minutes": minutes, "km": km, "to": list(work)},
        {"do": "park", "minutes": park},
        {"do": "drive", "minutes": minutes, "km": km, "to": list(home)},
    ]


def new_car(name: str, at: float, **knobs: Any) -> Car:
    """A healthy car that was just plugged in at home; `knobs` are any of the fields below."""
    car = {
        "kind": "vehicle",
        "name": name,
        "car_type": "model3",
        "firmware": "2026.8.3",
        "signs_since": "2023.38",  # the firmware from which commands must be signed with a paired key
        "locates_since": "2022.4",  # the firmware from which the car tells where it is; None: never
        "capacity": 60.0,  # kWh
        "limit": 80,  # %
        "amps": 16,
        "key": True,  # whether our key is paired
        "mobile_access": True,
        "private": False,  # whether the owner hides the car's location from this driver
        "offline": False,
        "broken": False,  # whether the cloud fails whenever it is asked for this car's data
        "sleeps_after": 15,  # minutes of idling
        "routine": commuter(HOME, WORK, km=42.0, minutes=45, park=510, charge=840),
        "leg": 0,
        "since": at,  # when the leg began; battery, odometer and place are those of that moment
        "battery": 52.0,
        "battery_at": at,
        "odometer": 18_240.0,
        "place": list(HOME),
        "charging": True,  # whether somebody stopped it
        "awake": [at, at],
    }
    return {**car, **knobs}


def has_firmware(car: Car, version: str | None) -> bool:
    """Whether the car's firmware is at least this version."""
    return version is not None and _parts(car["firmware"]) >= _parts(version)


def lived(car: Car, until: float) -> Car:
    """The car after every leg that ended up to a moment."""
    while (end := _leg_end(car)) <= until:
        moved = _drives(car)
        car = {
            **car,
            "battery": _battery(car, end),
            "odometer": car["odometer"] + (_leg(car)["km"] if moved else 0.0),
            "place": _leg(car)["to"] if moved else car["place"],
            "leg": (car["leg"] + 1) % len(car["routine"]),
            "since": end,
            "battery_at": end,
            "charging": True,
        }
    return car


def moment(car: Car, at: float) -> Moment:
    """The car as it is at a moment of its present leg."""
    driving, power = _drives(car), _power(car, at)
    battery, leg = _battery(car, at), _leg(car)
    gone = min(1.0, max(0.0, (at - car["since"]) / (leg["minutes"] * _MINUTE))) if driving else 0.0
    destination = leg["to"] if driving else car["place"]
    return Moment(
        state=_wakefulness(car, at),
        charging_state=_charging_state(car, at),
        battery=battery,
        power=power,
        minutes_to_full=(car["limit"] - battery) / _percent_per_second(car, power) / _MINUTE if power else 0.0,
        odometer=car["odometer"] + (leg["km"] * gone if driving else 0.0),
        place=[start + (end - start) * gone for start, end in zip(car["place"], destination, strict=True)],
        speed=leg["km"] / leg["minutes"] * 60 if driving else None,
    )


def woken(car: Car, at: float, pace: float) -> Car:
    """The car on its way out of sleep, which takes 10 to 30 seconds of real time."""
    if _wakefulness(car, at) != "asleep":
        return car
    online_at = at + (10 + int(at) % 21) * pace
    return {**car, "awake": [online_at, online_at + max(car["sleeps_after"] * _MINUTE, 60 * pace)]}


def on_leg(car: Car, at: float, do: str) -> Car:
    """The car where it is, at the beginning of the first leg on which it does this."""
    here = moment(car, at)
    legs = [leg["do"] for leg in car["routine"]]
    return {
        **car,
        "leg": legs.index(do),
        "since": at,
        "battery": here.battery,
        "battery_at": at,
        "odometer": here.odometer,
        "place": list(here.place),
        "charging": True,
    }


def commanded(car: Car, at: float, **changes: Any) -> Car:
    """The car with something set from now on; its battery is counted up to now first."""
    return {**car, "battery": _battery(car, at), "battery_at": at, **changes}


def _leg(car: Car) -> Car:
    leg: Car = car["routine"][car["leg"]]
    return leg


def _leg_end(car: Car) -> float:
    return float(car["since"] + _leg(car)["minutes"] * _MINUTE)


def _drives(car: Car) -> bool:
    """Whether the car is on the road: a trip for which the battery is too low isn't begun."""
    leg = _leg(car)
    return bool(leg["do"] == "drive" and car["battery"] - _trip_percent(car) >= _LEAST_BATTERY)


def _trip_percent(car: Car) -> float:
    return float(_leg(car)["km"] * _KWH_PER_KM / car["capacity"] * 100)


def _percent_per_second(car: Car, kilowatts: float) -> float:
    return float(kilowatts / car["capacity"] * 100 / 3600)


def _full_at(car: Car) -> float:
    """When the battery reaches its limit, if it goes on charging."""
    missing, power = car["limit"] - car["battery"], _set_power(car)
    if missing > 0 and not power:
        return math.inf
    return float(car["battery_at"] + (missing / _percent_per_second(car, power) if missing > 0 else 0.0))


def _set_power(car: Car) -> float:
    return float(min(car["amps"] * _KW_PER_AMPERE, _MOST_KW)) if car["charging"] else 0.0


def _power(car: Car, at: float) -> float:
    return _set_power(car) if _leg(car)["do"] == "charge" and at < _full_at(car) else 0.0


def _battery(car: Car, at: float) -> float:
    elapsed = max(0.0, at - car["battery_at"])
    if _drives(car):
        share = min(1.0, elapsed / (_leg(car)["minutes"] * _MINUTE))
        return float(max(0.0, car["battery"] - _trip_percent(car) * share))
    if _leg(car)["do"] != "charge" or not _set_power(car) or car["battery"] >= car["limit"]:
        return float(car["battery"])
    return float(min(car["limit"], car["battery"] + elapsed * _percent_per_second(car, _set_power(car))))


def _charging_state(car: Car, at: float) -> str:
    if _leg(car)["do"] != "charge":
        return "Disconnected"
    if car["battery"] >= car["limit"] or _full_at(car) <= at:
        return "Complete"
    return "Charging" if _set_power(car) else "Stopped"


def _wakefulness(car: Car, at: float) -> str:
    if car["offline"]:
        return "offline"
    awake_from, awake_until = car["awake"]
    idle_until = _idle_since(car) + car["sleeps_after"] * _MINUTE
    if _drives(car) or _power(car, at) or awake_from <= at < awake_until or at < idle_until:
        return "online"
    return "waking" if at < awake_from else "asleep"


def _idle_since(car: Car) -> float:
    full = _full_at(car)
    if _leg(car)["do"] == "charge":
        return float(max(car["since"], full if full < math.inf else car["battery_at"]))
    return float(car["since"])


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]
