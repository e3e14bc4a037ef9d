"""Answers recorded by other projects: the connector reads them, and the simulator has the same fields."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.clock import StillClock
from wattlink.connectors.registry import simulator
from wattlink.connectors.simulation import SimulatedRequest
from wattlink.connectors.vendors.solaredge.mapping import inverter, latest_of, listed_of, silent, site_of

_FOLDER = Path(os.environ.get("WATTLINK_RECORDINGS", Path(__file__).parents[4] / "shared" / "recordings")) / "solaredge"

pytestmark = pytest.mark.skipif(not _FOLDER.is_dir(), reason="no recordings here")


def _recorded(name: str) -> Any:
    return msgspec.json.decode((_FOLDER / f"{name}.json").read_bytes())


def _simulated(name: str) -> Any:
    now = StillClock()()
    state = simulator("solaredge").new_account("1", "key", now, devices=3)
    request = SimulatedRequest(method="GET", host="api", path=f"/site/1/{name}", query={"api_key": "key"})
    return msgspec.json.decode(simulator("solaredge").handle(request, state, now)[0].body)


def test_a_site_without_a_place_has_no_zone() -> None:
    site = site_of(_recorded("details"))
    assert (site.name, site.zone, site.installed) == ("Test Site", None, "2024-01-01")


def test_the_inverters_of_an_inventory_are_found_by_their_serial_numbers() -> None:
    listed = listed_of(_recorded("inventory"))
    assert [entry.serial for entry in listed] == ["INV-001", "INV-002", "INV-003"]
    site, now = site_of(_recorded("details")), datetime(2025, 1, 1, tzinfo=UTC)
    told = {"data": {"telemetries": [{"date": "2025-01-01 00:00:00", "totalActivePower": 1234.5}]}}
    latest = latest_of(told, None)
    assert latest is not None
    found = inverter(listed[0], site, latest, None, now=now)
    assert found.production_state.production_rate == 1.2345
    assert (found.information.brand, found.information.model) == ("Acme", "I1")
    assert found.information.installed_at == datetime(2024, 1, 1, tzinfo=UTC)
    assert not silent(listed[0], site, None, now=now).is_reachable


@pytest.mark.parametrize("name", ["details", "inventory", "overview"])
def test_the_simulator_speaks_the_same_way(name: str) -> None:
    (outer,) = _recorded(name)
    recorded, simulated = _recorded(name)[outer], _simulated(name)[outer]
    common = recorded.keys() & simulated.keys()
    assert common >= {"details": {"id", "name", "installationDate"}, "inventory": {"inverters"}}.get(
        name, {"currentPower"}
    )
    assert {key: type(recorded[key]) for key in common} == {key: type(simulated[key]) for key in common}
