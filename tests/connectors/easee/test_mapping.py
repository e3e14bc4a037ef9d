"""Easee's chargers in the normalised form."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wattlink.connectors.devices import CAPABLE, MISSING, Capability, Charger, PowerDelivery, blocked
from wattlink.connectors.vendors.easee.mapping import ChargerConfig, ChargerState, ListedCharger, charger

_NOW = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
_READ, _CONTROL = "charger:read:data", "charger:control:charging"
_ALL = frozenset({_READ, _CONTROL})
_RECORDED = next(
    (folder for parent in Path(__file__).parents if (folder := parent / "shared" / "recordings" / "easee").is_dir()),
    None,
)


def _charger(
    listed: dict[str, Any] | None = None,
    state: dict[str, Any] | None = None,
    config: dict[str, Any] | None = None,
    scopes: frozenset[str] = _ALL,
) -> Charger:
    return charger(
        msgspec.convert({"id": "EH12345", "levelOfAccess": 1, **(listed or {})}, ListedCharger),
        msgspec.convert(state or {}, ChargerState),
        msgspec.convert(config or {}, ChargerConfig),
        scopes=scopes,
        intervention=lambda key: key,
        now=_NOW,
    )


@pytest.mark.parametrize(
    ("mode", "plugged_in", "charging", "delivery"),
    [
        (0, None, None, PowerDelivery.UNKNOWN),
        (1, False, False, PowerDelivery.UNPLUGGED),
        (2, True, False, PowerDelivery.STOPPED),
        (3, True, True, PowerDelivery.CHARGING),
        (4, True, False, PowerDelivery.COMPLETE),
        (5, None, False, PowerDelivery.FAULT),
        (6, True, False, PowerDelivery.INITIALIZING),
        (7, True, False, PowerDelivery.STOPPED),
        (8, True, False, PowerDelivery.STOPPED),
        (102, None, None, PowerDelivery.UNKNOWN),
        (103, True, False, PowerDelivery.NO_POWER),
        (161, None, False, PowerDelivery.FAULT),
        (9999, None, None, PowerDelivery.UNKNOWN),
        (-1, None, None, PowerDelivery.UNKNOWN),
        (None, None, None, PowerDelivery.UNKNOWN),
    ],
)
def test_modes(mode: int | None, plugged_in: bool | None, charging: bool | None, delivery: PowerDelivery) -> None:
    read = _charger(state={"chargerOpMode": mode}).charge_state
    assert (read.is_plugged_in, read.is_charging, read.power_delivery) == (plugged_in, charging, delivery)


def test_missing_is_not_zero() -> None:
    read = _charger()
    assert read.last_seen == _NOW
    assert not read.is_reachable
    assert read.charge_state.charge_rate is None
    assert read.charge_state.max_current is None
    assert read.charge_state.last_updated is None


@pytest.mark.parametrize(
    ("state", "config", "amps"),
    [
        ({"dynamicChargerCurrent": 10}, {"maxChargerCurrent": 32}, 10),
        ({"dynamicChargerCurrent": 40}, {"maxChargerCurrent": 16}, 16),
        ({}, {"maxChargerCurrent": 16}, 16),
        ({"dynamicChargerCurrent": 0}, {}, 0),
    ],
)
def test_the_lower_limit_counts(state: dict[str, Any], config: dict[str, Any], amps: float) -> None:
    assert _charger(state=state, config=config).charge_state.max_current == amps


@pytest.mark.parametrize(
    ("pulse", "seen"),
    [
        ("2026-03-02T18:00:00Z", datetime(2026, 3, 2, 18, tzinfo=UTC)),
        ("2026-03-02T18:00:00.1234567", datetime(2026, 3, 2, 18, 0, 0, 123457, tzinfo=UTC)),
        ("2026-03-02T19:00:00+01:00", datetime(2026, 3, 2, 18, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
    ],
)
def test_when_it_was_seen(pulse: str, seen: datetime | None) -> None:
    read = _charger(state={"latestPulse": pulse})
    assert read.charge_state.last_updated == seen
    assert read.last_seen == (seen or _NOW)


@pytest.mark.parametrize(
    ("listed", "config", "scopes", "control"),
    [
        ({}, {"isEnabled": True}, _ALL, CAPABLE),
        ({"levelOfAccess": None}, {}, _ALL, CAPABLE),
        ({}, {"isEnabled": False}, _ALL, blocked("switched_off")),
        ({"levelOfAccess": 3}, {"isEnabled": True}, _ALL, blocked("not_owner")),
        ({"levelOfAccess": 3}, {"isEnabled": False}, _ALL, blocked("not_owner", "switched_off")),
        ({"levelOfAccess": 3}, {"isEnabled": False}, frozenset({_READ}), MISSING),
    ],
)
def test_who_may_control(
    listed: dict[str, Any], config: dict[str, Any], scopes: frozenset[str], control: Capability
) -> None:
    capabilities = _charger(listed=listed, config=config, scopes=scopes).capabilities
    assert (capabilities.information, capabilities.charge_state) == (CAPABLE, CAPABLE)
    assert {capabilities.start_charging, capabilities.stop_charging, capabilities.set_max_current} == {control}


def test_what_was_not_asked_for_is_never_capable() -> None:
    capabilities = _charger(scopes=frozenset({_CONTROL})).capabilities
    assert (capabilities.charge_state, capabilities.start_charging) == (MISSING, CAPABLE)


@pytest.mark.skipif(_RECORDED is None, reason="the recordings aren't here")
def test_recorded_answers() -> None:
    assert _RECORDED is not None
    (listed,) = msgspec.json.decode((_RECORDED / "chargers.json").read_bytes())
    state = msgspec.json.decode((_RECORDED / "charger-state.json").read_bytes())
    read = _charger(listed=listed, state=state)
    assert read.information.serial_number == "EH12345"
    assert read.is_reachable
    assert read.last_seen == datetime(2020, 7, 18, 20, 1, 16, tzinfo=UTC)
    assert read.charge_state.power_delivery is PowerDelivery.STOPPED
    assert read.charge_state.charge_rate == 0
    assert read.charge_state.max_current == 32
