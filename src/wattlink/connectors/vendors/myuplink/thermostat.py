"""What can be set of a heat pump, and where: a smart-home zone, or points of its own.

A zone's mode `auto` is its own schedule, `heatcool` keeps the rooms between two temperatures. A device with zones is
set through them: its points accept a temperature and forget it. A device without zones has nothing but temperatures.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from wattlink.connectors.commands import Command, FollowSchedule, HoldPermanently
from wattlink.connectors.devices.hvac import HoldType, HvacMode
from wattlink.connectors.devices.parts import Range
from wattlink.connectors.errors import CommandRefusal, CommandRefused
from wattlink.connectors.vendors.myuplink.points import Point, Points, celsius_of, fahrenheit_of, number_of

HEAT_CATEGORY, COOL_CATEGORY = "sh-indoorSpHeat", "sh-indoorSpCool"
_HEAT_POINT = "47398"
_SCHEDULE = "auto"
_MODES = {"off": HvacMode.OFF, "heat": HvacMode.HEAT, "cool": HvacMode.COOL, "heatcool": HvacMode.AUTO}
_VENDOR_MODES = {mode: name for name, mode in _MODES.items()}


class Thermostat(msgspec.Struct, frozen=True, kw_only=True):
    """A heat pump's settings in the normalised form, and where they are changed."""

    zone_id: str | None = None
    is_celsius: bool = True
    mode: HvacMode
    modes: tuple[HvacMode, ...]
    heat: float | None = None
    cool: float | None = None
    heat_range: Range | None = None
    cool_range: Range | None = None
    step: float | None = None  # in the points' own degrees; between those, they take nothing
    heat_point: str | None = None
    cool_point: str | None = None
    has_schedule: bool = False
    hold_type: HoldType | None = None

    def zone_changes(self, command: Command) -> dict[str, Any]:
        """What a command changes in the zone."""
        match command:
            case FollowSchedule():
                return {"mode": _SCHEDULE}
            case HoldPermanently():
                wanted = {"setpointHeat": command.heat_setpoint, "setpointCool": command.cool_setpoint}
                changes = {name: self._degrees(value) for name, value in wanted.items() if value is not None}
                return {"mode": _VENDOR_MODES[command.mode], **changes}
            case _:
                raise CommandRefused(CommandRefusal.PRECONDITION, "A heat pump can't do this.")

    def point_changes(self, command: Command) -> dict[str, str]:
        """What a command changes in the points."""
        if not isinstance(command, HoldPermanently) or command.mode not in self.modes:
            raise CommandRefused(CommandRefusal.PRECONDITION, "This heat pump can only be given temperatures.")
        wanted = {self.heat_point: command.heat_setpoint, self.cool_point: command.cool_setpoint}
        changes = {
            point: f"{self._stepped(self._own(value)):g}"
            for point, value in wanted.items()
            if point is not None and value is not None
        }
        if not changes:
            raise CommandRefused(CommandRefusal.PRECONDITION, "There is no temperature to set.")
        return changes

    def _stepped(self, degrees: float) -> float:
        return round(degrees / self.step) * self.step if self.step else degrees

    def _degrees(self, celsius: float) -> float:
        return round(self._own(celsius), 1)

    def _own(self, celsius: float) -> float:
        return celsius if self.is_celsius else fahrenheit_of(celsius)


def may_have_zones(points: Points) -> bool:
    """Whether it is worth asking for the zones of the device with these points."""
    return any(point.zone_id is not None or point.categories & {HEAT_CATEGORY, COOL_CATEGORY} for point in points)


def zone_of(zones: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The zone that stands for the device: the first that has an id and tells how it is set."""
    return next(
        (zone for zone in zones if zone_id(zone) and zone.get("commandOnly") is not True and _mode_now(zone)), None
    )


def zone_id(zone: Mapping[str, Any]) -> str | None:
    """A zone's id, which comes as a text or as a number."""
    value = zone.get("zoneId")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def thermostat_of(points: Points, zone: Mapping[str, Any] | None, *, has_room_sensor: bool) -> Thermostat | None:
    """What can be set; None without a zone and without a temperature that the device could keep."""
    if zone is not None:
        return _of_zone(zone)
    heat = points.meant_for(HEAT_CATEGORY) or points.numbered(_HEAT_POINT)
    cool = points.meant_for(COOL_CATEGORY)
    return _of_points(heat, cool) if heat is not None and has_room_sensor else None


def celsius(zone: Mapping[str, Any], name: str) -> float | None:
    """One of a zone's temperatures in °C."""
    degrees = number_of(zone.get(name))
    if degrees is None or zone.get("isCelsius") is not False:
        return degrees
    return celsius_of(degrees)


def _of_zone(zone: Mapping[str, Any]) -> Thermostat:
    now, heat, cool = _mode_now(zone), celsius(zone, "setpointHeat"), celsius(zone, "setpointCool")
    heat = celsius(zone, "setpoint") if heat is None else heat
    names = _mode_names(zone, now, heats=heat is not None)
    modes = tuple(mode for name, mode in _MODES.items() if name in names)
    heats, cools = ({HvacMode.AUTO, of} & set(modes) for of in (HvacMode.HEAT, HvacMode.COOL))
    low, high = celsius(zone, "setpointRangeMin"), celsius(zone, "setpointRangeMax")
    limits = Range(min=low, max=high) if low is not None and high is not None and low < high else None
    return Thermostat(
        zone_id=zone_id(zone),
        is_celsius=zone.get("isCelsius") is not False,
        mode=HvacMode.AUTO if now == _SCHEDULE else _MODES.get(now, HvacMode.UNKNOWN),
        modes=modes,
        heat=heat if heats else None,
        cool=cool if cools else None,
        heat_range=limits if heats else None,
        cool_range=limits if cools else None,
        has_schedule=_SCHEDULE in names,
        hold_type=HoldType.SCHEDULED if now == _SCHEDULE else HoldType.PERMANENT if now in _MODES else None,
    )


def _mode_now(zone: Mapping[str, Any]) -> str:
    told = zone.get("mode")
    return told.strip().lower() if isinstance(told, str) else ""


def _mode_names(zone: Mapping[str, Any], now: str, *, heats: bool) -> set[str]:
    """The vendor's names of what a zone can be set to; where it doesn't say: what it is, and to heat if it does."""
    told = zone.get("supportedModes")
    names = {name.strip().lower() for name in told.split(",")} - {""} if isinstance(told, str) else set()
    return names or ({now, "heat"} if heats else {now})


def _of_points(heat: Point, cool: Point | None) -> Thermostat:
    mode = HvacMode.HEAT if cool is None else HvacMode.AUTO
    return Thermostat(
        is_celsius=heat.is_celsius,
        mode=mode,
        modes=(mode,) if heat.is_writable else (),
        heat=heat.value,
        cool=cool.value if cool is not None else None,
        heat_range=heat.range,
        cool_range=cool.range if cool is not None else None,
        step=heat.step,
        heat_point=heat.parameter_id,
        cool_point=cool.parameter_id if cool is not None else None,
        hold_type=HoldType.PERMANENT,
    )
