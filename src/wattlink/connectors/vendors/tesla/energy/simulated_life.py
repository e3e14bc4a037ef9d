"""How a simulated home lives: the sun shines by day, people use power in the morning and evening, a battery balances.

A home's devices are entries of the account's `devices` with one `site`. What the battery does is decided every quarter
of an hour, and when it is told something; so advancing in one step or in many gives the same. What sun and house do in
between is computed when it is looked at, and the grid gives or takes the rest. Times are the account's own, in seconds.
"""

import math
import zlib
from collections.abc import Mapping
from typing import Any

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.connectors.simulation import State
from wattlink.connectors.vendors.tesla.energy.site import KINDS, device_id

Part = dict[str, Any]
Home = Mapping[Kind, Part]

_QUARTER, _HOUR, _DAY = 900.0, 3600.0, 86_400.0
_AHEAD_OF_UTC = _HOUR  # the clock on the wall of every simulated home
_LOAD = 0.8  # kW on average, of a house without a meter


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A home as it is at one moment, in kW."""

    solar: float
    load: float
    battery: float  # positive while it charges
    level: float  # % of the battery

    @property
    def grid(self) -> float:
        """What the grid gives; negative while it takes."""
        return self.load + self.battery - self.solar


def new_part(kind: Kind, name: str, site: str, at: float, **knobs: Any) -> Part:
    """A healthy device of a home; `knobs` are any of these fields. One that is offline or broken takes its home along.

    `grid_charging`: whether the grid may charge the battery; `rate_plan`: whether the vendor knows when power is dear;
    `peak_kw`: of the roof at noon; `load_kw`: what the house uses on average.
    """
    common = {"kind": kind.value, "name": name, "site": site, "offline": False, "broken": False}
    own: dict[Kind, Part] = {
        Kind.BATTERY: {
            **{"capacity": 13.5, "most_kw": 5.0, "level": 40.0, "level_at": at, "reserve": 20},
            **{"mode": "self_consumption", "grid_charging": True, "rate_plan": True},
        },
        Kind.INVERTER: {"peak_kw": 8.0, "solar_type": "pv_panel"},
        Kind.METER: {"load_kw": _LOAD},
    }
    return {**common, **own[kind], **knobs}


def homes(state: State) -> Mapping[str, Home]:
    """The account's homes by their site's number."""
    found: dict[str, dict[Kind, Part]] = {}
    for device in state["devices"].values():
        if device["kind"] in KINDS:
            found.setdefault(device["site"], {})[Kind(device["kind"])] = device
    return found


def site_for(state: State, kind: Kind, number: int) -> str:
    """Where a new device is put up: in the first home that lacks one, else in a new home."""
    lacking = [site for site, home in homes(state).items() if kind not in home]
    return lacking[0] if lacking else str(1_000_000 + zlib.crc32(f"{state['username']}:{number}".encode()) % 9_000_000)


def lived(state: State, until: float) -> dict[str, Part]:
    """The account's batteries after every quarter of an hour that ended up to a moment, by device id."""
    return {device_id(site, Kind.BATTERY): _lived(home, until) for site, home in _with_battery(state)}


def all_settled(state: State, at: float) -> dict[str, Part]:
    """The account's batteries, counted up to a moment, by device id."""
    return {device_id(site, Kind.BATTERY): settled(home, at) for site, home in _with_battery(state)}


def settled(home: Home, at: float, **changes: Any) -> Part:
    """A home's battery, counted up to a moment, with something set from then on."""
    return {**home[Kind.BATTERY], "level": _level(home, at), "level_at": at, **changes}


def moment(home: Home, at: float) -> Moment:
    """A home as it is at a moment; its battery is counted up to the quarter before."""
    battery = home.get(Kind.BATTERY)
    level = _level(home, at) if battery is not None else 0.0
    flow = _flow(home) if battery is not None and level != _limit(battery, _flow(home)) else 0.0
    return Moment(solar=_solar(home, at), load=_load(home, at), battery=flow, level=level)


def _with_battery(state: State) -> list[tuple[str, Home]]:
    return [(site, home) for site, home in homes(state).items() if Kind.BATTERY in home]


def _lived(home: Home, until: float) -> Part:
    battery = home[Kind.BATTERY]
    while (end := (battery["level_at"] // _QUARTER + 1) * _QUARTER) <= until:
        battery = settled({**home, Kind.BATTERY: battery}, end)
    return battery


def _level(home: Home, at: float) -> float:
    battery, flow = home[Kind.BATTERY], _flow(home)
    gained = flow * max(0.0, at - battery["level_at"]) / _HOUR / battery["capacity"] * 100
    level = float(battery["level"] + gained)
    return min(level, _limit(battery, flow)) if flow > 0 else max(level, _limit(battery, flow))


def _limit(battery: Part, flow: float) -> float:
    """The level at which the battery stops: full, or at what is kept for an outage."""
    return 100.0 if flow > 0 else float(min(battery["reserve"], battery["level"]))


def _flow(home: Home) -> float:
    """What goes into the battery from when it was last decided, in kW, as its mode wants it."""
    battery = home[Kind.BATTERY]
    at, most = battery["level_at"], battery["most_kw"]
    surplus = _solar(home, at) - _load(home, at)
    from_grid = most if battery["grid_charging"] else 0.0
    hour = _hour(at)
    match battery["mode"]:
        case "backup":
            wanted = max(surplus, from_grid)
        case "autonomous" if hour < 6 or hour >= 22:
            wanted = max(surplus, from_grid)
        case "autonomous" if not 17 <= hour < 21:
            wanted = max(surplus, 0.0)
        case _:
            wanted = surplus
    wanted = float(min(most, max(-most, wanted)))
    has_room = battery["level"] > battery["reserve"] if wanted < 0 else battery["level"] < 100
    return wanted if has_room else 0.0


def _solar(home: Home, at: float) -> float:
    inverter = home.get(Kind.INVERTER)
    height = math.sin(math.pi * (_hour(at) - 6) / 12)
    clouds = 0.8 + 0.2 * math.sin(at / 1700)
    return float(inverter["peak_kw"] * height * clouds) if inverter is not None and height > 0 else 0.0


def _load(home: Home, at: float) -> float:
    meter = home.get(Kind.METER)
    hour, average = _hour(at), _LOAD if meter is None else meter["load_kw"]
    busy = 0.45 + 1.2 * math.exp(-((hour - 7.5) ** 2) / 2) + 2.0 * math.exp(-((hour - 19) ** 2) / 6)
    return float(average * busy)


def _hour(at: float) -> float:
    return (at + _AHEAD_OF_UTC) % _DAY / _HOUR
