"""A home and the car in front of it, linked in one session and told what to do, with Enode's official SDK."""

from uuid import uuid4

from enode import models

from tests.dialects.enode.test_sdk import Sdk, sdk, until
from tests.support.linking import Login
from tests.support.walk import walk

__all__ = ["sdk"]  # the fixture

_SCOPES = [
    *("vehicle:read:data", "inverter:read:data", "meter:read:data"),
    *("battery:read:data", "battery:read:location", "battery:control:operation_mode"),
]


async def _home_with_a_car(sdk: Sdk) -> Login:
    login = Login(f"{uuid4().hex}@example.com", "right")
    await sdk.stack.sandbox.open("tesla", login.username, login.password)
    for kind in ("battery", "inverter", "meter"):
        await sdk.stack.sandbox.change("tesla", login.username, add_devices=1, kind=kind)
    return login


async def test_several_kinds_in_one_session_and_a_battery_that_is_told_what_to_aim_at(sdk: Sdk) -> None:
    login = await _home_with_a_car(sdk)
    session = await sdk(
        "user_management",
        "post_users_userid_link",
        user_id="ada",
        scopes=[models.Scopes(scope) for scope in _SCOPES],
        language=models.LinkUserPayloadLanguage.EN_US,
        redirect_uri="yourapp://integrations/enode",
        vendor="TESLA",
    )
    await walk(session.link_url, login, sdk.stack.hub.outbound)
    user = await sdk("user_management", "get", user_id="ada")
    assert {link.vendor_type.value for link in user.linked_vendors} == {"vehicle", "battery", "inverter", "meter"}
    for part, method in (("vehicles", "list"), ("solar_inverters", "list_inverters"), ("meters", "list")):
        assert len((await sdk(part, method)).data) == 1
    (battery,) = (await sdk("batteries", "list")).data
    assert battery.charge_state.battery_capacity == 13.5
    assert battery.config.operation_mode is models.BatteryConfigOperationMode.SELF_RELIANCE

    wish = models.SetBatteryOperationModePayloadOperationMode.IMPORT_FOCUS
    action = await sdk("batteries", "set_operation_mode", battery_id=battery.id, operation_mode=wish)
    assert action.state is models.ActionState.PENDING

    async def is_confirmed() -> bool:
        seen = await sdk("batteries", "get_action", action_id=action.id)
        return bool(seen.state is models.ActionState.CONFIRMED)

    await until(is_confirmed)
    assert (await sdk("batteries", "get", battery_id=battery.id)).config.operation_mode.value == wish.value
