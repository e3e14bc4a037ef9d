"""What is told of a heat pump, and what it says that somebody must do."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.connectors.myuplink.conftest import LOGIN, SCOPES, Home
from tests.support.clock import StillClock
from tests.support.linking import connect, sign_in_request
from tests.support.sandbox import RunningSandbox
from wattlink.base.outbound import Answer, Outbound
from wattlink.connectors.devices import CAPABLE, MISSING, Kind, blocked
from wattlink.connectors.devices.hvac import HoldType, HvacCategory, HvacMode
from wattlink.connectors.devices.parts import Capability, Range
from wattlink.connectors.errors import CredentialsRejected, Refusal, UnexpectedAnswer, VendorUnavailable
from wattlink.connectors.registry import manifest_of
from wattlink.connectors.simulation import Fault

_READ = frozenset({"hvac:read:data"})
_F_SERIES = {"zones": False, "model": "F730 CU 3x400V"}


def _waits_for(key: str) -> Capability:
    return blocked(manifest_of("myuplink").intervention(key))


def test_the_sign_in_page_is_asked_for_what_the_app_wants(home: Home) -> None:
    request, _ = sign_in_request("myuplink", _READ | {"vehicle:read:data"})
    query = parse_qs(urlsplit(home.connector.sign_in_address(request)).query)
    assert query["scope"] == ["READSYSTEM offline_access"]
    assert "code_challenge" not in query
    request, _ = sign_in_request("myuplink", SCOPES)
    query = parse_qs(urlsplit(home.connector.sign_in_address(request)).query)
    assert query["scope"] == ["READSYSTEM WRITESYSTEM offline_access"]


async def test_a_heat_pump_with_a_zone(home: Home, clock: StillClock) -> None:
    _, pump = await home.only((await home.link()).credential)
    assert pump.information.brand == "NIBE"
    assert pump.information.model == "S1255-12 PC"
    assert pump.information.display_name == "Home no. 1"
    assert pump.information.category is HvacCategory.HEAT_PUMP
    assert pump.is_reachable
    assert pump.last_seen == clock()
    assert pump.temperature_state.current_temperature == 20.5
    assert pump.thermostat_state.mode is HvacMode.AUTO
    assert pump.thermostat_state.hold_type is HoldType.SCHEDULED
    assert pump.thermostat_state.heat_setpoint in (19.0, 21.0)
    assert pump.thermostat_state.cool_setpoint == 25.0
    assert set(pump.capabilities.capable_modes or ()) == set(HvacMode) - {HvacMode.UNKNOWN}
    assert pump.capabilities.heat_setpoint_range == pump.capabilities.cool_setpoint_range == Range(min=5, max=35)
    assert pump.capabilities.set_permanent_hold == pump.capabilities.set_follow_schedule == CAPABLE


async def test_a_heat_pump_with_nothing_but_points(home: Home) -> None:
    credential = (await home.link()).credential
    device_id, _ = await home.only(credential)
    await home.turn(device_id, **_F_SERIES, heat=20.5)
    _, pump = await home.only(credential)
    assert pump.information.model == "F730 CU 3x400V"
    assert pump.thermostat_state.mode is HvacMode.HEAT
    assert (pump.thermostat_state.heat_setpoint, pump.thermostat_state.cool_setpoint) == (20.5, None)
    assert pump.capabilities.heat_setpoint_range == Range(min=5, max=35)  # told as 50 to 350
    assert pump.capabilities.capable_modes == (HvacMode.HEAT,)
    assert pump.capabilities.set_permanent_hold == CAPABLE
    assert pump.capabilities.set_follow_schedule == MISSING
    assert pump.consumption_rate is None
    requests = [seen.path for seen in await home.sandbox.requests("myuplink")]
    assert sum(path.endswith("/smart-home-zones") for path in requests) == 1  # while it still had zones


async def test_without_a_room_sensor_no_temperature_can_be_asked_for(home: Home) -> None:
    credential = (await home.link()).credential
    device_id, _ = await home.only(credential)
    await home.turn(device_id, **_F_SERIES, room_sensor=False)
    _, pump = await home.only(credential)
    assert pump.temperature_state.current_temperature is None  # told as -32768
    assert pump.thermostat_state.heat_setpoint is None
    assert pump.capabilities.set_permanent_hold == _waits_for("room_sensor")
    assert pump.capabilities.set_follow_schedule == MISSING


async def test_it_heats_in_turns_and_making_hot_water_is_not_heating(home: Home, clock: StillClock) -> None:
    credential = (await home.link()).credential
    seen = []
    for _ in range(24 * 4):
        clock.forward(minutes=15)
        credential = await home.connector.refresh(credential) if credential.expires_at <= clock() else credential
        _, pump = await home.only(credential)
        assert pump.consumption_rate is not None
        seen.append((pump.temperature_state.is_active, pump.consumption_rate > 0.5))
    assert set(seen) == {(True, True), (False, False), (False, True)}


async def test_rooms_follow_day_and_night(home: Home, clock: StillClock) -> None:
    credential = (await home.link()).credential
    warm = []
    for _ in range(12):
        clock.forward(hours=2)
        credential = await home.connector.refresh(credential)
        _, pump = await home.only(credential)
        warm.append(pump.temperature_state.current_temperature or 0)
    assert 18.9 <= min(warm) < 19.8
    assert 20.5 < max(warm) <= 21.1


async def test_what_the_app_did_not_ask_for_is_missing_and_what_the_user_left_out_waits_for_him(home: Home) -> None:
    grant = await home.link(_READ)
    assert grant.scopes == _READ
    (pump,) = (await home.read(grant.credential, scopes=_READ)).values()
    assert pump.capabilities.set_permanent_hold == pump.capabilities.set_follow_schedule == MISSING
    assert not any("subscriptions" in seen.path for seen in await home.sandbox.requests("myuplink"))

    grant = await home.link(without=frozenset({"WRITESYSTEM"}))
    assert grant.scopes == _READ
    (pump,) = (await home.read(grant.credential, scopes=_READ)).values()
    assert pump.capabilities.set_permanent_hold == _waits_for("permission")
    assert pump.capabilities.set_follow_schedule == _waits_for("permission")


async def test_a_right_taken_back_later_is_noticed_at_the_next_refresh(home: Home) -> None:
    grant = await home.link()
    assert grant.scopes == SCOPES
    await home.sandbox.change("myuplink", LOGIN.username, knobs={"consent": ["READSYSTEM", "offline_access"]})
    _, pump = await home.only(await home.connector.refresh(grant.credential))
    assert pump.capabilities.set_permanent_hold == _waits_for("permission")
    _, pump = await home.only((await home.link()).credential)
    assert pump.capabilities.set_permanent_hold == CAPABLE


async def test_without_the_subscription_everything_is_read_and_nothing_can_be_set(home: Home) -> None:
    credential = (await home.link()).credential
    device_id, _ = await home.only(credential)
    await home.turn(device_id, premium=False)
    _, pump = await home.only(credential)
    assert pump.capabilities.set_permanent_hold == _waits_for("premium")
    assert pump.capabilities.set_follow_schedule == _waits_for("premium")
    assert pump.temperature_state.current_temperature is not None
    await home.turn(device_id, premium=True)
    _, pump = await home.only(credential)
    assert pump.capabilities.set_permanent_hold == CAPABLE


async def test_one_that_is_not_connected_keeps_what_it_told(home: Home, clock: StillClock) -> None:
    credential = (await home.link()).credential
    device_id, before = await home.only(credential)
    await home.turn(device_id, connected=False, premium=False)
    clock.forward(minutes=30)
    asked = await home.sandbox.last_request()
    _, pump = await home.only(credential, {device_id: before})
    assert not pump.is_reachable
    assert pump.last_seen == before.last_seen
    assert pump.temperature_state == before.temperature_state
    assert pump.capabilities.set_permanent_hold == _waits_for("premium")
    assert not any("/points" in seen.path for seen in await home.sandbox.requests("myuplink", asked))
    await home.turn(device_id, connected=True, premium=True)
    _, pump = await home.only(credential, {device_id: pump})
    assert pump.is_reachable
    assert pump.capabilities.set_permanent_hold == CAPABLE


async def test_one_that_fails_stays_as_it_was_and_the_others_are_read(home: Home) -> None:
    credential = (await home.link()).credential
    await home.sandbox.change("myuplink", LOGIN.username, add_devices=2)
    before = await home.read(credential)
    broken, new, _ = before
    await home.turn(broken, broken=True)
    after = await home.read(credential, before)
    assert list(after) == list(before)
    assert {device_id for device_id, pump in after.items() if not pump.is_reachable} == {broken}
    assert after[broken].temperature_state == before[broken].temperature_state

    await home.turn(new, broken=True)
    known = {device_id: pump for device_id, pump in before.items() if device_id != new}
    assert list(await home.read(credential, known)) == list(known)
    with pytest.raises(VendorUnavailable):  # at linking, nobody knows yet which of them are heat pumps
        await home.read(credential)


async def test_an_account_with_more_systems_than_a_page_holds(home: Home) -> None:
    credential = (await home.link()).credential
    await home.sandbox.change("myuplink", LOGIN.username, add_devices=104)
    assert len(await home.read(credential, scopes=_READ)) == 105


@pytest.mark.parametrize(
    ("fault", "refused"),
    [
        (Fault.QUOTA, VendorUnavailable),
        (Fault.FORBIDDEN, UnexpectedAnswer),
        (Fault.ACCESS_REFUSED, CredentialsRejected),
        (Fault.OUTAGE, VendorUnavailable),
    ],
)
async def test_refusals_and_what_they_mean(
    home: Home, sandbox: RunningSandbox, fault: Fault, refused: type[Exception]
) -> None:
    credential = (await home.link()).credential
    await sandbox.fault("myuplink", LOGIN.username, fault)
    with pytest.raises(refused) as caught:
        await home.read(credential)
    match caught.value:
        case VendorUnavailable() if fault is Fault.QUOTA:
            assert (caught.value.reason, caught.value.retry_after) == ("quota", 42.0)
        case CredentialsRejected():
            assert caught.value.cause is Refusal.ACCESS_EXPIRED


@pytest.mark.parametrize("status", [403, 404])
async def test_a_gateways_page_does_not_say_that_there_is_no_heat_pump(home: Home, status: int) -> None:
    credential = (await home.link()).credential
    known = await home.read(credential)
    connector = connect("myuplink", _Gateway(home.outbound, status), home.sandbox.hosts("myuplink"), StillClock())
    for last in ({}, known):
        with pytest.raises((UnexpectedAnswer, VendorUnavailable)):
            await connector.read(credential, frozenset({Kind.HVAC}), SCOPES, last)


class _Gateway(Outbound):
    """A way to the vendor with a gateway that shows no points."""

    def __init__(self, way: Outbound, status: int) -> None:
        super().__init__()
        self._way, self._status = way, status

    async def send(self, method: str, url: str, **more: Any) -> Answer:
        if url.endswith("/points"):
            return Answer(self._status, {"content-type": "text/html"}, b"<html>Request blocked</html>")
        return await self._way.send(method, url, **more)
