"""What a partner says of a device is kept, checked and never sent; a pause is refused rather than pretended."""

from typing import Any

import pytest

from tests.sandbox.conftest import Ci
from tests.sandbox.test_boost import linked

_HEAT_PUMP = {
    "optimization_level": "Mid",
    "indoor_target_temperature_offset": -1.5,
    "dhw_standard_temperature": 48.0,
    "is_hot_water_heating_enabled": True,
    "is_space_cooling_enabled": False,
    "heating_policy_name": "Winter",
    "minimum_temperature_limit": 18.0,
    "maximum_temperature_limit": 23.0,
    "is_away_mode_enabled": True,
    "away_mode_start": "2026-12-24T00:00:00.000Z",
    "away_mode_end": "2027-01-02T00:00:00.000Z",
    "away_mode_minimum_temperature_limit": 15.0,
}
_WALLBOX = {"charge_target_min": 50, "charge_target_max": 80, "charge_power_max_w": 7000.0, "minimum_charge_limit": 40}
_INVERTER = {
    "is_battery_connected": True,
    "battery_capacity_kwh": 10.2,
    "min_battery_charge": 20,
    "max_battery_charge": 90,
    "solar_power_rating_kw": 8.5,
}
_CAR = {"charge_target_min": 50, "is_over_charge_allowed": False, "charge_deadline_at": "07:00"}
_ALL = [
    ("myuplink", "heat-pumps", "hvac", _HEAT_PUMP),
    ("easee", "wallboxes", "charger", _WALLBOX),
    ("solaredge", "inverters", "inverter", _INVERTER),
    ("tesla", "electric-vehicles", "vehicle", _CAR),
]


@pytest.mark.parametrize(("vendor", "path", "kind", "wishes"), _ALL, ids=[path for _, path, _, _ in _ALL])
async def test_every_preference_is_kept_and_taken_back(
    ci: Ci, vendor: str, path: str, kind: str, wishes: dict[str, Any]
) -> None:
    one = await linked(ci, vendor, path, {"kind": kind})
    assert {name: (await one.car())[name] for name in wishes} == dict.fromkeys(wishes)
    status, kept = await one.send("PUT", body=wishes)
    assert (status, {name: kept[name] for name in wishes}) == (200, wishes)
    assert await one.is_seen(**wishes)
    first, *_ = wishes
    await one.send("PUT", body={first: None})
    assert await one.is_seen(**{**wishes, first: None})
    assert await one.actions() == 0  # nobody told the device anything


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"is_pause_power_active": True}, "is_pause_power_active"),
        ({"pause_power_until": "2026-12-24T00:00:00Z"}, "pause_power_until"),
        ({"pause_power_until_utc": "2026-12-24T00:00:00Z"}, "pause_power_until_utc"),
        ({"pause_power_active": True}, "pause_power_active"),
        ({"maximum_temperature_limit": 17.0}, "minimum_temperature_limit"),
        ({"away_mode_end": "2026-12-01T00:00:00+01:00"}, "away_mode_start"),
        ({"away_mode_end": "2026-12-01T00:00:00"}, "away_mode_start"),  # in UTC
        ({"dhw_standard_temperature": 300}, "dhw_standard_temperature"),
        ({"is_heating_policy_enabled": "yes"}, "is_heating_policy_enabled"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_of_it_kept(ci: Ci, wrong: dict[str, Any], field: str) -> None:
    pump = await linked(ci, "myuplink", "heat-pumps", {"kind": "hvac"})
    await pump.send("PUT", body=_HEAT_PUMP)
    before = await pump.car()
    status, refused = await pump.send("PUT", body={"comment": "no", **wrong})
    assert status == 422
    assert field in refused["detail"][0]["loc"]
    assert await pump.car() == before


async def test_no_pause_is_no_pause(ci: Ci) -> None:
    pump = await linked(ci, "myuplink", "heat-pumps", {"kind": "hvac"})
    status, shown = await pump.send("PUT", body={"is_pause_power_active": False, "pause_power_until": None})
    assert (status, shown["is_pause_power_active"], shown["pause_power_until"]) == (200, False, None)
