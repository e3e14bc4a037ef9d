"""Homes as they are read: a battery, a roof and a meter that agree with each other, and what they can't tell."""

from typing import TypeVar

import msgspec
import pytest

from tests.connectors.tesla.conftest import HOME, SCOPES, Garage
from tests.support.clock import StillClock
from wattlink.connectors.contract import Credential
from wattlink.connectors.devices import (
    CAPABLE,
    MISSING,
    Battery,
    Capability,
    Document,
    Inverter,
    Meter,
    blocked,
    kind_of,
)
from wattlink.connectors.devices.site import BatteryStatus, OperationMode
from wattlink.connectors.registry import manifest_of
from wattlink.connectors.simulation import Fault

Device = TypeVar("Device", Battery, Inverter, Meter)
ENERGY = frozenset(scope for scope in SCOPES if not scope.startswith("vehicle:"))


def blocked_by(key: str) -> Capability:
    return blocked(manifest_of("tesla").intervention(key))


def only(devices: dict[str, Document], sort: type[Device]) -> Device:
    """The only device of a sort."""
    [found] = [device for device in devices.values() if isinstance(device, sort)]
    return found


def id_of(devices: dict[str, Document], sort: type[Document]) -> str:
    [found] = [key for key, device in devices.items() if isinstance(device, sort)]
    return found


async def test_a_home_beside_two_cars_gives_its_three_devices(home: Garage, clock: StillClock) -> None:
    credential = (await home.link()).credential
    devices = await home.read_home(credential)
    assert [kind_of(device) for device in devices.values()] == list(HOME)
    assert len(await home.read(credential)) == 2
    battery, inverter = only(devices, Battery), only(devices, Inverter)
    assert (battery.information.brand, battery.information.model) == ("Tesla", "Powerwall 2")
    assert battery.information.site_name == inverter.information.site_name
    assert battery.information.installed_at.isoformat() == "2024-05-13T22:00:00+00:00"
    assert battery.timezone == "Europe/Oslo"
    assert (battery.charge_state.battery_capacity, battery.charge_state.discharge_limit) == (13.5, 20)
    assert battery.config.operation_mode is OperationMode.SELF_RELIANCE
    assert (battery.last_seen, battery.is_reachable) == (clock(), True)
    assert inverter.production_state.total_lifetime_production is None
    assert battery.location.latitude is inverter.location.latitude is None
    assert only(devices, Meter).information.model == "Tesla Backup Gateway 2"
    assert inverter.capabilities.production_state == CAPABLE
    assert inverter.capabilities.production_statistics == MISSING


@pytest.mark.parametrize(
    ("hour", "status", "producing"),
    [(3, BatteryStatus.DISCHARGING, False), (12, BatteryStatus.CHARGING, True), (19, BatteryStatus.DISCHARGING, False)],
)
async def test_the_battery_takes_the_sun_by_day_and_gives_it_back_at_night(
    home: Garage, clock: StillClock, hour: int, status: BatteryStatus, producing: bool
) -> None:
    await _forward_to(clock, hour)
    credential = (await home.link()).credential
    await home.car_knobs(id_of(await home.read_home(credential), Battery), level=50.0)
    devices = await home.read_home(credential)
    battery, inverter, meter = only(devices, Battery), only(devices, Inverter), only(devices, Meter)
    assert battery.charge_state.status is status
    charging = battery.charge_state.charge_rate
    assert charging is not None
    assert (charging > 0) is (status is BatteryStatus.CHARGING)
    assert inverter.production_state.is_producing is producing
    power, produced = meter.energy_state.power, inverter.production_state.production_rate
    assert power is not None
    assert produced is not None
    assert 0.2 < power + produced - charging < 3  # what the house uses
    clock.forward(hours=1)
    later = only(await home.read_home(credential), Battery).charge_state.battery_level
    before = battery.charge_state.battery_level
    assert later is not None
    assert before is not None
    assert (later > before) is (status is BatteryStatus.CHARGING)


async def test_a_home_out_of_reach_keeps_its_values(home: Garage, clock: StillClock) -> None:
    credential = (await home.link()).credential
    before = await home.read_home(credential)
    clock.forward(hours=2)
    await home.car_knobs(id_of(before, Meter), offline=True)
    after = await home.read_home(credential, before)
    assert _timeless(after) == {
        key: msgspec.structs.replace(device, is_reachable=False) for key, device in _timeless(before).items()
    }
    assert await home.read_home(credential) != after  # and is there, if it is seen for the first time


async def test_what_must_be_done_before_a_mode_can_be_set(home: Garage) -> None:
    credential = (await home.link()).credential
    battery = id_of(await home.read_home(credential), Battery)
    capable = only(await home.read_home(credential), Battery).capabilities
    assert (capable.self_reliance, capable.time_of_use, capable.import_focus) == (CAPABLE, CAPABLE, CAPABLE)
    assert (capable.export_focus, capable.idle) == (MISSING, MISSING)
    await home.car_knobs(battery, grid_charging=False, rate_plan=False)
    capable = only(await home.read_home(credential), Battery).capabilities
    assert capable.self_reliance == CAPABLE
    assert capable.import_focus == blocked_by("grid_charging")
    assert capable.time_of_use == blocked_by("rate_plan")


async def test_an_app_that_may_only_read_controls_nothing(home: Garage) -> None:
    credential = (await home.link(SCOPES - {"battery:control:operation_mode"})).credential
    capable = only(await home.read_home(credential), Battery).capabilities
    assert {getattr(capable, name) for name in capable.__struct_fields__} == {MISSING}


async def test_a_permission_that_was_taken_back_blocks_and_loses_nothing(home: Garage) -> None:
    credential = (await home.link()).credential
    before = await home.read_home(credential)
    cars = await home.read(credential)
    await home.knobs(consent=["vehicle_device_data", "energy_cmds"])
    renewed = await home.connector.refresh(credential)
    silent = await home.read_home(renewed, before)
    assert only(silent, Inverter).capabilities.production_state == blocked_by("inverter_permission")
    assert only(silent, Meter).capabilities.measures_production == blocked_by("meter_permission")
    assert only(silent, Battery).capabilities.self_reliance == CAPABLE
    assert only(silent, Battery).charge_state == only(before, Battery).charge_state

    await home.knobs(consent=["vehicle_device_data"])
    renewed = await home.connector.refresh(renewed)
    withheld = await home.read_home(renewed, silent)
    assert set(withheld) == set(before)
    assert only(withheld, Battery).capabilities.self_reliance == blocked_by("battery_permission")
    assert set(await home.read(renewed, cars)) == set(cars)

    await home.knobs(consent=["energy_device_data", "energy_cmds"])
    renewed = await home.connector.refresh(renewed)
    assert only(await home.read_home(renewed, withheld), Battery).capabilities.self_reliance == CAPABLE
    hidden = await home.read(renewed, cars)
    assert set(hidden) == set(cars)
    assert {car.capabilities.charge_state for car in hidden.values()} == {blocked_by("permission")}


async def test_a_missing_scope_that_only_an_answer_tells(home: Garage) -> None:
    credential = (await home.link()).credential
    before = await home.read_home(credential)
    await home.sandbox.fault("tesla", "somebody@example.com", Fault.SCOPE_MISSING)
    after = await home.read_home(credential, before)
    assert only(after, Inverter).capabilities.production_state == blocked_by("inverter_permission")
    assert only(after, Inverter).production_state == only(before, Inverter).production_state


async def test_a_device_that_was_taken_down_is_gone_and_the_others_stay(home: Garage) -> None:
    credential = (await home.link()).credential
    before = await home.read_home(credential)
    await home.sandbox.change("tesla", "somebody@example.com", remove_devices=[id_of(before, Inverter)])
    after = await home.read_home(credential, before)
    assert set(before) - set(after) == {id_of(before, Inverter)}


async def test_energy_alone_can_be_linked(home: Garage) -> None:
    grant = await home.link(ENERGY)
    assert grant.scopes == ENERGY
    assert len(await home.read_home(grant.credential, scopes=ENERGY)) == 3
    assert await _all(home, grant.credential, ENERGY) == await home.read_home(grant.credential, scopes=ENERGY)


async def _all(home: Garage, credential: Credential, scopes: frozenset[str]) -> dict[str, Document]:
    kinds = frozenset(manifest_of("tesla").kinds)
    readings = await home.connector.read(credential, kinds, scopes, {})
    return {reading.vendor_device_id: reading.document for reading in readings}


async def _forward_to(clock: StillClock, hour: int) -> None:
    """To an hour by the clock on the simulated home's wall."""
    clock.forward(hours=(hour - 1 - clock().hour) % 24, minutes=-clock().minute)


def _timeless(devices: dict[str, Document]) -> dict[str, Document]:
    """Without the moment at which a battery's setting was looked at."""
    return {
        key: msgspec.structs.replace(device, config=msgspec.structs.replace(device.config, last_updated=None))
        if isinstance(device, Battery)
        else device
        for key, device in devices.items()
    }
