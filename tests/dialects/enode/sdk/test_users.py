"""Users, what becomes of their links, interventions and webhooks, with Enode's official SDK in both its styles."""

from uuid import uuid4

import pytest
from enode import errors, models

from tests.dialects.enode.sdk.calls import Sdk, relink, until
from tests.support.linking import Login
from tests.support.receiver import Receiver
from tests.support.walk import walk
from wattlink.domain.interventions.catalogue import LINK_AGAIN


async def test_users_and_their_devices_from_the_first_link_to_the_end(sdk: Sdk) -> None:
    await sdk.link("ada", "vehicle", "TESLA")
    await sdk.link("ada", "charger", "EASEE")
    user = await sdk("user_management", "get", user_id="ada")
    assert {(link.vendor, link.vendor_type, link.is_valid) for link in user.linked_vendors} == {
        (models.VehicleVendor.TESLA, models.VendorType.VEHICLE, True),
        (models.ChargerVendor.EASEE, models.VendorType.CHARGER, True),
    }
    assert [entry.id for entry in (await sdk("user_management", "list")).data] == ["ada"]

    (vehicle,) = (await sdk("vehicles", "list")).data
    assert (await sdk("vehicles", "get", vehicle_id=vehicle.id)).information.vin == vehicle.information.vin
    assert (await sdk("vehicles", "list_for_user", user_id="ada")).data == [vehicle]
    await sdk("vehicles", "refresh_hint", vehicle_id=vehicle.id)
    (charger,) = (await sdk("chargers", "list_for_user", user_id="ada")).data
    assert (await sdk("chargers", "get", charger_id=charger.id)).information.serial_number
    await sdk("chargers", "refresh_data", charger_id=charger.id)
    assert (await sdk("chargers", "list_for_user", user_id="nobody")).data == []

    await sdk("user_management", "delete_users_userid_authorization", user_id="ada")
    assert (await sdk("user_management", "get", user_id="ada")).linked_vendors == []
    assert (await sdk("vehicles", "get", vehicle_id=vehicle.id)).id == vehicle.id
    await sdk("user_management", "unlink_user", user_id="ada")
    with pytest.raises(errors.EnodeDefaultError) as gone:
        await sdk("user_management", "get", user_id="ada")
    assert gone.value.status_code == 404
    assert (await sdk("vehicles", "list")).data == []


async def test_a_broken_link_is_told_and_mended(sdk: Sdk) -> None:
    login = await sdk.link("ada", "charger", "EASEE")
    (charger,) = (await sdk("chargers", "list")).data
    with pytest.raises(errors.ProblemError) as refused:
        await relink(sdk, charger.id)
    assert refused.value.data.title == "Asset already linked"

    await sdk.stack.sandbox.change("easee", login.username, password="changed")

    async def is_broken() -> bool:
        await sdk("chargers", "refresh_data", charger_id=charger.id)
        user = await sdk("user_management", "get", user_id="ada")
        return not user.linked_vendors[0].is_valid

    await until(is_broken)
    broken = await sdk("chargers", "get", charger_id=charger.id)
    assert broken.is_reachable is False
    assert broken.capabilities.information.intervention_ids == [LINK_AGAIN]
    intervention = await sdk("interventions", "get", intervention_id=LINK_AGAIN)
    assert intervention.resolution.action is models.Action2.LINK

    session = await relink(sdk, charger.id)
    await walk(session.link_url, Login(login.username, "changed"), sdk.stack.hub.outbound)
    mended = await sdk("chargers", "get", charger_id=charger.id)
    assert mended.capabilities.information.intervention_ids == []
    assert mended.is_reachable
    assert (await sdk("user_management", "get", user_id="ada")).linked_vendors[0].is_valid


async def test_the_catalogue_of_interventions(sdk: Sdk) -> None:
    listed = await sdk("interventions", "list", language=models.ListInterventionsLanguage.FR_FR)
    assert any(entry.resolution.title == "Reconnectez-vous à votre compte" for entry in listed)
    cars = await sdk("interventions", "list", vendor_type=models.VendorType.VEHICLE)
    assert {entry.vendor_type for entry in cars} == {models.InterventionVendorType.VEHICLE}


async def test_webhooks_and_what_arrives_there(sdk: Sdk) -> None:
    async with Receiver() as receiver:
        made = await sdk("webhooks", "create", url=receiver.url(), secret="a secret of the app")
        assert (made.is_active, made.authentication, made.api_version) == (True, None, None)
        assert [webhook.id for webhook in (await sdk("webhooks", "list")).data] == [made.id]
        tried = await sdk("webhooks", "test", webhook_id=made.id)
        assert (tried.status, tried.response.code) == (models.TestFirehoseWebhookStatus.SUCCESS, 200)
        await sdk.link("ada", "charger", "EASEE")

        async def is_told() -> bool:
            names = [event["event"] for request in receiver.received for event in request.events]
            return [name for name in names if name != "system:heartbeat"] == [
                "enode:webhook:test",
                "user:charger:discovered",
            ]

        await until(is_told)
        updated = await sdk("webhooks", "update", webhook_id=made.id, events=["user:charger:updated"])
        assert (await sdk("webhooks", "get", webhook_id=made.id)).events == updated.events == ["user:charger:updated"]
        await sdk("webhooks", "delete", webhook_id=made.id)


async def test_failures_are_the_sdk_s_typed_exceptions(sdk: Sdk) -> None:
    with pytest.raises(errors.WebhookNotFoundProblemError) as missing:
        await sdk("webhooks", "get", webhook_id=str(uuid4()))
    assert missing.value.data.type.endswith("/not-found")
    with pytest.raises(errors.WebhookNotValidProblemError) as invalid:
        await sdk("webhooks", "create", url="http://app.example.com/hook", secret="a secret of the app")
    assert "url" in invalid.value.data.detail
    async with sdk.stack.hub.db.transaction() as tx:
        await tx.execute("UPDATE application SET connections_limit = 0")
    try:
        with pytest.raises(errors.ConnectionsLimitReachedProblemError):
            await sdk.link("ada", "charger", "EASEE")
    finally:
        async with sdk.stack.hub.db.transaction() as tx:
            await tx.execute("UPDATE application SET connections_limit = NULL")
