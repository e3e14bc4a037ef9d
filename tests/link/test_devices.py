"""Devices in words: every kind with its live value, and nothing made up where the vendor tells nothing."""

from datetime import UTC, datetime

import pytest

from wattlink.connectors.devices import Battery, Charger, Document, Hvac, Inverter, Meter, Vehicle, decode_document
from wattlink.link.texts.devices import shown
from wattlink.link.texts.languages import choose

_SEEN = datetime(2026, 11, 26, 7, 30, tzinfo=UTC).isoformat()
_SITE = {"vendor_id": "1", "brand": "Tesla", "model": "Tesla Powerwall", "site_name": "Home", "installed_at": _SEEN}
_HVAC = {"brand": "NIBE", "model": "S1255", "display_name": "Cellar", "category": "HEAT_PUMP"}
_VALUES = [
    ("vehicle", {"battery_level": 64.0, "is_plugged_in": True, "power_delivery_state": "UNKNOWN"}, "64%, plugged in"),
    ("vehicle", {}, "Linked, no values yet"),
    (
        "hvac",
        {"thermostat_state": {"mode": "HEAT", "heat_setpoint": 22.0, "cool_setpoint": 25.0}},
        "21.3°C, set to 22°C",
    ),
    (
        "hvac",
        {"thermostat_state": {"mode": "AUTO", "heat_setpoint": 20, "cool_setpoint": 25}},
        "21.3°C, set to 20°C – 25°C",
    ),
    ("hvac", {"thermostat_state": {"mode": "OFF"}}, "21.3°C, switched off"),
    ("hvac", {}, "21.3°C"),
    ("inverter", {"production_rate": 3.456, "is_producing": True}, "Producing 3.5\N{NO-BREAK SPACE}kW"),
    ("inverter", {"production_rate": 0.0, "is_producing": False}, "Not producing at the moment"),
    ("inverter", {"is_producing": True}, "Producing"),
    ("inverter", {}, "Linked, no values yet"),
    (
        "battery",
        {"status": "CHARGING", "charge_rate": 2.04, "battery_level": 64.0},
        "64%, charging at 2\N{NO-BREAK SPACE}kW",
    ),
    (
        "battery",
        {"status": "DISCHARGING", "charge_rate": -1.5, "battery_level": 8.0},
        "8%, discharging at 1.5\N{NO-BREAK SPACE}kW",
    ),
    ("battery", {"status": "IDLE", "battery_level": 100.0}, "100%, neither charging nor discharging"),
    ("battery", {"status": "UNKNOWN"}, "Linked, no values yet"),
    ("meter", {"power": 1.25}, "Taking 1.2\N{NO-BREAK SPACE}kW from the grid"),
    ("meter", {"power": -4.0}, "Feeding 4\N{NO-BREAK SPACE}kW into the grid"),
    ("meter", {"power": 0.0}, "No power from or to the grid"),
    ("meter", {}, "Linked, no values yet"),
]
_STATES = {
    "vehicle": "charge_state",
    "inverter": "production_state",
    "battery": "charge_state",
    "meter": "energy_state",
}


def _document(kind: str, values: dict[str, object], *, reachable: bool = True) -> Document:
    raw: dict[str, object] = {"kind": kind, "last_seen": _SEEN, "is_reachable": reachable}
    if kind == "hvac":
        raw |= {"information": _HVAC, "temperature_state": {"current_temperature": 21.34}, **values}
    elif kind == "vehicle":
        raw |= {"information": {"brand": "Tesla", "model": "Model 3"}, "charge_state": values}
    else:
        raw |= {"information": _SITE, _STATES[kind]: values}
    return decode_document(raw)


@pytest.mark.parametrize(("kind", "values", "now"), _VALUES)
def test_a_device_is_told_with_its_live_value(kind: str, values: dict[str, object], now: str) -> None:
    assert shown(_document(kind, values), choose("en-US", "")).now == now


@pytest.mark.parametrize("kind", ["hvac", "inverter", "battery", "meter"])
def test_what_can_not_be_reached_says_so_instead_of_old_values(kind: str) -> None:
    document = _document(kind, {}, reachable=False)
    assert shown(document, choose("en-US", "")).now == "Not reachable at the moment"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("vehicle", "Tesla Model 3"),
        ("hvac", "Cellar"),
        ("battery", "Tesla Powerwall, Home"),
        ("meter", "Tesla Powerwall, Home"),
    ],
)
def test_it_is_called_as_its_owner_calls_it(kind: str, name: str) -> None:
    assert shown(_document(kind, {}), choose("en-US", "")).name == name


@pytest.mark.parametrize(
    ("language", "now"),
    [
        ("de-DE", "64\N{NO-BREAK SPACE}%, lädt mit 2,3\N{NO-BREAK SPACE}kW"),
        ("ja-JP", "64%, 2.3\N{NO-BREAK SPACE}kWで充電中"),
    ],
)
def test_numbers_are_written_as_the_language_does(language: str, now: str) -> None:
    document = _document("battery", {"status": "CHARGING", "charge_rate": 2.34, "battery_level": 64.0})
    assert shown(document, choose(language, "")).now == now


def test_every_kind_is_tried() -> None:
    assert {type(_document(kind, {})) for kind, _, _ in _VALUES} | {Charger} == {
        *(Vehicle, Charger, Hvac),
        *(Inverter, Battery, Meter),
    }
