"""`/health/*` and `/integrations`: the vendors that the application may use, with how they do."""

from typing import Any

import pytest
from enode import models

from tests.dialects.enode.conftest import Api
from tests.dialects.enode.sdk.calls import Sdk
from tests.support.stack import Stack
from wattlink.connectors.contract import Registration
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import clouds, simulator
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.vendors.activation.activate import activate, require_activation
from wattlink.domain.vendors.circuits import store as circuits
from wattlink.domain.vendors.health import store
from wattlink.domain.vendors.health.model import slot_of
from wattlink.domain.vendors.health.store import Counted
from wattlink.domain.vendors.register import register

_PATHS = {
    Kind.VEHICLE: "vehicles",
    Kind.CHARGER: "chargers",
    Kind.HVAC: "hvacs",
    Kind.INVERTER: "inverters",
    Kind.BATTERY: "batteries",
    Kind.METER: "meters",
}


async def _registered(api: Api, vendor: str) -> RegistrationId:
    async with api.hub.db.transaction() as tx:
        return await register(
            tx,
            vendor=vendor,
            application_id=None,
            registration=simulator(vendor).DEMO_REGISTRATION,
            hosts={},
            is_sandbox=False,
            vault=api.hub.vault,
        )


async def _failed(api: Api, registration_id: RegistrationId, visits: int, failed: int) -> None:
    row = Counted(
        registration_id=registration_id,
        began_at=slot_of(api.hub.clock()),
        visits=visits,
        visits_failed=failed,
    )
    async with api.hub.db.transaction() as tx:
        await store.add(tx, [row])


async def _get(api: Api, path: str, **query: str) -> Any:
    answer = await api.get(path, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_vendor_is_there_once_it_is_registered_and_says_how_it_does(api: Api) -> None:
    assert await _get(api, "/health/chargers") == []
    registration_id = await _registered(api, "easee")
    ready = {
        "vendor": "EASEE",
        "displayName": "Easee",
        "status": "READY",
        "portalName": "Easee",
        "linkingStatus": "READY",
    }
    assert await _get(api, "/health/chargers") == [ready]
    assert await _get(api, "/health/vehicles") == []
    await _failed(api, registration_id, 40, 6)
    slow = {"status": "ELEVATED_ERROR_RATE", "linkingStatus": "ELEVATED_ERROR_RATE"}
    assert await _get(api, "/health/chargers") == [ready | slow]
    async with api.hub.db.transaction() as tx:
        await circuits.begin_incident(tx, registration_id, api.hub.clock())
    assert await _get(api, "/health/chargers") == [ready | slow | {"linkingStatus": "OUTAGE"}]
    async with api.hub.db.transaction() as tx:
        await circuits.open_circuit(tx, registration_id, reason="503", now=api.hub.clock(), probe_at=api.hub.clock())
    assert await _get(api, "/health/chargers") == [ready | {"status": "OUTAGE", "linkingStatus": "OUTAGE"}]


async def test_integrations_tell_what_can_be_linked(api: Api) -> None:
    await _registered(api, "easee")
    await _registered(api, "tesla")
    found = await _get(api, "/integrations")
    assert [one["vendor"] for one in found] == ["EASEE", "TESLA"]
    assert found[0] == {
        "vendor": "EASEE",
        "displayName": "Easee",
        "assetTypes": ["charger"],
        "scopes": ["charger:read:data", "charger:control:charging"],
        "status": "READY",
        "portalName": "Easee",
        "linkingStatus": "READY",
    }
    (tesla,) = await _get(api, "/integrations", assetTypes="vehicle")
    assert tesla["assetTypes"] == ["vehicle"]
    assert {scope.partition(":")[0] for scope in tesla["scopes"]} == {"vehicle"}
    assert len(await _get(api, "/integrations", assetTypes="charger,vehicle")) == 2


@pytest.mark.parametrize("wrong", ["", "car", "vehicle,", "vehicle, charger", "vehicle,car"])
async def test_asset_types_that_are_none_are_refused_by_name(api: Api, wrong: str) -> None:
    answer = await api.get("/integrations?assetTypes=" + wrong)
    assert answer.status_code == 400
    (issue,) = answer.json()["issues"]
    assert issue["field"] == "assetTypes"
    assert issue["allowedValues"] == list(Kind)


async def test_a_vendor_that_needs_activation_is_missing_everywhere_until_then(api: Api) -> None:
    await _registered(api, "easee")
    async with api.hub.db.transaction() as tx:
        await require_activation(tx, "easee", None, required=True)
    assert await _get(api, "/health/chargers") == await _get(api, "/integrations") == []
    linking = {"scopes": ["charger:read:data"], "language": "en-US", "redirectUri": "yourapp://back"}
    refused = await api.post("/users/ada/link", {**linking, "vendor": "EASEE"})
    assert refused.status_code == 400
    async with api.hub.db.transaction() as tx:
        await activate(tx, api.access, "easee")
    assert len(await _get(api, "/health/chargers")) == len(await _get(api, "/integrations")) == 1
    assert (await api.post("/users/ada/link", {**linking, "vendor": "EASEE"})).status_code == 200


async def test_without_a_token_one_sees_what_every_application_may_use(api: Api) -> None:
    """Enode's SDK sends none to these routes."""
    await _registered(api, "easee")
    del api.http.headers["authorization"]
    assert [one["vendor"] for one in await _get(api, "/integrations")] == ["EASEE"]
    assert [one["vendor"] for one in await _get(api, "/health/chargers")] == ["EASEE"]
    api.http.headers["authorization"] = "Bearer wrong"
    assert (await api.get("/integrations")).status_code == (await api.get("/health/chargers")).status_code == 401


async def test_an_application_s_own_registration_is_nobody_else_s(api: Api) -> None:
    async with api.hub.db.transaction() as tx:
        await register(
            tx,
            vendor="easee",
            application_id=api.access.application_id,
            registration=Registration(),
            hosts={},
            is_sandbox=False,
            vault=api.hub.vault,
        )
    assert [one["vendor"] for one in await _get(api, "/integrations")] == ["EASEE"]
    del api.http.headers["authorization"]
    assert await _get(api, "/integrations") == []


@pytest.mark.parametrize("kind", Kind)
async def test_every_type_has_its_health(api: Api, kind: Kind) -> None:
    for vendor in clouds():
        await _registered(api, vendor)
    names = {manifest.names["enode"][kind] for manifest in clouds().values() if kind in manifest.kinds}
    assert {one["vendor"] for one in await _get(api, f"/health/{_PATHS[kind]}")} == names


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
async def test_the_official_sdk_reads_it(stack: Stack, is_async: bool) -> None:
    sdk = Sdk(await stack.new_app(), is_async=is_async)
    integrations = await sdk("service_health", "list_integrations", asset_types="vehicle,charger")
    assert {one.vendor.value for one in integrations} == {"TESLA", "EASEE"}
    (tesla,) = await sdk("service_health", "get_vehicle_vendors")
    assert (tesla.vendor, tesla.display_name) == (models.VehicleVendor.TESLA, "Tesla")
    assert tesla.linking_status == models.VehicleHealthLinkingStatus.READY
    (easee,) = await sdk("service_health", "check_charger_vendors")
    assert easee.vendor == models.ChargerVendor.EASEE
    for method in ("get_battery_vendors", "get_inverter_vendors", "get_hvac_vendors", "get_meter_vendors"):
        assert all(one.status.value == "READY" for one in await sdk("service_health", method))
    await sdk("service_health", "check_readiness")
