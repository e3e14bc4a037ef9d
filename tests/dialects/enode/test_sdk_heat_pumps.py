"""A heat pump with Enode's official SDK: linked, told to hold and to follow its schedule, and kept from both."""

import asyncio
from typing import Any

import pytest
from enode import errors, models

from tests.dialects.enode.test_sdk import Sdk, relink, sdk, until
from tests.dialects.enode.test_sdk_actions import confirmed
from tests.support.walk import walk

__all__ = ["sdk"]  # the fixture


async def _heat_pump(sdk: Sdk, **knobs: Any) -> Any:
    """A user's heat pump at NIBE, with these knobs of the simulator turned."""
    login = await sdk.link("ada", "hvac", "NIBE", "hvac:control:mode")
    accounts = await sdk.stack.sandbox.control("GET", "/accounts")
    (device,) = next(account["devices"] for account in accounts if account["username"] == login.username)
    await sdk.stack.sandbox.change("myuplink", login.username, devices={device["vendor_device_id"]: knobs})
    (hvac,) = (await sdk("hvac", "list")).data
    return hvac


async def test_it_is_held_and_given_back_its_schedule(sdk: Sdk) -> None:
    hvac = await _heat_pump(sdk)
    assert hvac.vendor is models.HvacVendor.NIBE
    assert hvac.information.category == "HEAT_PUMP"
    assert hvac.thermostat_state.hold_type == "SCHEDULED"
    assert hvac.capabilities.set_permanent_hold.is_capable

    hold = models.HeatPermanentHold(mode=models.HeatPermanentHoldMode.HEAT, heat_setpoint=22.5)
    action = await sdk("hvacs", "set_permanent_hold", hvac_id=hvac.id, hvac_set_permanent_hold_payload=hold)
    assert action.state is models.ActionState.PENDING
    await confirmed(sdk, "hvac", "get_action", action.id)
    state = (await sdk("hvacs", "get", hvac_id=hvac.id)).thermostat_state
    assert (state.mode, state.heat_setpoint, state.hold_type) == ("HEAT", 22.5, "PERMANENT")

    await sdk("hvacs", "set_follow_schedule", hvac_id=hvac.id)

    async def follows() -> bool:  # SDK 0.2.6 can't read the action, since its target has no mode
        return bool((await sdk("hvacs", "get", hvac_id=hvac.id)).thermostat_state.hold_type == "SCHEDULED")

    await until(follows)

    hotter = models.HeatPermanentHold(mode=models.HeatPermanentHoldMode.HEAT, heat_setpoint=36)
    with pytest.raises(errors.EnodeError):
        await sdk("hvacs", "set_permanent_hold", hvac_id=hvac.id, hvac_set_permanent_hold_payload=hotter)


async def test_without_the_subscription_it_is_told_nothing_and_says_why(sdk: Sdk) -> None:
    hvac = await _heat_pump(sdk, premium=False)

    async def is_blocked() -> bool:
        await sdk("hvacs", "refresh_hint", hvac_id=hvac.id)
        seen = await sdk("hvacs", "get", hvac_id=hvac.id)
        return not seen.capabilities.set_permanent_hold.is_capable

    await until(is_blocked)
    waits_for = (await sdk("hvacs", "get", hvac_id=hvac.id)).capabilities.set_permanent_hold.intervention_ids
    (intervention,) = await asyncio.gather(
        *(sdk("interventions", "get", intervention_id=found, language="de-DE") for found in waits_for)
    )
    assert intervention.resolution.title == "Zum Steuern der Wärmepumpe fehlt ein Abonnement"
    hold = models.HeatPermanentHold(mode=models.HeatPermanentHoldMode.HEAT, heat_setpoint=22.5)
    with pytest.raises(errors.EnodeError):
        await sdk("hvacs", "set_permanent_hold", hvac_id=hvac.id, hvac_set_permanent_hold_payload=hold)


async def test_who_left_out_the_right_to_change_it_can_give_it_later(sdk: Sdk) -> None:
    login = await sdk.link("ada", "hvac", "NIBE", "hvac:control:mode", without=frozenset({"WRITESYSTEM"}))
    (hvac,) = (await sdk("hvac", "list")).data
    assert hvac.scopes == [models.Scopes.HVAC_READ_DATA]
    can = hvac.capabilities.set_permanent_hold
    assert not can.is_capable
    intervention = await sdk("interventions", "get", intervention_id=can.intervention_ids[0], language="nb-NO")
    assert intervention.resolution.title == "Tillatelsen til å styre varmepumpen mangler"
    assert intervention.resolution.action == "Link"

    session = await relink(sdk, hvac.id)
    await walk(session.link_url, login, sdk.stack.hub.outbound)

    async def is_allowed() -> bool:
        seen = await sdk("hvacs", "get", hvac_id=hvac.id)
        return bool(seen.capabilities.set_permanent_hold.is_capable)

    await until(is_allowed)
    assert models.Scopes.HVAC_CONTROL_MODE in (await sdk("hvacs", "get", hvac_id=hvac.id)).scopes
