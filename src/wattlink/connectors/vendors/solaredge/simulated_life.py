"""How a simulated inverter lives: the sun shines from six to eighteen o'clock, every day.

What it produces follows from the moment alone, so time needs nothing to be changed. Times here are the account's own,
in seconds: real time, made faster by `pace`.
"""

import math
import zlib
from typing import Any

Device = dict[str, Any]

_HOUR = 3600.0
_DAY = 24 * _HOUR
_RISE, _LIGHT = 6.0, 12.0  # hours


def new_device(name: str, at: float, seed: str) -> Device:
    """A healthy inverter."""
    return {
        "kind": "inverter",
        "name": name,
        "model": "SE8K-RWS48BEN4",
        "online": True,
        "peak_kw": 8.0,
        "lifetime_kwh": 1000.0 + zlib.crc32(seed.encode()) % 20_000,
        "since": at,
    }


def power_kw(device: Device, at: float) -> float:
    """What it gives at a moment."""
    hours = at % _DAY / _HOUR
    return float(device["peak_kw"] * max(0.0, math.sin(math.pi * (hours - _RISE) / _LIGHT))) if hours > _RISE else 0.0


def lifetime_kwh(device: Device, at: float) -> float:
    """What it gave altogether up to a moment."""
    return float(device["lifetime_kwh"] + device["peak_kw"] * (_sun_hours(at) - _sun_hours(device["since"])))


def settled(device: Device, at: float) -> Device:
    """The inverter with its energy counted up to a moment."""
    return {**device, "lifetime_kwh": lifetime_kwh(device, at), "since": at}


def _sun_hours(at: float) -> float:
    """Hours of full sun since the beginning of time."""
    days, rest = divmod(at, _DAY)
    light = min(max(rest / _HOUR - _RISE, 0.0), _LIGHT)
    share = _LIGHT / math.pi
    return days * 2 * share + share * (1 - math.cos(math.pi * light / _LIGHT))
