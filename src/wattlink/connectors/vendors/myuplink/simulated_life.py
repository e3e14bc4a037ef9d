"""How a simulated heat pump lives: weather outside, rooms that warm and cool slowly, a compressor that comes and goes.

    day (06-22) -> night (22-06) -> day ...      (the schedule of the zone, followed while its mode is `auto`)

A pump changes only where day and night meet or a command arrives, so advancing in one step or in many gives the same;
what moves in between is computed when it is looked at. Times here are the account's own, in seconds: real time, made
faster by `pace`.
"""

import math
from typing import Any

import msgspec

Pump = dict[str, Any]

HOT_WATER, HEATING, COOLING, NOTHING = 20, 30, 60, 10  # the vendor's numbers of priorities
RUNS, IS_OFF = 60, 20  # and of what the compressor does
_DAY = 86_400.0
_MORNING, _EVENING = 6 * 3600.0, 22 * 3600.0
_SLOWNESS = 3 * 3600.0  # in which the rooms come a good half nearer to what they are to be
_CYCLE = 40 * 60.0  # in which the compressor runs once, longer or shorter
_WATER_HOURS = ((5.0, 5.7), (19.5, 20.2))
_UNHEATED = 12.0  # °C, towards which rooms drift that nobody heats


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A heat pump as it is at one moment."""

    outdoor: float  # °C, as all temperatures
    room: float
    heat_setpoint: float
    supply: float
    priority: int
    compressor: int
    frequency: int  # Hz
    power: float  # kW


def new_pump(name: str, at: float, **knobs: Any) -> Pump:
    """A healthy heat pump that follows its schedule; `knobs` are any of the fields below."""
    pump = {
        "kind": "hvac",
        "name": name,
        "model": "NIBE S1255-12 PC",
        "zones": True,  # a pump of the S series; false: of the F series, which has points only
        "connected": True,
        "broken": False,  # whether the vendor fails to tell of it
        "premium": True,  # whether its system has the subscription `manage`
        "room_sensor": True,
        "home_mode": "Default",  # of its system; changes nothing here
        "modes": "off,auto,heat,cool,heatcool",  # of its zone
        "mode": "auto",
        "day": 21.0,
        "night": 19.0,
        "heat": 21.0,  # what it holds in the modes `heat` and `heatcool`, or always where it has no zones
        "cool": 25.0,
        "offset": 0,  # of the heating curve
        "room": 20.5,
        "since": at,  # when the rooms were as warm as that
    }
    return {**pump, **knobs}


def lived(pump: Pump, until: float) -> Pump:
    """The pump after every change between day and night up to a moment."""
    while (border := _next_border(pump["since"])) <= until:
        pump = {**pump, "room": _room(pump, border), "since": border}
    return pump


def settled(pump: Pump, at: float, **changes: Any) -> Pump:
    """The pump with something set from now on; its rooms are counted up to now first."""
    return {**pump, "room": _room(pump, at), "since": at, **changes}


def moment(pump: Pump, at: float) -> Moment:
    """The pump as it is at a moment between two changes."""
    outdoor, priority = outdoor_at(at), _priority(pump, at)
    runs = priority != NOTHING
    setpoint = heat_setpoint(pump, at)
    return Moment(
        outdoor=outdoor,
        room=_room(pump, at),
        heat_setpoint=setpoint,
        supply=setpoint + 0.6 * max(0.0, 20.0 - outdoor) + pump["offset"] + (6.0 if runs else 0.0),
        priority=priority,
        compressor=RUNS if runs else IS_OFF,
        frequency=round(30 + 1.2 * max(0.0, 20.0 - outdoor)) if runs else 0,
        power=0.9 + 0.06 * max(0.0, 20.0 - outdoor) if runs else 0.04,
    )


def outdoor_at(at: float) -> float:
    """The temperature outside: a cool season with days, nights, and weather that changes in nine days."""
    return 3.0 + 5.0 * math.sin(2 * math.pi * (at / _DAY - 0.375)) + 3.0 * math.sin(2 * math.pi * at / (9 * _DAY))


def heat_setpoint(pump: Pump, at: float) -> float:
    """How warm the rooms are to be, at the least."""
    if not pump["zones"] or pump["mode"] != "auto":
        return float(pump["heat"])
    return float(pump["day"] if _MORNING <= at % _DAY < _EVENING else pump["night"])


def _next_border(at: float) -> float:
    midnight = math.floor(at / _DAY) * _DAY
    borders = (midnight + _MORNING, midnight + _EVENING, midnight + _DAY + _MORNING)
    return next(border for border in borders if border > at)


def _heats(pump: Pump) -> bool:
    return not pump["zones"] or pump["mode"] in ("auto", "heat", "heatcool")


def _target(pump: Pump, at: float) -> float:
    return heat_setpoint(pump, at) if _heats(pump) else _UNHEATED


def _room(pump: Pump, at: float) -> float:
    target = _target(pump, pump["since"])
    return float(target + (pump["room"] - target) * math.exp(-max(0.0, at - pump["since"]) / _SLOWNESS))


def _priority(pump: Pump, at: float) -> int:
    hour = at % _DAY / 3600
    if any(start <= hour < end for start, end in _WATER_HOURS):
        return HOT_WATER
    begun = math.floor(at / _CYCLE) * _CYCLE
    share = (_target(pump, at) - outdoor_at(begun)) / 30 if _heats(pump) else 0.0
    return HEATING if at - begun < share * _CYCLE else NOTHING
