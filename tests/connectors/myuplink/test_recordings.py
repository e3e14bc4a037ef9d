"""Answers recorded by other projects: the connector reads them, and the simulator speaks the same way."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wattlink.connectors.devices import CAPABLE, MISSING, Hvac
from wattlink.connectors.devices.hvac import HvacMode
from wattlink.connectors.devices.parts import Range
from wattlink.connectors.registry import manifest_of, simulator
from wattlink.connectors.vendors.myuplink.capabilities import Permits, Rights
from wattlink.connectors.vendors.myuplink.cloud import system_of as listed_system
from wattlink.connectors.vendors.myuplink.mapping import heat_pump
from wattlink.connectors.vendors.myuplink.points import points_of
from wattlink.connectors.vendors.myuplink.simulated_points import device_of, system_of
from wattlink.connectors.vendors.myuplink.simulated_points import points_of as simulated_points
from wattlink.connectors.vendors.myuplink.thermostat import may_have_zones

_FOLDER = Path(os.environ.get("WATTLINK_RECORDINGS", Path(__file__).parents[4] / "shared" / "recordings")) / "myuplink"
_NOW = datetime(2024, 12, 12, tzinfo=UTC)
_ALL = frozenset(manifest_of("myuplink").scopes)
_PERMITS = Permits(Rights(asked=_ALL, granted=_ALL), may_manage=True)

pytestmark = pytest.mark.skipif(not _FOLDER.is_dir(), reason="no recordings here")


def _recorded(name: str) -> Any:
    return msgspec.json.decode((_FOLDER / name).read_bytes())


def _recorded_points() -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = _recorded("device_points_nibe_f730.SOFT_HYPHENS_LOST.json")
    return points


def _recorded_pump(points: list[dict[str, Any]]) -> Hvac | None:
    system = listed_system(_recorded("systems-2dev.json")["systems"][0])
    return heat_pump(system.devices[0], points_of(points), None, _PERMITS, _NOW)


def test_a_recorded_heat_pump_is_mapped() -> None:
    pump = _recorded_pump(_recorded_points())
    assert pump is not None
    assert (pump.information.model, pump.information.display_name) == ("F730 CU 3x400V", "Gotham City, F730 CU 3x400V")
    assert pump.information.group_name == "Gotham City"
    assert (pump.is_reachable, pump.last_seen) == (True, _NOW)
    assert pump.temperature_state.current_temperature == 21.2
    assert pump.temperature_state.is_active  # the compressor runs, the priority is heating
    assert (pump.thermostat_state.mode, pump.thermostat_state.heat_setpoint) == (HvacMode.HEAT, 14.5)
    assert pump.capabilities.heat_setpoint_range == Range(min=5, max=35)
    assert (pump.capabilities.set_permanent_hold, pump.capabilities.set_follow_schedule) == (CAPABLE, MISSING)
    assert not may_have_zones(points_of(_recorded_points()))


def test_a_recorded_heat_pump_without_its_room_sensor_can_not_be_given_a_temperature() -> None:
    points = [{**point, "value": -32768} if point["parameterId"] == "40033" else point for point in _recorded_points()]
    pump = _recorded_pump(points)
    assert pump is not None
    assert pump.temperature_state.current_temperature is None
    assert pump.thermostat_state.heat_setpoint is None
    assert pump.capabilities.set_permanent_hold.interventions == (manifest_of("myuplink").intervention("room_sensor"),)


def test_what_heats_nothing_but_water_is_no_heat_pump() -> None:
    water = [point for point in _recorded_points() if point["parameterId"] in ("40013", "40014", "50004", "47041")]
    assert _recorded_pump(water) is None


def test_the_simulator_uses_no_field_that_was_never_recorded_and_no_other_types() -> None:
    now = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
    state = simulator("myuplink").new_account("somebody@example.com", "right", now)
    device_id, pump = next(iter(state["devices"].items()))
    assert _strange(system_of(device_id, pump, state), _recorded("systems-2dev.json")["systems"][0]) == set()
    assert _strange(device_of(device_id, pump, state), _recorded("device-2dev.json")) == set()
    for plain in (False, True):
        told = simulated_points({**pump, "zones": not plain}, state, now)
        shapes = _recorded_points()
        assert {name for point in told for name in _strange(point, shapes[0])} <= {"zoneId", "minValue", "maxValue"}
        assert {point["parameterId"] for point in told} <= {point["parameterId"] for point in shapes} or not plain


def _strange(simulated: Mapping[str, Any], recorded: Mapping[str, Any], within: str = "") -> set[str]:
    strange: set[str] = set()
    for name, value in simulated.items():
        if name not in recorded:
            strange.add(within + name)
        elif isinstance(value, dict):
            strange |= _strange(value, recorded[name], f"{within}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict) and recorded[name]:
            strange |= _strange(value[0], recorded[name][0], f"{within}{name}.")
        elif value is not None and recorded[name] is not None and not _alike(value, recorded[name]):
            strange.add(within + name)
    return strange


def _alike(one: Any, other: Any) -> bool:
    kinds = {type(one), type(other)}
    return len(kinds) == 1 or kinds in ({int, float}, {str, float}, {str, int})  # a value is either
