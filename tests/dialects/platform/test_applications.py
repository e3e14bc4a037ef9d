"""Operators run applications: make, name, brand, limit and end them."""

import base64
from typing import Any

import pytest
from litestar import Litestar

from tests.dialects.platform.conftest import Caller, Organization
from wattlink.base.ids import new_id
from wattlink.connectors.registry import clouds, simulator
from wattlink.dialects.enode.app import make_app as make_enode_app
from wattlink.domain.access.model import Access
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.users import store as users
from wattlink.wiring import Hub

_LINK = {"scopes": ["vehicle:read:data"], "language": "en-US"}
_PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()


async def test_an_application_is_made_with_a_key_that_works(hub: Hub, operator: Caller) -> None:
    answer = await operator.post("/applications", {"name": " Ampere ", "redirectUris": ["ampere://done"]})
    assert answer.status_code == 201
    made = answer.json()
    assert made["application"]["name"] == "Ampere"
    assert made["application"]["redirectUris"] == ["ampere://done"]
    assert made["application"]["connectionsLimit"] is None
    assert made["application"]["isSandbox"] is False
    issued = await hub.authenticator.issue(made["clientId"], made["clientSecret"])
    assert str((await hub.authenticator.access_of(issued.token)).application_id) == made["application"]["id"]
    path = f"/applications/{made['application']['id']}"
    assert (await operator.get(path)).json() == made["application"]
    assert made["clientSecret"] not in (await operator.get(path)).text


async def test_what_isn_t_sent_stays(operator: Caller, ours: Organization) -> None:
    path = f"/applications/{ours.application.application_id}"
    await operator.patch(path, {"branding": {"accent": "#7722aa", "logo": _PNG}, "connectionsLimit": 5})
    changed = (await operator.patch(path, {"name": "Volt", "branding": {"radius": 4, "logo": None}})).json()
    assert (changed["name"], changed["connectionsLimit"]) == ("Volt", 5)
    branding = changed["branding"]
    assert (branding["accent"], branding["radius"], branding["logo"]) == ("#7722aa", 4, None)
    assert (await operator.patch(path, {"connectionsLimit": None})).json()["connectionsLimit"] is None
    assert changed["linkBinding"] == "browser"
    assert (await operator.patch(path, {"linkBinding": "confirm"})).json()["linkBinding"] == "confirm"
    assert (await operator.get(path)).json()["branding"] == branding


async def test_who_may_frame_the_pages_is_listed(operator: Caller, ours: Organization) -> None:
    path = f"/applications/{ours.application.application_id}"
    assert (await operator.get(path)).json()["frameOrigins"] == []
    listed = [
        "https://app.example.com",
        "https://xn--bcher-kva.example:8443",
        "http://localhost:3000",
        "http://127.0.0.1",
    ]
    assert (await operator.patch(path, {"frameOrigins": listed})).json()["frameOrigins"] == listed
    assert (await operator.patch(path, {"name": "Volt"})).json()["frameOrigins"] == listed
    assert (await operator.patch(path, {"frameOrigins": []})).json()["frameOrigins"] == []
    made = (await operator.post("/applications", {"name": "App", "frameOrigins": listed})).json()
    assert made["application"]["frameOrigins"] == listed


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "'self'",
        "https:",
        "https://",
        "https://*",
        "https://*.example.com",
        "https://app.example.com/",
        "https://app.example.com/embed",
        "https://app.example.com?x",
        "https://app.example.com#x",
        "https://user@app.example.com",
        "https://App.example.com",
        "https://app.example.com:443",
        "https://app.example.com:0",
        "https://app.example.com:65536",
        "https://app.example.com:*",
        "https://app.example.com https://evil.example",
        "https://app.example.com; script-src *",
        "https://app.example.com\n",
        "https://bücher.example",
        "https://app..example.com",
        "https://-app.example.com",
        "https://[::1]:3000",
        "http://app.example.com",
        "http://localhost.example.com",
        "http://localhost:80",
        "ftp://app.example.com",
        "yourapp://done",
        "",
        "https://" + "a" * 260,
    ],
)
async def test_only_one_exact_origin_can_be_listed(operator: Caller, ours: Organization, origin: str) -> None:
    path = f"/applications/{ours.application.application_id}"
    refused = await operator.patch(path, {"frameOrigins": ["https://a.example", origin]})
    assert refused.status_code == 400
    assert "frameOrigins[1]" in refused.text
    assert (await operator.get(path)).json()["frameOrigins"] == []


async def test_a_sandbox_and_how_links_are_bound_are_chosen_at_once(operator: Caller) -> None:
    body = {"name": "CI", "isSandbox": True, "linkBinding": "confirm", "connectionsLimit": 3}
    made = (await operator.post("/applications", body)).json()["application"]
    assert {name: made[name] for name in body} == body
    path = f"/applications/{made['id']}"
    assert (await operator.patch(path, {"linkBinding": "browser"})).json()["linkBinding"] == "browser"
    assert (await operator.patch(path, {"isSandbox": False})).status_code == 400


async def test_an_accent_that_reads_badly_is_shown_as_the_pages_show_it(operator: Caller, ours: Organization) -> None:
    path = f"/applications/{ours.application.application_id}"
    shown = (await operator.patch(path, {"branding": {"accent": "#ffee00"}})).json()["branding"]["accentShown"]
    light, dark = shown
    assert (light["scheme"], light["isAdjusted"], light["asked"]) == ("light", True, "#ffee00")
    assert light["contrast"] < 4.5
    assert light["text"] != "#ffee00"
    assert (dark["isAdjusted"], dark["text"]) == (False, "#ffee00")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"colour": "red"}, "colour"),
        ({"connectionsLimit": -1}, "connectionsLimit"),
        ({"linkBinding": "none"}, "linkBinding"),
        ({"redirectUris": ["https://a.example/", "javascript:alert(1)"]}, "redirectUris[1]"),
        ({"redirectUris": ["https://a.example/", "https://a.example/"]}, "redirectUris[1]"),
        ({"branding": {"accent": "red"}}, "branding.accent"),
        ({"branding": {"logoDark": "https://a.example/logo.png"}}, "branding.logoDark"),
        ({"branding": {"logo": "data:image/png;base64,PHN2Zz4="}}, "branding.logo"),
        ({"branding": {"radius": 25}}, "branding.radius"),
        ({"branding": {"privacyUrl": "ftp://a.example"}}, "branding.privacyUrl"),
        ({"branding": {"font": "Comic Sans"}}, "branding.font"),
    ],
)
async def test_what_can_t_be_used_is_named(
    operator: Caller, ours: Organization, change: dict[str, Any], field: str
) -> None:
    path = f"/applications/{ours.application.application_id}"
    before = (await operator.get(path)).json()
    for answer in (await operator.patch(path, change), await operator.post("/applications", {"name": "New", **change})):
        assert answer.status_code == 400
        assert [issue["field"] for issue in answer.json()["issues"]] == [field]
    assert (await operator.get(path)).json() == before


async def test_pages_lead_from_the_newest_to_the_oldest(operator: Caller, theirs: Organization) -> None:
    for number in range(4):
        await operator.post("/applications", {"name": f"App {number}"})
    first = (await operator.get("/applications", pageSize=3)).json()
    assert [one["name"] for one in first["data"]] == ["App 3", "App 2", "App 1"]
    second = (await operator.get("/applications", pageSize=3, after=first["pagination"]["after"])).json()
    assert [one["name"] for one in second["data"]] == ["App 0", "Voltly"]
    back = (await operator.get("/applications", pageSize=3, before=second["pagination"]["before"])).json()
    assert back["data"] == first["data"]
    foreign = await theirs.operator.get("/applications", after=first["pagination"]["after"])
    assert foreign.status_code == 400


async def test_one_with_users_can_t_go(hub: Hub, app: Litestar, operator: Caller, ours: Organization) -> None:
    made = ours.application
    access = Access(applications=(made.application_id,))
    token = (await hub.authenticator.issue(str(made.client_id), made.client_secret)).token
    enode = Caller(make_enode_app(hub), token)
    for vendor in clouds():
        await _register(operator, vendor, f"/applications/{made.application_id}")
    link = {**_LINK, "redirectUri": "https://a.example/", "vendorType": "vehicle"}
    assert (await enode.post("/users/ada/link", link)).status_code == 200
    webhook = {"url": "https://hooks.example/", "secret": "0123456789", "events": ["*"]}
    assert (await enode.post("/webhooks", webhook)).status_code == 200
    path = f"/applications/{made.application_id}"
    refused = await operator.delete(path)
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:wattlink:problem:still-in-use"
    assert "1 users" in refused.json()["detail"]
    assert (await enode.get("/users/ada")).status_code == 200
    async with hub.db.transaction() as tx:
        await delete_user(tx, access, "ada", vault=hub.vault, now=hub.clock())
    assert (await operator.delete(path)).status_code == 204
    assert (await operator.get(path)).status_code == 404
    assert (await enode.get("/users")).status_code == 401
    assert (await operator.get("/registrations")).json()["data"] == []
    async with hub.db.read() as reader:
        assert await users.count(reader, access) == 0


async def _register(operator: Caller, vendor: str, application: str = "") -> None:
    client = simulator(vendor).DEMO_REGISTRATION
    body = {"clientId": client.client_id, "clientSecret": client.client_secret, "options": dict(client.options)}
    assert (await operator.put(f"{application}/registrations/{vendor}", body)).status_code == 200


async def test_what_is_another_organization_s_looks_like_what_isn_t_there(
    operator: Caller, theirs: Organization
) -> None:
    foreign, unknown = str(theirs.application.application_id), str(new_id())
    vendor = next(iter(clouds()))
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", b"{}"),
        ("DELETE", "", None),
        ("GET", "/keys", None),
        ("POST", "/keys", b'{"name": "x"}'),
        ("DELETE", f"/keys/{theirs.application.client_id}", None),
        ("DELETE", "/access-keys/trusted", None),
        ("GET", "/vendors", None),
        ("PUT", f"/registrations/{vendor}", b"{}"),
        ("DELETE", f"/registrations/{vendor}", None),
    ):
        answers = [
            await operator.http.request(method, f"/applications/{which}{path}", content=body)
            for which in (foreign, unknown, "none")
        ]
        assert {answer.status_code for answer in answers} == {404}, (method, path)
        assert answers[0].text.replace(foreign, "") == answers[1].text.replace(unknown, "")
    assert (await theirs.operator.get(f"/applications/{foreign}")).status_code == 200
