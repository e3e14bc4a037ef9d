"""What can be seen and set on a virtual device, in words that mean the same at every vendor.

A simulator lists its words by kind (`WORDS`), each with what may stand there and how it is found on the simulator's own
device. Turning one gives a new device; nothing is changed in place. `at` is the account's own time.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from wattlink.connectors.devices import Kind

Device = dict[str, Any]

MEANINGS: Mapping[str, str] = {
    "name": "what its owner calls it",
    "isReachable": "whether the vendor's cloud reaches it",
    "batteryLevel": "how full the battery is, in %",
    "batteryCapacity": "what the battery holds, in kWh",
    "chargeLimit": "where charging stops, in %",
    "isPluggedIn": "whether car and charger are connected",
    "isCharging": "whether the battery, or the car at the charger, is being charged",
    "maxCurrent": "the highest current that is set, in A",
    "odometer": "how far it has driven, in km",
    "location": "where it is, in degrees",
    "sessionEnergy": "what the present charging session took, in kWh",
    "mode": "what it is set to do",
    "currentTemperature": "what it measures, in °C",
    "targetTemperature": "what it is set to, in °C",
    "dischargeLimit": "what the battery keeps for an outage, in %",
    "peakPower": "what the roof gives at noon, in kW",
    "averageLoad": "what the house uses on average, in kW",
    "lifetimeEnergy": "what was produced or used altogether, in kWh",
    "interventions": "what its user must do, by the keys of the vendor's manifest",
    "missingCapabilities": "what this very device can't do or tell",
}
"""The whole vocabulary, for people."""


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One word of a vendor's devices of one kind: what it takes, how it is read, and how it is turned."""

    type: Literal["number", "boolean", "text", "choice", "choices", "place"]
    read: Callable[[Device, float], Any]
    turn: Callable[[Device, Any, float], Device]
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


Words = Mapping[Kind, Mapping[str, Word]]


class BadWord(Exception):
    """A word that isn't known or doesn't take this; `allowed` says what may stand there."""

    def __init__(self, word: str, problem: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(f"{word}: {problem}")
        self.word = word
        self.problem = problem
        self.allowed = allowed


def knob(name: str, type_: Literal["number", "boolean", "text", "choice"], **limits: Any) -> Word:
    """A word that is a simulator's knob by another name."""
    return Word(
        type=type_,
        read=lambda device, _: device[name],
        turn=lambda device, value, _: {**device, name: value},
        **limits,
    )


def switches(states: Mapping[str, tuple[str, Any, Any]]) -> Word:
    """Several at once, each a knob with its value while on and while off: `{"phone_key": ("key", False, True)}`."""

    def read(device: Device, _: float) -> list[str]:
        return [name for name, (knob_name, on, _off) in states.items() if device[knob_name] == on]

    def turn(device: Device, chosen: list[str], _: float) -> Device:
        changed = {}
        for name, (knob_name, on, off) in states.items():
            if name in chosen:
                changed[knob_name] = on
            elif device[knob_name] == on:
                changed[knob_name] = off
        return {**device, **changed}

    return Word(type="choices", read=read, turn=turn, choices=tuple(states))


def shown(words: Words, device: Device, at: float) -> dict[str, Any]:
    """A virtual device in our words."""
    return {name: word.read(device, at) for name, word in words[Kind(device["kind"])].items()}


def turned(words: Words, device: Device, values: Mapping[str, Any], at: float) -> Device:
    """The device with these changed, in the order of the vocabulary; raises BadWord for the first that can't be."""
    known = words[Kind(device["kind"])]
    for name in values:
        if name not in known:
            raise BadWord(name, f"isn't known of this vendor's {device['kind']}", tuple(known))
        check(name, known[name], values[name])
    for name, word in known.items():
        if name in values:
            device = word.turn(device, values[name], at)
    return device


def check(name: str, word: Word, value: Any) -> None:
    """Raise BadWord for what a word doesn't take."""
    match word.type:
        case "boolean" if not isinstance(value, bool):
            raise BadWord(name, "must be true or false", ("true", "false"))
        case "text" if not isinstance(value, str) or not 1 <= len(value) <= 100:
            raise BadWord(name, "must be a text of 1 to 100 letters")
        case "choice" if value not in word.choices:
            raise BadWord(name, "isn't one of the allowed values", word.choices)
        case "choices" if not isinstance(value, list) or any(part not in word.choices for part in value):
            raise BadWord(name, "must be a list of allowed values", word.choices)
        case "number":
            _check_number(name, value, word.minimum, word.maximum)
        case "place":
            _check_place(name, value)


def _check_number(name: str, value: Any, minimum: float | None, maximum: float | None) -> None:
    low, high = -1e9 if minimum is None else minimum, 1e9 if maximum is None else maximum
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadWord(name, f"must be a number from {low:g} to {high:g}", (f"{low:g} to {high:g}",))


def _check_place(name: str, value: Any) -> None:
    if not isinstance(value, dict) or set(value) != {"latitude", "longitude"}:
        raise BadWord(name, "must have `latitude` and `longitude`, and nothing else", ("latitude", "longitude"))
    _check_number(f"{name}.latitude", value["latitude"], -90, 90)
    _check_number(f"{name}.longitude", value["longitude"], -180, 180)
