"""A heat pump with Enode's official SDK: told of by events, and kept from being told anything."""

import asyncio

import pytest
from enode import errors, models

from tests.dialects.enode.sdk.calls import Sdk, relink, told, turn, until
from tests.support.receiver import Receiver
from tests.support.walk import walk


async def test_a_heat_pump_from_its_sign_in_to_an_event(sdk: Sdk) -> None:
    async with Receiver() as receiver:
        await sdk("webhooks", "create", url=receiver.url(), secret="a secret of the app")
        login = await sdk.link("ada", "hvac", "NIBE")
        (pump,) = (await sdk("hvac", "list_user_hva_cs", user_id="ada")).data
        assert (await told(receiver, "user:hvac:discovered"))["hvac"]["id"] == pump.id
        assert (pump.vendor, pump.information.category.value) == (models.HvacVendor.NIBE, "HEAT_PUMP")
        await turn(sdk, "myuplink", login, "hvac", mode="off")
        await sdk("hvacs", "refresh_hint", hvac_id=pump.id)
        updated = await told(receiver, "user:hvac:updated", "thermostatState")
        assert updated["hvac"]["thermostatState"]["mode"] == "OFF"


async def test_without_the_subscription_it_is_told_nothing_and_says_why(sdk: Sdk) -> None:
    login = await sdk.link("ada", "hvac", "NIBE", "hvac:control:mode")
    await turn(sdk, "myuplink", login, "hvac", premium=False)
    (hvac,) = (await sdk("hvac", "list")).data

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
