"""The link call: parsed as JSON whatever it is called, and exact about what it takes."""

import base64
from typing import Any

import msgspec
import pytest

from tests.dialects.enode.conftest import Api
from tests.dialects.enode.test_devices import CHARGER, VEHICLE
from wattlink.connectors.devices import Kind, VehicleCapabilities, blocked
from wattlink.connectors.registry import callers, simulator
from wattlink.domain.interventions.catalogue import LINK_AGAIN
from wattlink.domain.organizations.change import ApplicationChanges, change_application
from wattlink.domain.vendors.register import register

GOOD: dict[str, Any] = {
    "scopes": ["vehicle:read:data", "charger:read:data"],
    "language": "browser",
    "redirectUri": "https://app.example.com/back?state=1",
}


@pytest.fixture(autouse=True)
async def vendors(api: Api) -> None:
    """Both vendors are registered for all applications."""
    async with api.hub.db.transaction() as tx:
        for vendor in ("tesla", "easee"):
            await register(
                tx,
                vendor=vendor,
                application_id=None,
                registration=simulator(vendor).DEMO_REGISTRATION,
                hosts={},
                is_sandbox=True,
                vault=api.hub.vault,
            )


async def test_the_answer_leads_to_the_link_ui(api: Api) -> None:
    answer = await api.post("/users/ada/link", GOOD)
    assert answer.status_code == 200
    link = answer.json()
    assert link.keys() == {"linkUrl", "linkToken"}
    assert link["linkUrl"].startswith("https://link.example.com/link/")
    token = msgspec.json.decode(base64.b64decode(link["linkToken"]))
    assert token == {"linkUrl": link["linkUrl"], "redirectUri": GOOD["redirectUri"]}
    assert "ada" not in base64.b64decode(link["linkToken"]).decode()


@pytest.mark.parametrize(
    "content_type",
    ["", "application/x-www-form-urlencoded", "application/json; charset=utf-8", "text/plain", "multipart/form-data"],
)
async def test_the_content_type_does_not_matter(api: Api, content_type: str) -> None:
    headers = {"content-type": content_type} if content_type else {}
    assert (await api.post("/users/ada/link", msgspec.json.encode(GOOD), **headers)).status_code == 200


@pytest.mark.parametrize("body", [b"", b"scopes=vehicle", b"{", b"\xff", b'{"scopes": ["\\ud800"]}'])
async def test_only_what_is_not_json_is_refused_as_such(api: Api, body: bytes) -> None:
    answer = await api.post("/users/ada/link", body)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("The body isn't JSON")
    assert (await api.get("/users")).json()["data"] == []


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"text"'])
async def test_json_that_is_no_object_is_refused_as_a_whole(api: Api, body: bytes) -> None:
    answer = await api.post("/users/ada/link", body)
    assert answer.status_code == 400
    assert [issue["field"] for issue in answer.json()["issues"]] == ["body"]


async def test_everything_that_is_wrong_is_told_at_once(api: Api) -> None:
    answer = await api.post(
        "/users/ada/link",
        {
            "scopes": ["vehicle:read:data", "vehicle:fly"],
            "language": "klingon",
            "redirectUri": "javascript:alert(1)",
            "vendor": "ACME",
            "vendorType": "spaceship",
            "colorScheme": "neon",
            "user": "x",
        },
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "https://developers.enode.com/api/problems/bad-request"
    issues = {issue["field"]: issue for issue in problem["issues"]}
    assert issues.keys() == {"scopes[1]", "language", "redirectUri", "vendor", "vendorType", "colorScheme", "user"}
    assert {"EASEE", "TESLA"} <= {*issues["vendor"]["allowedValues"]}
    assert any("yourapp://" in allowed for allowed in issues["redirectUri"]["allowedValues"])
    assert "charger" in issues["vendorType"]["allowedValues"]
    assert "nb-NO" in issues["language"]["allowedValues"]
    assert issues["colorScheme"]["allowedValues"] == ["system", "light", "dark"]
    assert all(name in problem["detail"] for name in issues)
    assert (await api.get("/users")).json()["data"] == []


async def test_what_is_missing_is_told_with_what_may_stand_there(api: Api) -> None:
    issues = {issue["field"]: issue for issue in (await api.post("/users/ada/link", {})).json()["issues"]}
    assert issues.keys() == {"scopes", "language", "redirectUri"}
    assert "vehicle:read:data" in issues["scopes"]["allowedValues"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["vehicle:read:location"]}, "scopes"),
        ({"vendorType": "hvac"}, "scopes"),
        ({"vendorType": "charger", "vendor": "TESLA"}, "vendor"),
        ({"redirectUri": "data:text/html,x"}, "redirectUri"),
        ({"redirectUri": "about:blank"}, "redirectUri"),
        ({"redirectUri": "http://app.example.com"}, "redirectUri"),
        ({"redirectUri": "https://" + "x" * 500}, "redirectUri"),
        ({"redirectUri": "https://a\u0000b"}, "redirectUri"),
        ({"vendor": None}, "vendor"),
    ],
)
async def test_what_cannot_be_linked_is_refused(api: Api, change: dict[str, Any], field: str) -> None:
    answer = await api.post("/users/ada/link", {**GOOD, **change})
    assert answer.status_code == 400
    assert [issue["field"] for issue in answer.json()["issues"]] == [field]


async def test_what_only_dials_in_is_no_vendor_to_link_or_to_choose(api: Api) -> None:
    asked = {"scopes": ["charger:read:data"], "language": "en-US", "redirectUri": "yourapp://back"}
    for vendor in (*(manifest.names["enode"][Kind.CHARGER] for manifest in callers().values()), "AUDI"):
        (issue,) = (await api.post("/users/ada/link", {**asked, "vendor": vendor})).json()["issues"]
        allowed = {*issue["allowedValues"]}
        assert "EASEE" in allowed
        assert not allowed & {name for manifest in callers().values() for name in manifest.names["enode"].values()}


async def test_an_address_that_is_none_is_not_measured_by_a_length_of_ours(api: Api) -> None:
    (issue,) = (await api.post("/users/ada/link", {**GOOD, "redirectUri": "/back"})).json()["issues"]
    assert issue["message"] == "must be an absolute URI"


@pytest.mark.parametrize("uri", ["yourapp://integrations/enode", "http://localhost:3000/x", "https://a.example/?a=b&c"])
async def test_an_application_without_a_list_may_come_back_anywhere(api: Api, uri: str) -> None:
    assert (await api.post("/users/ada/link", {**GOOD, "redirectUri": uri})).status_code == 200


async def test_an_application_with_a_list_comes_back_to_what_is_on_it(api: Api) -> None:
    async with api.hub.db.transaction() as tx:
        await change_application(tx, api.access, ApplicationChanges(redirect_uris=("http://intranet.example/back",)))
    assert (await api.post("/users/a/link", {**GOOD, "redirectUri": "http://intranet.example/back"})).status_code == 200
    refused = (await api.post("/users/a/link", GOOD)).json()["issues"]
    assert refused[0]["allowedValues"] == ["http://intranet.example/back"]


async def test_a_vendor_that_nobody_registered_is_not_offered(api: Api) -> None:
    async with api.hub.db.transaction() as tx:
        await tx.execute("DELETE FROM registration WHERE vendor = 'easee'")
    answer = await api.post("/users/ada/link", {**GOOD, "vendor": "EASEE"})
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["allowedValues"] == ["TESLA"]


async def test_the_limit_of_connections_is_told(api: Api) -> None:
    await api.own("easee", CHARGER)
    async with api.hub.db.transaction() as tx:
        await tx.execute("UPDATE application SET connections_limit = 1")
    answer = await api.post("/users/bob/link", GOOD)
    assert answer.status_code == 403
    assert answer.json()["title"] == "Connections limit reached."


RELINK = {"language": "de-DE", "redirectUri": "yourapp://done"}


async def test_a_device_with_a_link_intervention_can_be_relinked_and_no_other(api: Api) -> None:
    well_id = await api.own("easee", CHARGER)
    capabilities = VehicleCapabilities(start_charging=blocked(LINK_AGAIN))
    broken = type(VEHICLE)(last_seen=VEHICLE.last_seen, capabilities=capabilities)
    broken_id = await api.own("tesla", broken)
    answer = await api.post(f"/assets/{broken_id}/relink", RELINK)
    assert answer.status_code == 200
    assert answer.json().keys() == {"linkUrl", "linkToken"}
    refused = await api.post(f"/assets/{well_id}/relink", RELINK)
    assert (refused.status_code, refused.json()["title"]) == (400, "Asset already linked")


@pytest.mark.parametrize("asset_id", ["undefined", "01890000-0000-7000-8000-000000000000"])
async def test_an_unknown_device_cannot_be_relinked(api: Api, asset_id: str) -> None:
    answer = await api.post(f"/assets/{asset_id}/relink", RELINK)
    assert answer.status_code == 400
    assert [issue["field"] for issue in answer.json()["issues"]] == ["assetId"]
