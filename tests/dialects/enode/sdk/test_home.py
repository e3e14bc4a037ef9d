"""A home and the car in front of it, linked in one sign-in, with Enode's official SDK."""

from tests.dialects.enode.sdk.calls import Sdk, told, turn
from tests.support.receiver import Receiver

_KINDS = ("vehicle", "battery", "inverter", "meter")


async def test_a_home_from_one_sign_in_to_the_last_event(sdk: Sdk) -> None:
    async with Receiver() as receiver:
        await sdk("webhooks", "create", url=receiver.url(), secret="a secret of the app")
        login = await sdk.link_home("ada", _KINDS, "TESLA", "battery:read:location", "battery:control:operation_mode")
        (car,) = (await sdk("vehicles", "list")).data
        (battery,) = (await sdk("batteries", "list_user_batteries", user_id="ada")).data
        (inverter,) = (await sdk("solar_inverters", "list_user_inverters", user_id="ada")).data
        (meter,) = (await sdk("meters", "get_by_user", user_id="ada")).data
        user = await sdk("user_management", "get", user_id="ada")
        assert {linked.vendor_type.value for linked in user.linked_vendors} == {*_KINDS}
        for kind, device in zip(_KINDS, (car, battery, inverter, meter), strict=True):
            assert (await told(receiver, f"user:{kind}:discovered"))[kind]["id"] == device.id

        assert battery.charge_state.battery_capacity == 13.5
        assert battery.capabilities.import_focus.is_capable

        await turn(sdk, "tesla", login, "battery", mode="backup")
        await sdk("batteries", "refresh_data", battery_id=battery.id)
        updated = await told(receiver, "user:battery:updated", "config")
        assert updated["battery"]["config"]["operationMode"] != battery.config.operation_mode.value

        await sdk.app.call("DELETE", "/users/ada/vendors/TESLA/battery")  # no method of this SDK's
        deleted = await told(receiver, "user:battery:deleted")
        assert deleted["battery"]["id"] == battery.id
        assert (await sdk("batteries", "list")).data == []
        assert (await sdk("meters", "list")).data[0].id == meter.id
