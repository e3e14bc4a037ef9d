"""Operators make projects and applications, whose keys say whose they are."""

import asyncio
import re
from urllib.parse import quote

import pytest

from tests.dialects.evrythng.acting import user_of
from tests.dialects.evrythng.conftest import Caller, Refused, World
from wattlink.dialects.evrythng.ids import uuid_of
from wattlink.dialects.registry import DIALECTS


async def test_every_key_is_told_whose_it_is(ours: World) -> None:
    operator = await ours.operator.get("/access")
    assert operator["actor"]["type"] == "operator"
    for caller in (ours.public, ours.trusted):
        found = await caller.get("/access")
        assert found["actor"] == {"type": "app", "id": ours.application}
        assert (found["account"], found["project"]) == (operator["account"], ours.project)
        assert re.fullmatch("[A-Za-z0-9]{80}", caller.key or "")


@pytest.mark.parametrize("form", ["{key}", "Token {key}", "Bearer {key}", "bearer  {key}"])
async def test_a_key_is_taken_in_every_form_of_the_header(ours: World, form: str) -> None:
    header = {"authorization": form.format(key=ours.public.key)}
    assert (await ours.caller(None).http.get("/access", headers=header)).status_code == 200


async def test_a_key_is_taken_from_the_query_and_unknown_keys_of_it_are_passed_over(ours: World) -> None:
    nobody = ours.caller(None)
    assert await nobody.status("GET", f"/access?perPage=30&&foo=&access_token={ours.public.key}") == 200
    assert await ours.public.status("GET", "/access/?perPage=30&") == 200


async def test_no_key_is_401_and_a_wrong_one_403_in_evrythngs_words(ours: World) -> None:
    with pytest.raises(Refused) as caught:
        await ours.caller(None).get("/access")
    assert caught.value.status == 401
    assert set(caught.value.body) == {"status", "errors", "moreInfo"}
    for key in ("wlk" + "a" * 77, "wlo" + "a" * 77, "x", "wlo_" + "a" * 43):
        assert await ours.caller(key).status("GET", "/access") == 403


async def test_projects_are_made_changed_listed_and_deleted(ours: World) -> None:
    made = await ours.operator.post("/projects", {"name": "test", "tags": ["a"], "customFields": {"A": None, "b": 1}})
    assert await ours.operator.get(f"/projects/{made['id']}") == made
    changed = await ours.operator.put(f"/projects/{made['id']}", {"tags": ["updated"]})
    assert (changed["name"], changed["tags"]) == ("test", ["updated"])
    assert [found["id"] for found in await ours.operator.get("/projects?filter=name%3Dtest")] == [made["id"]]
    answer = await ours.operator.send("GET", "/projects?perPage=1")
    assert answer.headers["x-result-count"] == "3"
    assert re.fullmatch(r"<http%3A%2F%2Fapi%2Fprojects%3F[^<>:/?&]+page%3D2>; rel=\"next\"", answer.headers["link"])
    assert await ours.operator.delete(f"/projects/{made['id']}") is None
    assert await ours.operator.status("GET", f"/projects/{made['id']}") == 404


async def test_null_takes_a_field_away_of_all_that_operators_administer(ours: World) -> None:
    role = await ours.operator.post("/roles", {"name": "Reader", "type": "userInApp", "version": 2, "tags": None})
    new = await ours.operator.post("/projects", {"name": "Bare", "description": None})
    assert "tags" not in role
    assert "description" not in new
    said = {"description": "x", "tags": ["a"], "customFields": {"b": 1}}
    project = f"/projects/{ours.project}"
    for path in (project, f"{project}/applications/{ours.application}", f"/roles/{role['id']}"):
        assert said.items() <= (await ours.operator.put(path, said)).items()
        left = await ours.operator.put(path, {"description": None, "customFields": None, "scopes": None})
        assert left == await ours.operator.get(path)
        assert left.keys() & said.keys() == {"tags"}
        assert await ours.operator.status("PUT", path, {"name": None}) == 400


async def test_lists_are_filtered_by_what_json_writes(ours: World) -> None:
    await ours.operator.put(f"/projects/{ours.project}", {"customFields": {"live": True, "floor": 2}})
    for condition, found in (("live=true", 1), ("live=false", 0), ("live=True", 0), ("floor=2", 1), ("floor>1", 1)):
        assert len(await ours.operator.get(f"/projects?filter=customFields.{quote(condition)}")) == found


async def test_an_application_is_the_same_for_operators_and_by_its_own_keys(ours: World) -> None:
    path = f"/projects/{ours.project}/applications/{ours.application}"
    shown = await ours.operator.get(path)
    assert await ours.public.get("/applications/me") == shown
    assert await ours.trusted.get("/applications/me") == shown
    assert (await ours.trusted.put("/applications/me", {"tags": ["x"]}))["tags"] == ["x"]
    assert await ours.public.status("PUT", "/applications/me", {"tags": ["y"]}) == 403
    assert [found["id"] for found in await ours.operator.get(f"/projects/{ours.project}/applications")] == [shown["id"]]


async def test_applications_are_listed_filtered_and_paged(ours: World) -> None:
    path = f"/projects/{ours.project}/applications"
    made = await ours.operator.post(path, {"name": "Amply", "socialNetworks": {}, "tags": ["beta"]})
    assert await ours.operator.get(f"{path}?filter=tags%3Dbeta") == [made]
    answer = await ours.operator.send("GET", f"{path}?perPage=1&withScopes=true")
    assert (answer.headers["x-result-count"], "link" in answer.headers) == ("2", True)
    assert answer.json() == [{**made, "scopes": {"users": [], "projects": [ours.project]}}]
    assert (await ours.public.get("/applications/me?withScopes=true"))["scopes"]["projects"] == [ours.project]
    assert {found["id"] for found in await ours.operator.get("/applications")} == {made["id"], ours.application}


async def test_a_secret_of_a_social_network_is_never_shown_again(ours: World) -> None:
    path = f"/projects/{ours.project}/applications/{ours.application}"
    networks = {"facebook": {"appId": "1234", "appSecret": "hush"}}
    await ours.operator.put(path, {"socialNetworks": networks})
    assert (await ours.public.get("/applications/me"))["socialNetworks"] == {"facebook": {"appId": "1234"}}


async def test_the_keys_of_a_deleted_application_are_dead(ours: World) -> None:
    path = f"/projects/{ours.project}/applications/{ours.application}"
    assert await ours.public.status("GET", "/access") == 200
    await ours.operator.delete(path)
    assert [await ours.operator.status("GET", path), await ours.public.status("GET", "/access")] == [404, 403]


async def test_the_keys_of_an_application_that_is_deleted_elsewhere_are_dead_at_once(ours: World) -> None:
    platform = Caller(DIALECTS["platform"](ours.hub), f"Bearer {ours.operator.key}")
    assert await ours.public.status("GET", "/access") == 200
    assert await platform.status("DELETE", f"/applications/{uuid_of('application', ours.application)}") == 204
    assert await ours.public.status("GET", "/access") == 403


async def test_another_organizations_projects_and_applications_are_not_there(ours: World, theirs: World) -> None:
    for path in (f"/projects/{ours.project}", f"/projects/{ours.project}/applications/{ours.application}/secretKey"):
        assert await theirs.operator.status("GET", path) == 404
        assert await ours.public.status("GET", path) == 403
    assert await theirs.operator.status("DELETE", f"/projects/{ours.project}") == 404
    assert await ours.operator.status("GET", f"/projects/{ours.project}") == 200


async def test_an_operator_says_who_it_is(ours: World, theirs: World) -> None:
    own_id = (await ours.operator.get("/access"))["actor"]["id"]
    said = await ours.operator.put(f"/operators/{own_id}", {"firstName": "Ada", "customFields": {"floor": 3}})
    assert (said["firstName"], said["customFields"]) == ("Ada", {"floor": 3})
    assert await ours.operator.get(f"/operators/{own_id}") == said
    left = await ours.operator.put(f"/operators/{own_id}", {**said, "firstName": None, "customFields": None})
    assert left == {**{name: said[name] for name in ("id", "createdAt", "updatedAt")}, "firstName": "console"}
    assert await theirs.operator.status("GET", f"/operators/{own_id}") == 404
    (account,) = await ours.operator.get("/accounts")
    (access,) = await ours.operator.get(f"/accounts/{account['id']}/accesses")
    assert access["apiKey"] == ours.operator.key


async def test_a_body_that_cannot_be_used_says_which_field(ours: World) -> None:
    with pytest.raises(Refused) as caught:
        await ours.operator.post("/projects", {"colour": "x", "tags": "no"})
    assert caught.value.status == 400
    assert [error.partition(":")[0] for error in caught.value.body["errors"]] == ["name", "tags", "colour"]


async def test_changes_of_one_thing_at_the_same_moment_are_all_kept(ours: World) -> None:
    application = f"/projects/{ours.project}/applications/{ours.application}"
    operator = f"/operators/{(await ours.operator.get('/access'))['actor']['id']}"
    said = {
        application: {"description": "d", "tags": ["t"], "customFields": {"a": 1}, "defaultUrl": "https://x.example"},
        operator: {"firstName": "Ada", "lastName": "Berg", "email": "ada@example.com", "customFields": {"a": 1}},
    }
    for path, fields in said.items():
        for _ in range(3):
            await ours.operator.put(path, {"customFields": {}, "tags": []} if path == application else {"lastName": ""})
            await asyncio.gather(*(ours.operator.put(path, {name: value}) for name, value in fields.items()))
            shown = await ours.operator.get(path)
            assert {name: shown[name] for name in fields} == fields


async def test_an_application_goes_although_people_still_sign_up(ours: World) -> None:
    is_gone = asyncio.Event()

    async def sign_up() -> int:
        status = 201
        while not is_gone.is_set() and status == 201:
            status = await ours.public.status("POST", "/auth/evrythng/users?anonymous=true")
        return status

    for _ in range(55):  # more than leave at once
        await user_of(ours)
    coming = asyncio.gather(*(sign_up() for _ in range(4)))
    path = f"/projects/{ours.project}/applications/{ours.application}"
    assert await ours.operator.status("DELETE", path) == 200
    is_gone.set()
    assert set(await coming) <= {201, 403, 404}
    assert await ours.operator.status("GET", path) == 404
