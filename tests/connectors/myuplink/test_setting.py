"""What a heat pump is told, how it does it, and what is refused."""

import msgspec
import pytest

from tests.connectors.myuplink.conftest import LOGIN, Home
from tests.support.clock import StillClock
from tests.support.sandbox import RunningSandbox
from wattlink.connectors.commands import FollowSchedule, HoldPermanently, StartCharging
from wattlink.connectors.contract import Credential
from wattlink.connectors.devices.hvac import HoldType, HvacMode
from wattlink.connectors.errors import CommandRefusal, CommandRefused, VendorUnavailable
from wattlink.connectors.simulation import Fault

_WARMER = HoldPermanently(mode=HvacMode.HEAT, heat_setpoint=22.5)


async def _refusal(home: Home, credential: Credential, command: HoldPermanently | FollowSchedule) -> CommandRefusal:
    with pytest.raises(CommandRefused) as refused:
        await home.send(credential, command)
    return refused.value.cause


async def test_a_zone_is_held_and_given_back_its_schedule(home: Home, clock: StillClock) -> None:
    credential = (await home.link()).credential
    await home.send(credential, _WARMER)
    _, pump = await home.only(credential)
    assert pump.thermostat_state.mode is HvacMode.HEAT
    assert pump.thermostat_state.heat_setpoint == 22.5
    assert pump.thermostat_state.hold_type is HoldType.PERMANENT
    clock.forward(hours=9)
    credential = await home.connector.refresh(credential)
    _, pump = await home.only(credential)
    assert pump.temperature_state.current_temperature == pytest.approx(22.4, abs=0.1)

    await home.send(credential, HoldPermanently(mode=HvacMode.AUTO, heat_setpoint=20.0, cool_setpoint=24.0))
    _, pump = await home.only(credential)
    state = pump.thermostat_state
    assert (state.mode, state.heat_setpoint, state.cool_setpoint) == (HvacMode.AUTO, 20.0, 24.0)
    assert state.hold_type is HoldType.PERMANENT

    await home.send(credential, FollowSchedule())
    _, pump = await home.only(credential)
    assert pump.thermostat_state.hold_type is HoldType.SCHEDULED


async def test_a_house_that_is_switched_off_grows_cold(home: Home, clock: StillClock) -> None:
    credential = (await home.link()).credential
    await home.send(credential, HoldPermanently(mode=HvacMode.OFF))
    clock.forward(hours=4)
    _, pump = await home.only(await home.connector.refresh(credential))
    assert pump.thermostat_state.mode is HvacMode.OFF
    assert not pump.temperature_state.is_active
    assert (pump.temperature_state.current_temperature or 0) < 17


async def test_a_heat_pump_without_zones_is_set_by_its_point(home: Home) -> None:
    credential = (await home.link()).credential
    device_id, _ = await home.only(credential)
    await home.turn(device_id, zones=False)
    await home.send(credential, _WARMER)
    _, pump = await home.only(credential)
    assert (pump.thermostat_state.mode, pump.thermostat_state.heat_setpoint) == (HvacMode.HEAT, 22.5)
    off = HoldPermanently(mode=HvacMode.OFF)
    assert await _refusal(home, credential, off) is CommandRefusal.PRECONDITION
    assert await _refusal(home, credential, FollowSchedule()) is CommandRefusal.PRECONDITION


async def test_a_point_of_a_heat_pump_with_zones_forgets_what_it_is_told(home: Home) -> None:
    credential = (await home.link()).credential
    device_id, before = await home.only(credential)
    answer = await home.ask(credential, "PATCH", f"/v2/devices/{device_id}/points", {"47751": "23"})
    assert msgspec.json.decode(answer.body) == {"status": 200, "payload": {"47751": "modified"}}
    _, pump = await home.only(credential)
    assert pump.thermostat_state == before.thermostat_state


async def test_what_the_vendor_refuses_is_told_apart(home: Home, sandbox: RunningSandbox) -> None:
    credential = (await home.link()).credential
    device_id, pump = await home.only(credential)
    await sandbox.fault("myuplink", LOGIN.username, Fault.SCOPE_MISSING)
    assert await _refusal(home, credential, _WARMER) is CommandRefusal.PERMISSION
    await sandbox.fault("myuplink", LOGIN.username)
    await home.turn(device_id, premium=False)
    assert await _refusal(home, credential, _WARMER) is CommandRefusal.PERMISSION
    await home.turn(device_id, premium=True, connected=False)
    assert await _refusal(home, credential, _WARMER) is CommandRefusal.UNREACHABLE
    await home.turn(device_id, connected=True, modes="off,heat")
    assert await _refusal(home, credential, FollowSchedule()) is CommandRefusal.PRECONDITION
    with pytest.raises(CommandRefused) as gone:
        await home.connector.send(credential, "sold-long-ago", _WARMER, pump)
    assert gone.value.cause is CommandRefusal.NOT_FOUND
    with pytest.raises(CommandRefused):
        await home.connector.send(credential, device_id, StartCharging(), pump)
    await sandbox.fault("myuplink", LOGIN.username, Fault.QUOTA)
    with pytest.raises(VendorUnavailable):
        await home.connector.send(credential, device_id, _WARMER, pump)


async def test_what_was_left_out_at_the_sign_in_is_refused_by_the_vendor_too(home: Home) -> None:
    credential = (await home.link(without=frozenset({"WRITESYSTEM"}))).credential
    assert await _refusal(home, credential, _WARMER) is CommandRefusal.PERMISSION
