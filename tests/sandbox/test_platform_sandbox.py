"""The API of the sandbox: each application keeps to its own, operators reach all, and bad input is told by name."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Ci, account_path
from tests.support.stack import App, Refused, Stack
from wattlink.connectors.registry import clouds, simulator
from wattlink.domain.organizations.operators.create import create_operator_token
from wattlink.domain.organizations.store import first_organization
from wattlink.domain.vendors.register import register
from wattlink.sandbox.api.app import make_app

VENDOR = next(name for name, manifest in clouds().items() if manifest.sign_in.way == "form")
KIND = clouds()[VENDOR].kinds[0].value


@pytest.fixture
async def other(ci: Ci) -> Ci:
    """Another customer's test run."""
    return Ci(ci.stack, await ci.stack.new_app("Amply"), ci.receiver)


@pytest.fixture
async def operator(ci: Ci) -> Ci:
    """Whoever runs the installation."""
    hub = ci.stack.hub
    async with hub.db.transaction() as tx:
        organization_id = await first_organization(tx)
        assert organization_id is not None
        made = await create_operator_token(tx, organization_id, "console", now=hub.clock())
    app = App(ci.stack, ci.app.credentials, {"authorization": f"Bearer {made.token}"})
    return Ci(ci.stack, app, ci.receiver)


async def test_accounts_and_devices_come_and_go(ci: Ci) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR, "username": "new@example.com", "devices": []})
    assert account["devices"] == []
    device = await ci.sandbox("POST", f"{account_path(account)}/devices", {"state": {"name": "Garage"}})
    assert (device["kind"], device["state"]["name"]) == (KIND, "Garage")
    path = f"{account_path(account)}/devices/{device['id']}"
    assert (await ci.sandbox("PATCH", path, {"isReachable": False}))["state"]["isReachable"] is False
    changed = await ci.sandbox("PATCH", account_path(account), {"password": "another", "faults": ["quota"]})
    assert (changed["password"], changed["faults"]) == ("another", ["quota"])
    assert (await ci.sandbox("GET", account_path(account)))["devices"] == [
        {**device, "state": {**device["state"], "isReachable": False}}
    ]
    assert await ci.sandbox("DELETE", path) is None
    assert (await ci.sandbox("GET", "/accounts", vendor=VENDOR))["data"] == [{**changed, "devices": []}]
    await ci.sandbox("DELETE", account_path(account))
    assert (await ci.send("GET", account_path(account))).status == 404


async def test_a_vendor_may_be_written_as_enode_writes_it(ci: Ci) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR})
    shouted = account_path({**account, "vendor": VENDOR.upper()})
    assert (await ci.sandbox("GET", shouted))["username"] == account["username"]
    assert (await ci.sandbox("GET", "/accounts", vendor=VENDOR.upper()))["data"] == [account]
    account = await ci.sandbox("POST", "/accounts", {"vendor": "myuplink"})
    assert await ci.sandbox("GET", account_path({**account, "vendor": "NIBE"})) == account


async def test_an_application_keeps_to_its_own(ci: Ci, other: Ci) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR})
    await ci.sandbox("POST", f"{account_path(account)}/link", {"userId": "ada"})
    assert (await other.sandbox("GET", "/accounts"))["data"] == []
    assert (await other.sandbox("GET", "/requests"))["data"] == []
    assert (await ci.sandbox("GET", "/requests"))["data"] != []
    device = f"{account_path(account)}/devices/{account['devices'][0]['id']}"
    tries: list[tuple[str, str, Any]] = [
        ("GET", account_path(account), None),
        ("PATCH", account_path(account), {"password": "stolen"}),
        ("DELETE", account_path(account), None),
        ("POST", f"{account_path(account)}/devices", {}),
        ("PATCH", device, {"name": "stolen"}),
        ("DELETE", device, None),
        ("POST", f"{account_path(account)}/link", {"userId": "eve"}),
    ]
    assert [(await other.send(*each)).status for each in tries] == [404] * len(tries)
    taken = await other.send("POST", "/accounts", {"vendor": VENDOR, "username": account["username"]})
    assert (taken.status, taken.json["type"]) == (409, "urn:wattlink:problem:already-exists")
    assert await ci.sandbox("GET", account_path(account)) == account
    url = (await ci.app.call("POST", "/users/ada/link", _link_body()))["linkUrl"]
    theirs = await other.sandbox("POST", "/accounts", {"vendor": VENDOR})
    assert (await other.send("POST", f"{account_path(theirs)}/link", {"linkUrl": url})).status == 410


async def test_a_user_name_is_the_first_one_s_whoever_asks_at_the_same_moment(ci: Ci, other: Ci) -> None:
    for number in range(10):
        wanted = {"vendor": VENDOR, "username": f"both-{number}@example.com"}
        answers = await asyncio.gather(*(each.send("POST", "/accounts", wanted) for each in (ci, other, ci, other)))
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
        (made,) = [answer.json for answer in answers if answer.status == 201]
        owner = (ci, other, ci, other)[[answer.status for answer in answers].index(201)]
        assert await owner.sandbox("GET", account_path(made)) == made


async def test_an_account_has_no_more_devices_than_an_account_may_begin_with(ci: Ci) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR, "devices": [{}] * 49})
    await ci.sandbox("POST", f"{account_path(account)}/devices", {})
    refused = await ci.send("POST", f"{account_path(account)}/devices", {})
    assert (refused.status, refused.json["issues"][0]["field"]) == (400, "devices")
    assert len((await ci.sandbox("GET", account_path(account)))["devices"]) == 50


async def test_an_operator_reaches_all_and_says_which_application_is_meant(ci: Ci, other: Ci, operator: Ci) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR})
    theirs = await other.sandbox("POST", "/accounts", {"vendor": VENDOR})
    listed = (await operator.sandbox("GET", "/accounts"))["data"]
    assert {account["username"], theirs["username"]} <= {one["username"] for one in listed}
    assert (await operator.sandbox("PATCH", account_path(account), {"faults": ["outage"]}))["faults"] == ["outage"]
    which = await operator.send("POST", "/accounts", {"vendor": VENDOR})
    assert (which.status, which.json["issues"][0]["field"]) == (400, "application")
    ours = str(ci.app.credentials.application_id)
    made = await operator.sandbox("POST", "/accounts", {"vendor": VENDOR}, application=ours)
    assert made["username"] in {one["username"] for one in (await ci.sandbox("GET", "/accounts"))["data"]}
    clock = await operator.sandbox("POST", "/clock", {"advance": 60}, application=ours)
    assert clock["offsetSeconds"] == (await ci.sandbox("GET", "/clock"))["offsetSeconds"] == 60
    assert (await other.sandbox("GET", "/clock"))["offsetSeconds"] == 0


async def test_a_link_session_of_the_app_is_gone_through(ci: Ci) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR})
    url = (await ci.app.call("POST", "/users/ada/link", _link_body()))["linkUrl"]
    link = await ci.sandbox("POST", f"{account_path(account)}/link", {"linkUrl": url})
    assert (link["state"], link["userId"], link["vendor"]) == ("completed", "ada", VENDOR)
    assert [one["id"] for one in (await ci.app.call("GET", f"/users/ada/{KIND}s"))["data"]] == link["deviceIds"]
    assert (await ci.send("POST", f"{account_path(account)}/link", {"linkUrl": url})).status == 410


async def test_nothing_is_typed_at_a_real_vendor(ci: Ci) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR})
    async with ci.stack.hub.db.transaction() as tx:
        await register(
            tx,
            vendor=VENDOR,
            application_id=ci.app.credentials.application_id,
            registration=simulator(VENDOR).DEMO_REGISTRATION,
            hosts={},
            is_sandbox=False,
            vault=ci.stack.hub.vault,
        )
    refused = await ci.send("POST", f"{account_path(account)}/link", {"userId": "ada"})
    assert (refused.status, refused.json["issues"][0]["field"]) == (400, "vendor")


async def test_an_answer_that_does_not_wait_names_the_session(ci: Ci) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR, "latencySeconds": 0.5})
    link = await ci.sandbox("POST", f"{account_path(account)}/link", {"userId": "ada", "waitSeconds": 0})
    assert (link["state"], link["deviceIds"]) == ("discovering", [])
    assert link["sessionId"]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/accounts", {"vendor": "nobody"}, "vendor"),
        ("POST", "/accounts", {}, "vendor"),
        ("POST", "/accounts", {"vendor": VENDOR, "colour": "red"}, "colour"),
        ("POST", "/accounts", {"vendor": VENDOR, "username": ""}, "username"),
        ("POST", "/accounts", {"vendor": VENDOR, "faults": ["earthquake"]}, "faults[0]"),
        ("POST", "/accounts", {"vendor": VENDOR, "latencySeconds": 61}, "latencySeconds"),
        ("POST", "/accounts", {"vendor": VENDOR, "devices": [{"kind": "inverter"}]}, "devices[0].kind"),
        ("POST", "/accounts", {"vendor": VENDOR, "devices": [{}, {"state": {"name": 9}}]}, "devices[1].state.name"),
        ("POST", "/accounts", {"vendor": VENDOR, "devices": [{"state": {"wings": 2}}]}, "devices[0].state.wings"),
        ("PUT", "/vendors/nobody/faults", {"faults": []}, "vendor"),
        ("PUT", f"/vendors/{VENDOR}/faults", {"faults": ["rain"]}, "faults[0]"),
        ("GET", "/accounts?vendor=nobody", None, "vendor"),
        ("GET", "/accounts/nobody/kari@example.com", None, "vendor"),
        ("GET", "/requests?vendor=nobody", None, "vendor"),
        ("POST", "/clock", {"advance": "tomorrow"}, "advance"),
        ("POST", "/clock", {"advance": -5}, "advance"),
        ("POST", "/clock", {"advance": "PT0S"}, "advance"),
        ("POST", "/clock", {"advance": "P9999D"}, "advance"),
        ("POST", "/clock", {"advance": 1e12}, "advance"),
        ("POST", "/clock", {}, "advance"),
    ],
)
async def test_bad_input_names_the_field(ci: Ci, method: str, path: str, body: Any, field: str) -> None:
    answer = await ci.send(method, path, body)
    assert answer.status == 400
    assert field in [issue["field"] for issue in answer.json["issues"]]


async def test_how_far_time_may_jump_is_said_alike_of_words_and_numbers(ci: Ci) -> None:
    told = [await ci.send("POST", "/clock", {"advance": far}) for far in (0, -5, "PT0S", 1e12, "P9999D")]
    assert {answer.json["issues"][0]["message"] for answer in told} == {
        "must be more than 0, and 3660 days in all at most"
    }


async def test_a_device_that_is_not_there_is_named_as_it_is_written(ci: Ci) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR, "username": "kari@example.com"})
    answer = await ci.send("PATCH", f"{account_path(account)}/devices/none", {})
    assert answer.status == 404
    assert answer.json["detail"].endswith(f"{VENDOR}/kari@example.com: no device none")


async def test_bad_states_say_what_is_allowed(ci: Ci) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR})
    new = await ci.send("POST", f"{account_path(account)}/devices", {"state": {"isReachable": "no"}})
    assert new.json["issues"] == [
        {"field": "state.isReachable", "message": "must be true or false", "allowedValues": ["true", "false"]}
    ]
    device = f"{account_path(account)}/devices/{account['devices'][0]['id']}"
    changed = await ci.send("PATCH", device, {"wings": 2})
    assert changed.json["issues"][0]["field"] == "wings"
    assert "isReachable" in changed.json["issues"][0]["allowedValues"]


async def test_bad_links_name_the_field(ci: Ci) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR})
    bad: list[tuple[dict[str, Any], str]] = [
        ({}, "userId"),
        ({"userId": "ada", "linkUrl": "https://x"}, "userId"),
        ({"userId": "ada", "kinds": ["hovercraft"]}, "kinds[0]"),
        ({"userId": "ada", "kinds": ["inverter"], "scopes": ["inverter:read:data"]}, "vendor"),
        ({"userId": "ada", "scopes": []}, "scopes"),
        ({"userId": "ada", "scopes": [f"{KIND}:read:data", f"{KIND}:fly"]}, "scopes[1]"),
        ({"userId": "ada", "waitSeconds": 3600}, "waitSeconds"),
    ]
    for body, field in bad:
        answer = await ci.send("POST", f"{account_path(account)}/link", body)
        assert (answer.status, answer.json["issues"][0]["field"]) == (400, field), body


async def test_vendors_say_what_can_be_set(ci: Ci) -> None:
    told = {vendor["vendor"]: vendor for vendor in (await ci.sandbox("GET", "/vendors"))["data"]}
    assert set(told) == set(clouds())
    for vendor, about in told.items():
        assert {kind: list(words) for kind, words in about["kinds"].items()} == {
            kind.value: list(words) for kind, words in simulator(vendor).WORDS.items()
        }


async def test_a_real_application_is_told_that_it_is_none(stack: Stack, ci: Ci) -> None:
    real = Ci(stack, await stack.new_app("Really", is_sandbox=False), ci.receiver)
    for method, path, body in (
        ("GET", "/clock", None),
        ("POST", "/clock", {"advance": 60}),
        ("POST", "/accounts", {"vendor": VENDOR}),
    ):
        answer = await real.send(method, path, body)
        assert (answer.status, answer.json["type"]) == (409, "urn:wattlink:problem:not-a-sandbox")


async def test_nobody_without_a_token_comes_in(ci: Ci) -> None:
    ci.app.headers["authorization"] = "Bearer nonsense"
    for path in ("/accounts", "/clock", "/vendors", "/requests"):
        assert (await ci.send("GET", path)).status == 401
    with pytest.raises(Refused):
        await ci.sandbox("POST", "/clock", {"advance": 60})


async def test_where_no_vendors_are_simulated_there_is_nothing(ci: Ci) -> None:
    hub = replace(ci.stack.hub, settings=replace(ci.stack.hub.settings, sandbox_url="", sandbox_key=""))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app(hub))) as client:  # type: ignore[arg-type]
        for path in ("/clock", "/accounts"):
            answer = await client.get(f"http://wattlink{path}", headers=ci.app.headers)
            assert answer.status_code == 404
            assert "without simulated vendors" in answer.json()["detail"]


async def test_a_query_key_that_it_does_not_know_is_named(ci: Ci) -> None:
    with pytest.raises(Refused) as refused:
        await ci.sandbox("GET", "/requests", vendors="easee")
    assert refused.value.status == 400
    (issue,) = refused.value.problem["issues"]
    assert (issue["field"], issue["allowedValues"]) == ("vendors", ["after", "application", "vendor"])


async def test_the_document_is_served(ci: Ci) -> None:
    document = await ci.sandbox("GET", "/openapi.json")
    assert document["servers"] == [{"url": f"{ci.stack.url}/platform/sandbox"}]
    assert "/accounts/{vendor}/{username}/link" in document["paths"]


def _link_body() -> dict[str, Any]:
    scopes = list(clouds()[VENDOR].scopes)
    return {"scopes": scopes, "language": "en-US", "redirectUri": "yourapp://back"}
