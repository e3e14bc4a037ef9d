"""Simulated cars, and what stands in homes, in the words of all vendors."""

from typing import Any

from wattlink.connectors.devices import Kind
from wattlink.connectors.simulated_words import Word, Words, knob, switches
from wattlink.connectors.vendors.tesla import simulated_life as life
from wattlink.connectors.vendors.tesla.energy.simulated_words import WORDS as HOMES


def _plug(car: life.Car, value: bool, at: float) -> life.Car:
    if value == _is_plugged_in(car, at):
        return car
    return life.on_leg(car, at, "charge" if value else "park")


def _charge(car: life.Car, value: bool, at: float) -> life.Car:
    return life.commanded(_plug(car, True, at) if value else car, at, charging=value)


def _is_plugged_in(car: life.Car, at: float) -> bool:
    return life.moment(car, at).charging_state != "Disconnected"


def _locate(car: life.Car, value: dict[str, float], at: float) -> life.Car:  # noqa: ARG001 - it stands there from now on
    return {**car, "place": [value["latitude"], value["longitude"]]}


def _place(car: life.Car, at: float) -> dict[str, float]:
    latitude, longitude = life.moment(car, at).place
    return {"latitude": latitude, "longitude": longitude}


def _counted(name: str, minimum: float, maximum: float) -> Word:
    """A knob that the battery follows: what it did until now is counted first."""

    def turn(car: life.Car, value: Any, at: float) -> life.Car:
        return life.commanded(car, at, **{name: value})

    return Word(type="number", read=lambda car, _: car[name], turn=turn, minimum=minimum, maximum=maximum)


_VEHICLE = {
    "name": knob("name", "text"),
    "isReachable": Word(
        type="boolean",
        read=lambda car, _: not car["offline"],
        turn=lambda car, value, _: {**car, "offline": not value},
    ),
    "interventions": switches(
        {
            "phone_key": ("key", False, True),
            "mobile_access": ("mobile_access", False, True),
            "private_data_hidden": ("private", True, False),
        }
    ),
    "missingCapabilities": switches({"location": ("locates_since", None, "2022.4")}),
    "batteryCapacity": _counted("capacity", 1, 300),
    "batteryLevel": Word(
        type="number",
        read=lambda car, at: round(life.moment(car, at).battery, 3),
        turn=lambda car, value, at: life.commanded(car, at, battery=float(value)),
        minimum=0,
        maximum=100,
    ),
    "chargeLimit": _counted("limit", 50, 100),
    "maxCurrent": _counted("amps", 5, 16),
    "isPluggedIn": Word(type="boolean", read=_is_plugged_in, turn=_plug),
    "isCharging": Word(
        type="boolean", read=lambda car, at: life.moment(car, at).charging_state == "Charging", turn=_charge
    ),
    "odometer": knob("odometer", "number", minimum=0, maximum=2_000_000),
    "location": Word(type="place", read=_place, turn=_locate),
}

WORDS: Words = {Kind.VEHICLE: _VEHICLE, **HOMES}
