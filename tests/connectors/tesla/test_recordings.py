"""Answers recorded by other projects: the connector reads them, and the simulator speaks the same way."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wattlink.connectors.devices import CAPABLE, Battery, Inverter, Kind, Meter, PowerDelivery
from wattlink.connectors.devices.site import BatteryStatus, OperationMode
from wattlink.connectors.registry import manifest_of, simulator
from wattlink.connectors.vendors.tesla.capabilities import Inquiry, Rights, listed
from wattlink.connectors.vendors.tesla.cars.reading import is_car
from wattlink.connectors.vendors.tesla.energy import simulated_life as life
from wattlink.connectors.vendors.tesla.energy.mapping import document
from wattlink.connectors.vendors.tesla.energy.simulated_api import entries, live_status, site_info
from wattlink.connectors.vendors.tesla.energy.site import sites
from wattlink.connectors.vendors.tesla.energy.told import Told
from wattlink.connectors.vendors.tesla.fleet import Trouble
from wattlink.connectors.vendors.tesla.mapping import silent_vehicle, vehicle
from wattlink.connectors.vendors.tesla.simulated_data import data_of, entry_of

_FOLDER = Path(os.environ.get("WATTLINK_RECORDINGS", Path(__file__).parents[4] / "shared" / "recordings")) / "tesla"
_NOW = datetime(2024, 1, 20, tzinfo=UTC)
_ALL = frozenset(manifest_of("tesla").scopes)
_RIGHTS = Rights(asked=_ALL, granted=_ALL)

pytestmark = pytest.mark.skipif(not _FOLDER.is_dir(), reason="no recordings here")


def _recorded(name: str) -> Any:
    return msgspec.json.decode((_FOLDER / name).read_bytes())["response"]


def test_cars_are_picked_out_of_a_list_with_energy_sites() -> None:
    products = _recorded("products.json")
    assert [is_car(product) for product in products] == [True, False, False]
    asleep = silent_vehicle(listed(products[0], {}, _RIGHTS, None, _NOW), Trouble.ASLEEP)
    assert (asleep.information.model, asleep.information.year) == ("Model 3", 2022)
    assert asleep.information.display_name == "Test"
    assert asleep.is_reachable


def test_a_recorded_car_is_mapped() -> None:
    data = _recorded("vehicle_data.json")
    car = vehicle(listed(data, {}, _RIGHTS, None, _NOW), data)
    assert (car.information.model, car.information.year) == ("Model 3", 2019)
    state = car.charge_state
    assert state.power_delivery is PowerDelivery.STOPPED
    assert (state.is_plugged_in, state.is_charging, state.is_fully_charged) == (True, False, False)
    assert (state.battery_level, state.range, state.charge_limit, state.max_current) == (77, 429.49, 80, 16)
    assert (state.charge_rate, state.charge_time_remaining) == (None, None)
    assert car.last_seen == state.last_updated == datetime(2024, 1, 19, 23, 38, 40, 649_000, tzinfo=UTC)
    assert car.odometer.distance == pytest.approx(10_430.19)
    assert (car.location.latitude, car.location.longitude) == (-30.222626, -97.6236871)
    assert car.location.last_updated == datetime(2023, 11, 28, 0, 0, 12, tzinfo=UTC)
    assert car.capabilities.location == CAPABLE


def test_recorded_homes_are_told_apart_and_an_empty_one_has_no_devices() -> None:
    homes = sites(_recorded("products.json"), _inquiry())
    assert [(site.site_id, site.kinds) for site in homes] == [("123456", (Kind.BATTERY, Kind.INVERTER, Kind.METER))]


def test_a_recorded_home_is_mapped() -> None:
    [site] = sites(_recorded("products.json"), _inquiry())
    told = Told(live=_recorded("live_status.json"), info=_recorded("site_info.json"))
    battery, inverter, meter = (document(site, kind, told) for kind in site.kinds)
    assert isinstance(battery, Battery)
    assert (battery.information.model, battery.information.site_name) == ("Powerwall 2", "Site")
    assert battery.information.installed_at == datetime(2022, 1, 1, tzinfo=UTC)
    assert battery.timezone is None
    state = battery.charge_state
    assert (state.status, state.charge_rate) == (BatteryStatus.DISCHARGING, -5.06)
    assert (state.battery_capacity, state.battery_level, state.discharge_limit) == (40.804, 95.51, 0)
    assert battery.config.operation_mode is OperationMode.SELF_RELIANCE
    assert battery.last_seen == state.last_updated == datetime(2024, 1, 1, tzinfo=UTC)
    capable = battery.capabilities
    assert (capable.self_reliance, capable.time_of_use) == (CAPABLE, CAPABLE)
    assert capable.import_focus.interventions == (manifest_of("tesla").intervention("grid_charging"),)
    assert isinstance(inverter, Inverter)
    assert inverter.information.model == "Solar Panels"
    assert (inverter.production_state.production_rate, inverter.production_state.is_producing) == (1.185, True)
    assert inverter.production_state.total_lifetime_production is None
    assert isinstance(meter, Meter)
    assert (meter.information.model, meter.energy_state.power) == ("Tesla Backup Gateway 2", 0)


def test_the_simulated_home_uses_no_field_that_was_never_recorded_and_no_other_types() -> None:
    now = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
    state = simulator("tesla").new_account("somebody@example.com", "right", now, kind=Kind.BATTERY)
    for kind in (Kind.INVERTER, Kind.METER):
        state = simulator("tesla").set_devices(state, now, add=1, kind=kind)
    [entry], [[site, home]] = entries(state, now), life.homes(state).items()
    assert _strange(entry, _recorded("products.json")[1]) == set()
    live = msgspec.json.decode(live_status(home, state, now).body)["response"]
    assert _strange(live, _recorded("live_status.json")) == {"energy_left", "total_pack_energy"}  # in other recordings
    assert _strange(site_info(site, home), _recorded("site_info.json")) == set()


def _inquiry() -> Inquiry:
    return Inquiry(kinds=frozenset(Kind), rights=_RIGHTS, last={}, now=_NOW)


def test_the_simulator_uses_no_field_that_was_never_recorded_and_no_other_types() -> None:
    now = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
    state = simulator("tesla").new_account("somebody@example.com", "right", now)
    vin = next(iter(state["devices"]))
    endpoints = {"charge_state", "drive_state", "vehicle_config", "vehicle_state", "location_data"}
    data = data_of(vin, state, now, endpoints, with_location=True)
    listed_there = _recorded("products.json")[0]
    assert _strange(data, listed_there | _recorded("vehicle_data.json")) == {"mobile_access_disabled"}
    assert _strange(entry_of(vin, state["devices"][vin], state, now), listed_there) == {"mobile_access_disabled"}


def _strange(simulated: Mapping[str, Any], recorded: Mapping[str, Any], within: str = "") -> set[str]:
    strange: set[str] = set()
    for name, value in simulated.items():
        if name not in recorded:
            strange.add(within + name)
        elif isinstance(value, dict):
            strange |= _strange(value, recorded[name], f"{within}{name}.")
        elif value is not None and recorded[name] is not None and not _alike(value, recorded[name]):
            strange.add(within + name)
    return strange


def _alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) or {type(one), type(other)} == {int, float}
