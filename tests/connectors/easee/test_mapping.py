"""Easee's chargers in the normalised form."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wattlink.connectors.devices import CAPABLE, MISSING, Capability, Charger, PowerDelivery, blocked
from wattlink.connectors.registry import simulator
from wattlink.connectors.simulation import SimulatedRequest
from wattlink.connectors.vendors.easee.mapping import ChargerConfig, ChargerState, ListedCharger, charger

_NOW = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
_READ, _CONTROL = "charger:read:data", "charger:control:charging"
_ALL = frozenset({_READ, _CONTROL})
_RECORDED = Path(os.environ.get("WATTLINK_RECORDINGS", Path(__file__).parents[4] / "shared" / "recordings")) / "easee"


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


def _told(read: Charger) -> tuple[Any, ...]:
    state = read.charge_state
    return state.is_charging, state.charge_rate, read.is_reachable, state.last_updated


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


def test_what_is_of_another_type_says_nothing_and_spoils_nothing() -> None:
    usual = {"chargerOpMode": 3, "totalPower": 7.2, "isOnline": True, "latestPulse": "2026-03-02T18:00:00Z"}
    strange = {"chargerOpMode": "Charging", "totalPower": "a lot", "isOnline": "yes", "latestPulse": "yesterday"}
    right = _told(_charger(state=usual))
    assert right == (True, 7.2, True, datetime(2026, 3, 2, 18, tzinfo=UTC))
    for at, (name, value) in enumerate(strange.items()):
        told = _told(_charger(state={**usual, name: value}))
        assert not told[at]
        assert [*told[:at], *told[at + 1 :]] == [*right[:at], *right[at + 1 :]]
    odd = _charger(listed={"levelOfAccess": "Owner", "name": 5}, config={"maxChargerCurrent": {}}, state=usual)
    assert (_told(odd), odd.information.display_name) == (right, None)
    assert odd.capabilities.start_charging == CAPABLE


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


@pytest.mark.skipif(not _RECORDED.is_dir(), reason="the recordings aren't here")
def test_recorded_answers() -> None:
    (listed,) = _recorded("chargers")
    read = _charger(listed=listed, state=_recorded("charger-state"))
    assert read.information.serial_number == "EH12345"
    assert read.is_reachable
    assert read.last_seen == datetime(2020, 7, 18, 20, 1, 16, tzinfo=UTC)
    assert read.charge_state.power_delivery is PowerDelivery.STOPPED
    assert read.charge_state.charge_rate == 0
    assert read.charge_state.max_current == 32


@pytest.mark.skipif(not _RECORDED.is_dir(), reason="the recordings aren't here")
def test_recorded_chargers_of_sites_with_their_settings() -> None:
    """Sites aren't asked, but show chargers of others as they are listed, told and set up."""
    (site,) = _recorded("sites")
    (listed,) = _recorded("site")["circuits"][0]["chargers"]
    assert _charger(listed=listed).information.serial_number == "ES12345"
    circuit = _recorded("site-state")["circuitStates"][0]
    (listed,), (told,) = circuit["circuit"]["chargers"], circuit["chargerStates"]
    read = _charger(
        listed={**listed, "levelOfAccess": site["levelOfAccess"]},
        state=told["chargerState"],
        config=told["chargerConfig"],
    )
    assert (read.information.serial_number, read.is_reachable) == ("EH123497", True)
    state = read.charge_state
    assert (state.power_delivery, state.charge_rate, state.max_current) == (PowerDelivery.UNPLUGGED, 0, 32)
    assert read.capabilities.start_charging == CAPABLE


@pytest.mark.skipif(not _RECORDED.is_dir(), reason="the recordings aren't here")
def test_the_simulator_speaks_as_it_was_recorded() -> None:
    state = simulator("easee").new_account("somebody@example.com", "right", _NOW)
    login = msgspec.json.encode({"userName": "somebody@example.com", "password": "right"})
    tokens, state = _asked(state, "POST", "/api/accounts/login", login)
    assert {name: type(value) for name, value in tokens.items()} == {
        name: type(value) for name, value in _recorded("token").items()
    }
    token, circuit = tokens["accessToken"], _recorded("site-state")["circuitStates"][0]
    (entry,), state = _asked(state, "GET", "/api/chargers", token=token)
    assert _strange(entry, _recorded("chargers")[0]) == set()
    path = f"/api/chargers/{entry['id']}"
    assert _strange(_asked(state, "GET", f"{path}/state", token=token)[0], _recorded("charger-state")) <= {
        "lifetimeEnergy"
    }
    assert (
        _strange(_asked(state, "GET", f"{path}/config", token=token)[0], circuit["chargerStates"][0]["chargerConfig"])
        == set()
    )


def _recorded(name: str) -> Any:
    return msgspec.json.decode((_RECORDED / f"{name}.json").read_bytes())


def _asked(state: Any, method: str, path: str, body: bytes = b"", token: str = "") -> tuple[Any, Any]:
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    request = SimulatedRequest(method=method, host="api", path=path, headers=headers, body=body)
    answer, state = simulator("easee").handle(request, state, _NOW)
    return msgspec.json.decode(answer.body), state


def _strange(simulated: dict[str, Any], recorded: dict[str, Any]) -> set[str]:
    """What the simulator tells that was never recorded, or in another type."""
    pairs = {name: (value, recorded.get(name)) for name, value in simulated.items()}
    alike = {frozenset({int, float})}
    return {
        name
        for name, (value, other) in pairs.items()
        if name not in recorded
        or (other is not None and type(value) is not type(other) and frozenset({type(value), type(other)}) not in alike)
    }
