"""How a simulated charger lives: a car comes in the evening, charges, is full, leaves in the morning.

    away -> charging | waiting -> done -> away          (`car`; waiting: plugged in, but nobody started it)

A device changes only at moments that follow from itself (the car comes or leaves, is full, a command arrives), so
advancing in one step or in many gives the same. What moves in between is computed when it is looked at. Times here
are the account's own, in seconds: real time, made faster by `pace`.
"""

import zlib
from collections.abc import Callable
from typing import Any

Device = dict[str, Any]

_HOUR = 3600.0
_DAY = 24 * _HOUR
_VOLTS, _PHASES = 230, 3
_FOLLOWS_AFTER = 2.0  # seconds of real time until a charger does what the cloud accepted


def new_device(name: str, at: float, seed: str, **knobs: Any) -> Device:
    """A healthy charger that no car is plugged into."""
    device = {
        "kind": "charger",
        "name": name,
        "seed": seed,
        "online": True,
        "offline_since": None,
        "enabled": True,
        "access_level": 1,
        "op_mode": None,  # shown instead of what follows from the car
        "max_amps": 32.0,
        "dynamic_amps": 32.0,
        "car_amps": 16.0,
        "car": "away",
        "since": at,
        "next": 0.0,  # when the car comes or leaves
        "session_kwh": 0.0,
        "lifetime_kwh": 800.0 + _some(seed, 0, 4000),
        "wants_kwh": 0.0,
        "asked": None,  # a command on its way
        **knobs,
    }
    return {**device, "next": device["next"] or _evening(device, at)}


def power_kw(device: Device) -> float:
    """What flows while the car charges."""
    amps = min(device["max_amps"], device["dynamic_amps"], device["car_amps"])
    return float(amps * _VOLTS * _PHASES / 1000)


def is_charging(device: Device) -> bool:
    """Whether power flows."""
    return bool(device["car"] == "charging" and device["enabled"] and power_kw(device) > 0)


def settled(device: Device, at: float) -> Device:
    """The charger with all energy counted up to a moment."""
    if not is_charging(device) or at <= device["since"]:
        return {**device, "since": max(at, device["since"])}
    kwh = min(power_kw(device) * (at - device["since"]) / _HOUR, device["wants_kwh"])
    return {
        **device,
        "since": at,
        "session_kwh": device["session_kwh"] + kwh,
        "lifetime_kwh": device["lifetime_kwh"] + kwh,
        "wants_kwh": device["wants_kwh"] - kwh,
    }


def lived(device: Device, until: float) -> Device:
    """The charger after everything that happened up to a moment."""
    while True:
        moments: list[tuple[float, Callable[[Device, float], Device]]] = [(device["next"], _comes_or_leaves)]
        if is_charging(device):
            moments.append((device["since"] + device["wants_kwh"] / power_kw(device) * _HOUR, _is_full))
        if device["asked"] is not None:
            moments.append((device["asked"]["at"], _obeys))
        at, happens = min(moments, key=lambda moment: moment[0])
        if at > until:
            return device
        device = happens(settled(device, at), at)


def plugged_in(device: Device, at: float) -> Device:
    """The charger with a car that waits to be started, until the next morning."""
    wants = 8.0 + _some(device["seed"], at, 40)
    return {
        **device,
        "car": "waiting",
        "since": at,
        "session_kwh": 0.0,
        "wants_kwh": wants,
        "next": _morning(device, at),
    }


def driven_off(device: Device, at: float) -> Device:
    """The charger after its car left, until the evening."""
    return {**device, "car": "away", "since": at, "wants_kwh": 0.0, "next": _evening(device, at)}


def asked(device: Device, at: float, pace: float, **changes: Any) -> Device:
    """The charger with a command on its way, together with those that still are."""
    before = device["asked"]["changes"] if device["asked"] is not None else {}
    return {**device, "asked": {"at": at + _FOLLOWS_AFTER * pace, "changes": {**before, **changes}}}


def _comes_or_leaves(device: Device, at: float) -> Device:
    if device["car"] != "away":
        return {**device, "car": "away", "wants_kwh": 0.0, "next": _evening(device, at)}
    wants = 8.0 + _some(device["seed"], at, 40)
    return {**device, "car": "charging", "session_kwh": 0.0, "wants_kwh": wants, "next": _morning(device, at)}


def _is_full(device: Device, _: float) -> Device:
    return {**device, "car": "done", "wants_kwh": 0.0}


def _obeys(device: Device, _: float) -> Device:
    changes = device["asked"]["changes"]
    device = {**device, "asked": None}
    if "car" in changes and (device["car"] not in ("waiting", "charging") or not device["enabled"]):
        return device
    return {**device, **changes}


def _evening(device: Device, at: float) -> float:
    """The next half past five in the afternoon, give or take, when the car comes."""
    return _next(at, 17.5 * _HOUR) + 60 * _some(device["seed"], at, 90)


def _morning(device: Device, at: float) -> float:
    """The next seven o'clock, give or take, when the car leaves."""
    return _next(at, 7 * _HOUR) + 60 * _some(device["seed"], at, 60)


def _next(at: float, seconds_of_day: float) -> float:
    return at - at % _DAY + seconds_of_day + (_DAY if at % _DAY >= seconds_of_day else 0.0)


def _some(seed: str, at: float, below: int) -> int:
    """A number that looks like chance and is always the same."""
    return zlib.crc32(f"{seed}:{int(at)}".encode()) % below
