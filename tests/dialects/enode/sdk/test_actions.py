"""Telling devices what to do with Enode's official SDK, both its styles: from the wish to what the webhook says."""

import time
from typing import Any

import pytest
from enode import errors, models
from enode.errors import hvacaction

from tests.dialects.enode.sdk.calls import Sdk, confirmed, seen, turn, until
from tests.support.receiver import Receiver

_TOMORROW = 86_400


async def charger_with_a_car(sdk: Sdk, **knobs: Any) -> str:
    """A user's charger at which a car waits; gives its id."""
    login = await sdk.link("ada", "charger", "EASEE", "charger:control:charging")
    knobs = {"car": "waiting", "wants_kwh": 40.0, "next": time.time() + _TOMORROW, **knobs}
    await turn(sdk, "easee", login, "charger", **knobs)
    (charger,) = (await sdk("chargers", "list")).data

    async def is_plugged_in() -> bool:
        await sdk("chargers", "refresh_data", charger_id=charger.id)
        return bool((await sdk("chargers", "get", charger_id=charger.id)).charge_state.is_plugged_in)

    await until(is_plugged_in)
    return str(charger.id)


async def test_a_charger_is_started_and_the_webhook_says_that_it_was(sdk: Sdk) -> None:
    async with Receiver() as receiver:
        charger_id = await charger_with_a_car(sdk)
        await sdk(
            "webhooks",
            "create",
            url=receiver.url(),
            secret="a secret of the app",
            events=["user:vendor-action:updated"],
        )
        action = await sdk("chargers", "control_charging", charger_id=charger_id, action=models.ChargingAction.START)
        assert (action.state, action.kind, action.failure_reason) == (
            models.ActionState.PENDING,
            models.ChargingAction.START,
            None,
        )

        await confirmed(sdk, "chargers", "get_action", action.id)
        assert (await sdk("chargers", "get", charger_id=charger_id)).charge_state.is_charging

        async def is_told() -> bool:
            return bool(receiver.received)

        await until(is_told)
        (event,) = receiver.received[0].events
        assert (event["event"], event["user"]) == ("user:vendor-action:updated", {"id": "ada"})
        assert event["updatedFields"] == ["state", "completedAt"]
        assert models.ChargeAction.model_validate(event["vendorAction"]).id == action.id

        with pytest.raises(errors.ChargerAction) as over:
            await sdk("chargers", "cancel_action", action_id=action.id)
        assert over.value.status_code == 409
        assert over.value.data.id == action.id
        with pytest.raises(errors.ProblemError) as already:
            await sdk("chargers", "control_charging", charger_id=charger_id, action=models.ChargingAction.START)
        assert already.value.data.detail == "It charges already."


async def test_a_chargers_current_is_set_and_an_action_is_cancelled(sdk: Sdk) -> None:
    charger_id = await charger_with_a_car(sdk)
    action = await sdk("chargers", "set_max_current", charger_id=charger_id, max_current=10)
    assert action.target_state.max_current == 10
    await confirmed(sdk, "chargers", "get_action", action.id)
    assert (await sdk("chargers", "get", charger_id=charger_id)).charge_state.max_current == 10

    start = await sdk("chargers", "control_charging", charger_id=charger_id, action=models.ChargingAction.START)
    stopped = await seen(sdk, "chargers", "cancel_action", start.id)
    assert stopped.state is models.ActionState.CANCELLED
    assert stopped.failure_reason.type.value == "REQUESTED_CANCELLATION"
    with pytest.raises(errors.ProblemError) as refused:
        await sdk("chargers", "set_max_current", charger_id=charger_id, max_current=500)
    assert "maxCurrent: must be from 0 to 80 A" in refused.value.data.detail


async def test_a_vehicle_is_stopped_limited_and_asked_for_the_same_twice(sdk: Sdk) -> None:
    await sdk.link("ada", "vehicle", "TESLA", "vehicle:control:charging")
    (car,) = (await sdk("vehicles", "list")).data
    stop = await sdk("vehicles", "control_charging", vehicle_id=car.id, action=models.ChargingAction.STOP)
    assert (stop.target_type.value, stop.target_id, stop.user_id) == ("vehicle", car.id, "ada")
    await confirmed(sdk, "vehicles", "get_action", stop.id)
    with pytest.raises(errors.ChargeActionError) as over:
        await sdk("vehicles", "cancel_action", action_id=stop.id)
    assert over.value.data.id == stop.id

    limit = await sdk("vehicles", "set_max_current", vehicle_id=car.id, max_current=8)
    again = await sdk("vehicles", "set_max_current", vehicle_id=car.id, max_current=8)
    assert again.target_state.max_current == limit.target_state.max_current == 8
    await confirmed(sdk, "vehicles", "get_action", again.id)

    start = await sdk("vehicles", "control_charging", vehicle_id=car.id, action=models.ChargingAction.START)
    await confirmed(sdk, "vehicles", "get_action", start.id)


async def test_a_heat_pump_holds_what_it_is_told_and_follows_its_schedule_again(sdk: Sdk) -> None:
    await sdk.link("ada", "hvac", "NIBE", "hvac:control:mode")
    (pump,) = (await sdk("hvac", "list")).data
    assert pump.thermostat_state.hold_type == "SCHEDULED"
    assert pump.capabilities.set_permanent_hold.is_capable
    hold = await sdk(
        "hvacs",
        "set_permanent_hold",
        hvac_id=pump.id,
        hvac_set_permanent_hold_payload={"mode": "HEAT", "heat_setpoint": 19.0},
    )
    assert (hold.target.mode.value, hold.target.heat_setpoint, hold.target.hold_type.value) == (
        "HEAT",
        19.0,
        "PERMANENT",
    )
    await confirmed(sdk, "hvac", "get_action", hold.id)
    state = (await sdk("hvacs", "get", hvac_id=pump.id)).thermostat_state
    assert (state.mode, state.heat_setpoint, state.hold_type) == ("HEAT", 19.0, "PERMANENT")
    with pytest.raises(hvacaction.HvacAction) as over:
        await sdk("hvac", "cancel_hvac_action", action_id=hold.id)
    assert over.value.data.id == hold.id
    assert pump.capabilities.set_follow_schedule.is_capable
    follow = await sdk("hvacs", "set_follow_schedule", hvac_id=pump.id)
    assert follow.target.hold_type.value == "SCHEDULED"
    await confirmed(sdk, "hvac", "get_action", follow.id)
    assert (await sdk("hvacs", "get", hvac_id=pump.id)).thermostat_state.hold_type == "SCHEDULED"
    with pytest.raises(errors.ProblemError) as refused:
        await sdk(
            "hvacs",
            "set_permanent_hold",
            hvac_id=pump.id,
            hvac_set_permanent_hold_payload={"mode": "HEAT", "heat_setpoint": 90.0},
        )
    assert "heatSetpoint: must be from" in refused.value.data.detail


async def test_a_battery_aims_at_something_else(sdk: Sdk) -> None:
    await sdk.link("ada", "battery", "TESLA", "battery:control:operation_mode")
    (battery,) = (await sdk("batteries", "list")).data
    modes = {"SELF_RELIANCE", "TIME_OF_USE"} - {battery.config.operation_mode.value}
    wanted = models.SetBatteryOperationModePayloadOperationMode(modes.pop())
    action = await sdk("batteries", "set_operation_mode", battery_id=battery.id, operation_mode=wanted)
    assert (action.target_type.value, action.target_state.operation_mode) == ("battery", wanted)
    await confirmed(sdk, "batteries", "get_action", action.id)
    with pytest.raises(errors.BatteryError) as over:
        await sdk("batteries", "cancel_action", action_id=action.id)
    assert over.value.status_code == 409
