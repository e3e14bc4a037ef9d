"""Devices have every field that Podero documents, and take what its partners send of them."""

from typing import Any

import msgspec
import pytest

from tests.dialects.enode.conftest import own
from tests.dialects.enode.test_devices import CHARGER, VEHICLE
from tests.dialects.podero.conftest import Partner
from tests.support.documents import HVAC, INVERTER
from wattlink.connectors.devices import Document

_OF: dict[str, tuple[str, Document]] = {
    "heat-pumps": ("myuplink", HVAC),
    "electric-vehicles": ("tesla", VEHICLE),
    "inverters": ("solaredge", INVERTER),
    "wallboxes": ("easee", CHARGER),
}
_ALL = """
    id connection_status monitoring_status steering_status lifecycle_state lifecycle_error device_model owner building
    created_at updated_at deleted_at price_zone is_authenticated is_smart_optimization_active optimization_score
    current_mode pause_power_until is_pause_power_active external_device_id comment current_state_last_updated_at
    last_monitoring_executed_at is_inverter_forced_mode_enabled is_inverter_forced_mode_active
    inverter_forced_mode_since is_trading_enabled actual_steering_state authorization_url action_needed actions
"""
_OWN = {
    "heat-pumps": """
        optimization_level indoor_target_temperature_offset dhw_standard_temperature is_hot_water_heating_enabled
        is_space_heating_enabled is_pool_heating_enabled is_space_cooling_enabled heating_policy_name
        maximum_temperature_limit minimum_temperature_limit minimum_dhw_temperature_limit is_heating_policy_enabled
        away_mode_start away_mode_end is_away_mode_enabled away_mode_minimum_temperature_limit
        current_power_consumption_w outdoor_temperature indoor_actual_temperature indoor_target_temperature
        inlet_temperature outlet_temperature dhw_temperature""",
    "electric-vehicles": """
        is_charge_policy_enabled charge_deadline_at minimum_charge_limit charge_target_min charge_target_max
        is_plugged_in is_charging charge_rate_w battery_level battery_capacity_kwh is_fully_charged driving_range
        boost_state boost_for_next_session charge_policy_last_updated_at""",
    "inverters": """
        solar_power_rating_kw is_battery_connected battery_capacity_kwh min_battery_charge max_battery_charge
        current_solar_production_w household_consumption_w battery_charge_discharge_power_w current_power_to_grid_w
        solar_surplus_w battery_charge_level_percent""",
    "wallboxes": """
        charge_target_min charge_target_max charge_power_max_w is_charge_policy_enabled minimum_charge_limit
        charge_deadline_at charge_policy_last_updated_at is_over_charge_allowed mode connection is_plugged_in
        is_charging""",
}
"""As the facts list them, but for names that they only guess."""


async def device(partner: Partner, path: str) -> str:
    """The path of a new user's device of this type."""
    user = await partner.new_user(external_user_id="ada")
    vendor, document = _OF[path]
    return f"/users/{user['id']}/{path}/{await own(partner.hub, partner.access, vendor, document)}"


@pytest.mark.parametrize("type_", _OF)
async def test_every_documented_field_is_there(partner: Partner, type_: str) -> None:
    shown = await partner.call("GET", await device(partner, type_))
    assert set((_ALL + _OWN[type_]).split()) - shown.keys() == set()
    never_set = ("is_pause_power_active", "is_inverter_forced_mode_enabled", "is_inverter_forced_mode_active")
    assert not any(shown[name] for name in never_set)
    assert shown["actual_steering_state"] == "unknown"


@pytest.mark.parametrize("type_", _OF)
async def test_what_was_read_may_be_sent_back_whole(partner: Partner, type_: str) -> None:
    path = await device(partner, type_)
    shown = await partner.call("GET", path)
    assert await partner.call("PUT", path, shown) == shown


@pytest.mark.parametrize(
    ("type_", "said", "taken_back"),
    [
        ("inverters", {"is_smart_optimization_active": True}, False),
        ("inverters", {"is_trading_enabled": True}, False),
        ("inverters", {"external_device_id": "iv-7"}, ""),
        ("wallboxes", {"is_charge_policy_enabled": True}, False),
        ("heat-pumps", {"comment": "In the cellar"}, None),
        ("electric-vehicles", {"price_zone": "CH"}, None),
    ],
)
async def test_null_takes_back_what_was_said(
    partner: Partner, type_: str, said: dict[str, Any], taken_back: object
) -> None:
    path, (name, value) = await device(partner, type_), *said.items()
    assert (await partner.call("PUT", path, said))[name] == value
    assert (await partner.call("PUT", path, {name: None}))[name] == taken_back


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"price_zone": "XX"}, "price_zone"),
        ({"building_id": "home"}, "building_id"),
        ({"building": ""}, "building"),
        ({"comment": "x" * 301}, "comment"),
        ({"away_mode_start": "9999-12-31T23:59:59-12:00"}, "away_mode_start"),
    ],
)
async def test_what_cannot_be_is_told_by_the_field_that_was_sent(
    partner: Partner, said: dict[str, Any], field: str
) -> None:
    status, faults = await partner.refusal("PUT", await device(partner, "heat-pumps"), said)
    assert (status, [fault["loc"] for fault in faults]) == (422, [["body", "data", field]])


async def test_a_time_without_an_offset_is_in_utc(partner: Partner) -> None:
    said = {"away_mode_start": "2026-12-24T00:00:00", "away_mode_end": "2026-12-26T00:00:00+01:00"}
    shown = await partner.call("PUT", await device(partner, "heat-pumps"), said)
    assert shown["away_mode_start"] == "2026-12-24T00:00:00.000Z"
    assert shown["away_mode_end"] == "2026-12-25T23:00:00.000Z"


async def test_power_is_in_whole_watts_as_typed_clients_read_it(partner: Partner) -> None:
    """JSON's 11000.0 is no integer to Go or Swift, and 1.005 kW are no 1004.9999999999999 W."""
    state = msgspec.structs.replace(VEHICLE.charge_state, is_charging=True, charge_rate=1.005, charge_limit=80.0)
    user = await partner.new_user(external_user_id="ada")
    car = await own(partner.hub, partner.access, "tesla", msgspec.structs.replace(VEHICLE, charge_state=state))
    answer = await partner.send("GET", f"/users/{user['id']}/electric-vehicles/{car}")
    assert '"charge_rate_w":1005,' in answer.text
    assert '"charge_target_max":80,' in answer.text


async def test_the_owner_whom_another_dialect_made_has_an_empty_address_here_too(partner: Partner) -> None:
    device_id = await own(partner.hub, partner.access, "easee", CHARGER, user="bob")
    (user,) = await partner.call("GET", "/users")
    shown = await partner.call("GET", f"/users/{user['id']}/wallboxes/{device_id}")
    assert shown["owner"]["email"] == user["email"] == ""
