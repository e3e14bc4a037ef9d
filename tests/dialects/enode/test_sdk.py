"""Enode's official SDK for Python, unchanged, against the served application; both its styles."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import enode
import msgspec
import pytest
from enode import errors, models

from tests.support.linking import Login
from tests.support.receiver import Receiver
from tests.support.stack import App, Stack
from tests.support.walk import walk
from wattlink.connectors.registry import manifests
from wattlink.domain.interventions.catalogue import LINK_AGAIN

_PATIENCE_SECONDS = 30.0


class Sdk:
    """Calls the SDK in one of its two styles, as `await sdk("vehicles", "get", vehicle_id=...)`."""

    def __init__(self, app: App, *, is_async: bool) -> None:
        self.app = app
        self.stack = app.stack
        self.application_id = app.credentials.application_id
        self._is_async = is_async
        security = models.Security(
            client_id=str(app.credentials.client_id),
            client_secret=app.credentials.client_secret,
            token_url=f"{app.stack.enode}/oauth2/token",
        )
        self._sdk = enode.Enode(security=security, server_url=app.stack.enode)

    async def __call__(self, part: str, method: str, **arguments: Any) -> Any:
        of_part = getattr(self._sdk, part)
        if self._is_async:
            return await getattr(of_part, f"{method}_async")(**arguments)
        return await asyncio.to_thread(getattr(of_part, method), **arguments)

    async def link(
        self, user_id: str, kind: str, vendor: str, *controls: str, without: frozenset[str] = frozenset()
    ) -> Login:
        """Link a new virtual account of the vendor to a user, as the user would, `without` these scopes of its own."""
        login = Login(f"{uuid4().hex}@example.com", "right")
        simulated = next(name for name, one in manifests().items() if vendor in one.names["enode"].values())
        await self.stack.sandbox.open(simulated, login.username, login.password, kind=kind)
        session = await self(
            "user_management",
            "post_users_userid_link",
            user_id=user_id,
            scopes=[models.Scopes(f"{kind}:read:data"), *map(models.Scopes, controls)],
            language=models.LinkUserPayloadLanguage.EN_US,
            redirect_uri="yourapp://integrations/enode",
            vendor=vendor,
        )
        assert msgspec.json.decode(base64.b64decode(session.link_token))["linkUrl"] == session.link_url
        await walk(session.link_url, login, self.stack.hub.outbound, without=without)
        return login


@pytest.fixture(params=["sync", "async"])
async def sdk(request: pytest.FixtureRequest, stack: Stack) -> Sdk:
    return Sdk(await stack.new_app(), is_async=request.param == "async")


async def until(seen: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that the workers are about to do."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not await seen():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


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


async def relink(sdk: Sdk, asset_id: str) -> Any:
    """Ask for a way to mend a device's link."""
    return await sdk(
        "user_management",
        "relink_asset",
        asset_id=asset_id,
        language=models.RelinkUserPayloadLanguage.EN_US,
        redirect_uri="yourapp://done",
    )


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
