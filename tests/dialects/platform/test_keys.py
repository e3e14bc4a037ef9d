"""Keys rotate without a gap, and an ended one is dead at once; the same goes for operators' tokens."""

import asyncio

import pytest
from litestar import Litestar

from tests.dialects.platform.conftest import Caller, Organization
from tests.support.clock import StillClock
from wattlink.base.ids import new_id
from wattlink.dialects.enode.app import make_app as make_enode_app
from wattlink.domain.errors import NotAuthenticated
from wattlink.domain.organizations.authenticate import Authenticator
from wattlink.wiring import Hub


async def test_a_key_rotates_without_a_gap(
    hub: Hub, clock: StillClock, operator: Caller, application: Caller, ours: Organization
) -> None:
    keys = f"/applications/{ours.application.application_id}/keys"
    enode = Caller(make_enode_app(hub), application.token)
    assert (await enode.get("/users")).status_code == 200
    answer = await operator.post(keys, {"name": "March"})
    assert answer.status_code == 201
    new = answer.json()
    assert new["clientSecret"].startswith("wls_")
    newer = Caller(make_enode_app(hub), (await hub.authenticator.issue(new["clientId"], new["clientSecret"])).token)
    assert (await newer.get("/users")).status_code == 200
    assert (await enode.get("/users")).status_code == 200

    clock.forward(minutes=5)
    hub.authenticator.forget()
    assert (await newer.get("/users")).status_code == 200
    listed = (await operator.get(keys)).json()["data"]
    assert [(key["name"], key["clientId"]) for key in listed] == [
        ("first", str(ours.application.client_id)),
        ("March", new["clientId"]),
    ]
    assert listed[1]["lastUsedAt"] > listed[0]["lastUsedAt"]
    assert new["clientSecret"] not in (await operator.get(keys)).text

    assert (await operator.delete(f"{keys}/{ours.application.client_id}")).status_code == 204
    assert (await enode.get("/users")).status_code == 401
    assert (await newer.get("/users")).status_code == 200
    assert [key["name"] for key in (await operator.get(keys)).json()["data"]] == ["March"]
    assert (await operator.delete(f"{keys}/{ours.application.client_id}")).status_code == 404


async def test_a_key_that_ends_in_another_process_is_dead_within_a_second(
    hub: Hub, clock: StillClock, operator: Caller, application: Caller, ours: Organization
) -> None:
    elsewhere = Authenticator(db=hub.db, clock=clock)
    await elsewhere.access_of(application.token)
    path = f"/applications/{ours.application.application_id}/keys/{ours.application.client_id}"
    assert (await operator.delete(path)).status_code == 204
    assert (await application.get("/application")).status_code == 401
    await asyncio.sleep(1.0)
    with pytest.raises(NotAuthenticated):
        await elsewhere.access_of(application.token)


async def test_another_application_s_key_is_an_unknown_one(operator: Caller, ours: Organization) -> None:
    made = (await operator.post("/applications", {"name": "Second"})).json()
    keys = f"/applications/{ours.application.application_id}/keys"
    for client_id in (made["clientId"], str(new_id()), "none"):
        assert (await operator.delete(f"{keys}/{client_id}")).status_code == 404
    theirs = await operator.get(f"/applications/{made['application']['id']}/keys")
    assert [key["name"] for key in theirs.json()["data"]] == ["first"]


async def test_keys_have_an_end(operator: Caller, ours: Organization) -> None:
    keys = f"/applications/{ours.application.application_id}/keys"
    for number in range(49):
        assert (await operator.post(keys, {"name": f"{number}"})).status_code == 201
    refused = await operator.post(keys, {"name": "one too many"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:wattlink:problem:still-in-use")


async def test_operators_make_and_end_each_other_s_tokens(
    app: Litestar, operator: Caller, ours: Organization, theirs: Organization
) -> None:
    made = (await operator.post("/operator-tokens", {"name": "CI"})).json()
    assert made["token"].startswith("wlo")
    colleague = Caller(app, made["token"])
    listed = (await colleague.get("/operator-tokens")).json()["data"]
    assert [(token["name"], token["isOwn"]) for token in listed] == [("console", False), ("CI", True)]
    assert made["token"] not in (await colleague.get("/operator-tokens")).text
    assert (await theirs.operator.delete(f"/operator-tokens/{made['id']}")).status_code == 404
    assert (await colleague.get("/organization")).json()["name"] == "Voltly"
    assert (await operator.delete(f"/operator-tokens/{made['id']}")).status_code == 204
    assert (await colleague.get("/organization")).status_code == 401
    assert (await operator.delete(f"/operator-tokens/{made['id']}")).status_code == 404


async def test_an_organization_is_renamed(operator: Caller, theirs: Organization) -> None:
    assert (await operator.patch("/organization", {"name": "Volt & Sons"})).json()["name"] == "Volt & Sons"
    assert (await operator.get("/organization")).json()["name"] == "Volt & Sons"
    assert (await theirs.operator.get("/organization")).json()["name"] == "Amply"
    refused = await operator.patch("/organization", {"name": " "})
    assert [issue["field"] for issue in refused.json()["issues"]] == ["name"]
