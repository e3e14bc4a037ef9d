"""Zones and points as other heat pumps have them than those of the simulator."""

from typing import Any

import pytest

from wattlink.connectors.commands import HoldPermanently
from wattlink.connectors.devices.hvac import HoldType, HvacMode
from wattlink.connectors.devices.parts import Range
from wattlink.connectors.errors import CommandRefusal, CommandRefused
from wattlink.connectors.vendors.myuplink.points import Points, number_of, points_of, text_of
from wattlink.connectors.vendors.myuplink.thermostat import Thermostat, may_have_zones, thermostat_of, zone_of

_NO_POINTS = Points([])


def _point(number: str, value: Any, *categories: str, **more: Any) -> dict[str, Any]:
    plain = {"parameterUnit": "°C", "writable": True, "minValue": 50, "maxValue": 350, "stepValue": 5}
    named = {"parameterId": number, "value": value, "smartHomeCategories": list(categories), "scaleValue": "0.1"}
    return {**plain, **named, **more}


def _of_zone(**zone: Any) -> Thermostat:
    found = thermostat_of(_NO_POINTS, zone_of([{"zoneId": 3, **zone}]), has_room_sensor=True)
    assert found is not None
    return found


def _of_points(*points: dict[str, Any]) -> Thermostat:
    found = thermostat_of(points_of(list(points)), None, has_room_sensor=True)
    assert found is not None
    return found


def test_a_zone_in_degrees_fahrenheit() -> None:
    zone = _of_zone(
        isCelsius=False,
        mode="heat",
        supportedModes="off,heat",
        setpointHeat=70,
        setpointRangeMin=41,
        setpointRangeMax=95,
    )
    assert (zone.zone_id, zone.heat, zone.heat_range) == ("3", 21.1, Range(min=5, max=35))
    assert zone.modes == (HvacMode.OFF, HvacMode.HEAT)
    assert (zone.cool, zone.cool_range, zone.has_schedule) == (None, None, False)
    hold = HoldPermanently(mode=HvacMode.HEAT, heat_setpoint=20.0)
    assert zone.zone_changes(hold) == {"mode": "heat", "setpointHeat": 68.0}


def test_points_in_degrees_fahrenheit() -> None:
    told = [
        _point("47398", 70, parameterUnit="°F", scaleValue="1", minValue=41, maxValue=95, stepValue=1),
        _point("40033", 68, parameterUnit="°F"),
    ]
    by_points = _of_points(*told)
    assert (by_points.heat, by_points.heat_range) == (21.1, Range(min=5, max=35))
    assert by_points.point_changes(HoldPermanently(mode=HvacMode.HEAT, heat_setpoint=20.1)) == {"47398": "68"}
    room = points_of(told).numbered("40033")
    assert room is not None
    assert room.value == 20


def test_a_zone_that_does_not_list_its_modes() -> None:
    zone = _of_zone(mode="auto", setpoint=21, temperature=21.1)
    assert (zone.mode, zone.heat, zone.hold_type) == (HvacMode.AUTO, 21, HoldType.SCHEDULED)
    assert zone.modes == (HvacMode.HEAT,)
    assert zone.has_schedule


@pytest.mark.parametrize("mode", ["something new", "Dry"])
def test_a_mode_that_nobody_knows(mode: str) -> None:
    zone = _of_zone(mode=mode, supportedModes=f"auto,{mode},cool", setpointHeat=21, setpointCool=24)
    assert (zone.mode, zone.hold_type) == (HvacMode.UNKNOWN, None)
    assert (zone.modes, zone.heat, zone.cool) == ((HvacMode.COOL,), None, 24)


def test_the_zone_that_stands_for_the_device() -> None:
    zones: list[dict[str, Any]] = [
        {"zoneId": "1", "mode": "heat", "commandOnly": True},
        {"zoneId": "", "mode": "heat"},
        {"zoneId": "2"},
        {"zoneId": "4", "mode": "heat", "name": "Upstairs"},
        {"zoneId": "5", "mode": "heat", "name": "Downstairs"},
    ]
    found = zone_of(zones)
    assert found is not None
    assert found["name"] == "Upstairs"
    assert zone_of(zones[:3]) is None


def test_points_with_a_temperature_for_cooling_too() -> None:
    both = _of_points(_point("1", 21.0, "sh-indoorSpHeat"), _point("2", 25.0, "sh-indoorSpCool"))
    assert (both.mode, both.modes) == (HvacMode.AUTO, (HvacMode.AUTO,))
    hold = HoldPermanently(mode=HvacMode.AUTO, heat_setpoint=20.6, cool_setpoint=24.0)
    assert both.point_changes(hold) == {"1": "20.5", "2": "24"}  # in steps of half a degree
    with pytest.raises(CommandRefused) as refused:
        both.point_changes(HoldPermanently(mode=HvacMode.COOL, cool_setpoint=24.0))
    assert refused.value.cause is CommandRefusal.PRECONDITION


def test_a_point_that_may_only_be_looked_at() -> None:
    plain = _of_points(_point("47398", 21.0, writable=False, minValue=None))
    assert (plain.heat, plain.modes, plain.heat_range) == (21.0, (), None)


def test_whether_there_may_be_zones_is_seen_by_the_points() -> None:
    assert not may_have_zones(points_of([_point("47398", 21.0), _point("47011", 0, "sh-indoorSpOffsHeat")]))
    assert may_have_zones(points_of([_point("47751", 21.0, "sh-indoorSpHeat")]))
    assert may_have_zones(points_of([_point("40033", 21.0, zoneId="1")]))


def test_values_that_are_texts_missing_sensors_and_soft_hyphens() -> None:
    assert [number_of(value) for value in (21, "21.5", -32768, -3276.8, "Hello", None, True, "nan", [1])] == [
        *(21.0, 21.5),
        *(None, None, None, None, None, None, None),
    ]
    assert text_of("Room tem\u00adpera\u00adture") == "Room temperature"
    assert text_of("\u00ad") is None
    twice = points_of([_point("40940", -120.0), _point("40940", -3.0)])
    found = twice.numbered("1", "40940")
    assert found is not None
    assert found.value == -120.0
