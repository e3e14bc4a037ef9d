"""Cars as they are read: what they tell, what they keep to themselves, and who must do what about it."""

import msgspec
import pytest

from tests.connectors.tesla.conftest import SCOPES, Garage
from tests.support.clock import StillClock
from tests.support.sandbox import RunningSandbox
from wattlink.connectors.contract import Credential
from wattlink.connectors.devices import CAPABLE, MISSING, Capability, Position, PowerDelivery, blocked
from wattlink.connectors.registry import manifest_of
from wattlink.connectors.simulation import Fault

PHONE_KEY = "3b2891a9-5dcf-4691-b850-b5ea36b57c2e"


def _blocked_by(key: str) -> Capability:
    return blocked(manifest_of("tesla").intervention(key))


async def test_a_car_that_charges_at_home(garage: Garage, clock: StillClock) -> None:
    credential = (await garage.link()).credential
    clock.forward(minutes=30)
    vin, car = next(iter((await garage.read(credential)).items()))
    assert car.is_reachable
    assert car.last_seen == clock()
    assert (car.information.vin, car.information.brand, car.information.model) == (vin, "Tesla", "Model 3")
    assert car.information.year == 2024
    state = car.charge_state
    assert state.power_delivery is PowerDelivery.CHARGING
    assert state.is_plugged_in
    assert state.is_charging
    assert not state.is_fully_charged
    assert (state.battery_level, state.charge_limit, state.charge_rate, state.max_current) == (61, 80, 11, 16)
    assert state.charge_time_remaining == 62
    assert state.last_updated == clock()
    assert car.odometer.distance == pytest.approx(18_240, abs=0.01)
    assert (car.location.latitude, car.location.longitude) == (59.9139, 10.7522)
    capable = car.capabilities
    assert capable.smart_charging == MISSING
    assert {name for name in capable.__struct_fields__ if getattr(capable, name) == CAPABLE} == {
        *("information", "charge_state", "location", "odometer"),
        *("start_charging", "stop_charging", "set_max_current"),
    }


async def test_nothing_is_said_of_charging_while_driving(garage: Garage, clock: StillClock) -> None:
    clock.forward(hours=14, minutes=20)
    credential = (await garage.link()).credential
    car = next(iter((await garage.read(credential)).values()))
    assert car.charge_state.power_delivery is PowerDelivery.UNPLUGGED
    assert car.charge_state.charge_rate is None
    assert car.charge_state.charge_time_remaining is None
    assert car.odometer.distance is not None
    assert car.odometer.distance > 18_250
    assert car.location.latitude is not None
    assert car.location.latitude < 59.9


async def test_a_sleeping_car_stays_as_it_was_and_is_never_woken(
    garage: Garage, clock: StillClock, sandbox: RunningSandbox
) -> None:
    credential = (await garage.link()).credential
    awake = await garage.read(credential)
    clock.forward(hours=6)
    before = await sandbox.last_request()
    assert await garage.read(credential, awake) == awake
    paths = [seen.path for seen in await sandbox.requests("tesla", after=before)]
    assert paths == ["/api/1/products", "/api/1/vehicles/fleet_status"]


async def test_a_car_that_sleeps_when_it_is_first_seen_is_there_already(garage: Garage, clock: StillClock) -> None:
    credential = (await garage.link()).credential
    clock.forward(hours=6)
    for vin, car in (await garage.read(credential)).items():
        assert car.is_reachable
        assert car.last_seen == clock()
        assert car.information.vin == vin
        assert car.information.model == "Model 3"
        assert car.charge_state.power_delivery is PowerDelivery.UNKNOWN
        assert car.capabilities.charge_state == CAPABLE


async def test_a_car_without_network_keeps_its_values_and_is_out_of_reach(garage: Garage) -> None:
    credential = (await garage.link()).credential
    before = await garage.read(credential)
    vin = next(iter(before))
    await garage.car_knobs(vin, offline=True)
    after = await garage.read(credential, before)
    assert after == before | {vin: msgspec.structs.replace(before[vin], is_reachable=False)}


async def test_the_missing_key_shows_on_the_commands_only_and_goes_with_pairing(
    garage: Garage, clock: StillClock
) -> None:
    credential = (await garage.link()).credential
    vin = next(iter(await garage.read(credential)))
    await garage.car_knobs(vin, key=False)
    without = await garage.read(credential)
    shown = without[vin].capabilities
    assert manifest_of("tesla").intervention("phone_key") == PHONE_KEY
    assert {name for name in shown.__struct_fields__ if PHONE_KEY in getattr(shown, name).interventions} == {
        *("start_charging", "stop_charging", "set_max_current")
    }
    clock.forward(hours=6)  # also while the car sleeps, since the key is asked of the cloud
    await garage.car_knobs(vin, key=True)
    assert (await garage.read(credential, without))[vin].capabilities.start_charging == CAPABLE


async def test_mobile_access_switched_off_in_the_car_blocks_all_that_it_can(garage: Garage) -> None:
    credential = (await garage.link()).credential
    before = await garage.read(credential)
    vin, other = before
    await garage.car_knobs(vin, mobile_access=False)
    after = await garage.read(credential, before)
    shown = after[vin].capabilities
    blocked_by = {name: getattr(shown, name) for name in shown.__struct_fields__ if name != "smart_charging"}
    assert set(blocked_by.values()) == {_blocked_by("mobile_access")}
    assert shown.smart_charging == MISSING
    assert after[vin].charge_state == before[vin].charge_state
    assert after[vin].last_seen == before[vin].last_seen
    assert after[vin].is_reachable is False
    assert after[other] == before[other]


async def test_a_shared_car_hides_its_place_until_its_owner_shows_it(garage: Garage) -> None:
    credential = (await garage.link()).credential
    before = await garage.read(credential)
    vin = next(iter(before))
    await garage.car_knobs(vin, private=True)
    hidden = (await garage.read(credential, before))[vin]
    assert hidden.capabilities.location == _blocked_by("private_data_hidden")
    assert hidden.location == Position()
    await garage.car_knobs(vin, private=False)
    assert (await garage.read(credential))[vin].location == before[vin].location


async def test_of_two_cars_of_one_model_one_can_never_tell_its_place(garage: Garage, clock: StillClock) -> None:
    credential = (await garage.link()).credential
    vin, other = await garage.read(credential)
    await garage.car_knobs(vin, locates_since=None)
    cars = await garage.read(credential)
    assert cars[vin].information.model == cars[other].information.model
    assert cars[vin].capabilities.location == MISSING
    assert cars[vin].location == Position()
    assert cars[other].capabilities.location == CAPABLE
    clock.forward(hours=6)
    assert (await garage.read(credential, cars))[vin].capabilities.location == MISSING


async def test_a_software_update_gives_and_takes(garage: Garage) -> None:
    credential = (await garage.link()).credential
    vin = next(iter(await garage.read(credential)))
    await garage.car_knobs(vin, firmware="2023.20.4", key=False, locates_since="2024.2", signs_since="2023.38")
    old = (await garage.read(credential))[vin].capabilities
    assert (old.location, old.start_charging) == (MISSING, CAPABLE)
    await garage.car_knobs(vin, firmware="2024.2.1")
    new = (await garage.read(credential))[vin].capabilities
    assert (new.location, new.start_charging) == (CAPABLE, _blocked_by("phone_key"))


async def test_what_the_app_never_asked_for_is_missing_and_what_the_user_left_out_is_blocked(garage: Garage) -> None:
    asked = SCOPES - {"vehicle:read:location"}
    credential = (await garage.link(asked)).credential
    for car in (await garage.read(credential, scopes=asked)).values():
        assert car.capabilities.location == MISSING
        assert car.location == Position()
    left_out = msgspec.structs.replace(credential, extra={**credential.extra, "asked": " ".join(sorted(SCOPES))})
    for car in (await garage.read(left_out, scopes=asked)).values():
        assert car.capabilities.location == _blocked_by("permission")
        assert car.capabilities.charge_state == CAPABLE


async def test_permissions_taken_back_later_are_seen_after_the_next_refresh(garage: Garage) -> None:
    credential = (await garage.link()).credential
    before = await garage.read(credential)
    fewer = await _with_consent(garage, credential, "vehicle_device_data")
    for vin, car in (await garage.read(fewer, before)).items():
        assert car.capabilities.location == car.capabilities.start_charging == _blocked_by("permission")
        assert car.capabilities.charge_state == CAPABLE
        assert car.charge_state == before[vin].charge_state
    nothing = await _with_consent(garage, fewer)
    for vin, car in (await garage.read(nothing, before)).items():
        assert car.capabilities.charge_state == car.capabilities.information == _blocked_by("permission")
        assert car.charge_state == before[vin].charge_state


async def _with_consent(garage: Garage, credential: Credential, *vendor_scopes: str) -> Credential:
    await garage.knobs(consent=list(vendor_scopes))
    return await garage.connector.refresh(credential)


async def test_a_403_that_speaks_of_scopes_blocks_what_is_read(garage: Garage, sandbox: RunningSandbox) -> None:
    credential = (await garage.link()).credential
    before = await garage.read(credential)
    await sandbox.fault("tesla", "somebody@example.com", Fault.SCOPE_MISSING)
    for vin, car in (await garage.read(credential, before)).items():
        assert car.capabilities.charge_state == _blocked_by("permission")
        assert car.charge_state == before[vin].charge_state
        assert car.location == before[vin].location


async def test_more_cars_than_a_page_holds(garage: Garage, sandbox: RunningSandbox) -> None:
    await sandbox.change("tesla", "somebody@example.com", add_devices=120)
    credential = (await garage.link(frozenset({"vehicle:read:location"}))).credential
    assert len(await garage.read(credential, scopes=frozenset({"vehicle:read:location"}))) == 122
