"""Roles: some come with the server, others an operator makes, and what every user may stays."""

import re

import pytest

from tests.dialects.evrythng.acting import user_of
from tests.dialects.evrythng.conftest import World
from tests.house.source import ROOT
from wattlink.domain.sharing.roles.model import BASE_PERMISSIONS, DEFAULT

USERS = {"name": "Reader", "type": "userInApp", "version": 2}


async def test_the_predefined_roles_come_first(ours: World) -> None:
    made = await ours.operator.post("/roles", USERS)
    listed = await ours.operator.get("/roles")
    assert [role["id"] for role in listed] == ["admin", "none", "base_app_user", made["id"]]
    assert listed[2]["type"] == "userInApp"
    assert len(made["id"]) == 24


async def test_a_user_sees_the_roles_that_count_for_the_apps_users(ours: World) -> None:
    elsewhere = (await ours.operator.post("/projects", {"name": "Elsewhere"}))["id"]
    await ours.operator.post("/roles", {"name": "Staff"})
    await ours.operator.post("/roles", {**USERS, "name": "There", "scopes": {"projects": [elsewhere]}})
    both = {"projects": [elsewhere, ours.project]}
    here = await ours.operator.post("/roles", {**USERS, "name": "Here", "scopes": both})
    everywhere = await ours.operator.post("/roles", {**USERS, "name": "Everywhere"})
    answer = await (await user_of(ours)).send("GET", "/roles")
    assert answer.headers["x-result-count"] == "5"
    seen = {role["id"]: role for role in answer.json()[3:]}
    assert seen == {everywhere["id"]: everywhere, here["id"]: {**here, "scopes": {"projects": [ours.project]}}}
    assert len(await ours.operator.get("/roles")) == 7


async def test_permissions_are_replaced_but_for_the_default_ones(ours: World) -> None:
    path = f"/roles/{(await ours.operator.post('/roles', USERS))['id']}/permissions"
    before = await ours.operator.get(path)
    assert len(before) >= 5
    assert all(permission["default"] for permission in before)
    after = await ours.operator.put(path, [{"path": "/thngs", "access": "cr"}])
    assert after == [*before, {"path": "/thngs", "access": "cr"}]
    assert await ours.operator.put(path, after) == after
    assert await ours.operator.put(path, []) == before


@pytest.mark.parametrize(
    "permission",
    [
        {"path": "/projects", "access": "r"},
        {"path": "/thngs", "access": "x"},
        {"path": "thngs", "access": "r"},
        {"path": "/thngs", "access": ""},
        {"path": "/thngs"},
    ],
)
async def test_no_role_allows_more_than_users_may_at_all(ours: World, permission: dict[str, str]) -> None:
    path = f"/roles/{(await ours.operator.post('/roles', USERS))['id']}/permissions"
    before = await ours.operator.get(path)
    assert await ours.operator.status("PUT", path, [{"path": "/thngs", "access": "r"}, permission]) == 400
    assert await ours.operator.get(path) == before


def test_what_users_may_is_documented() -> None:
    page = (ROOT / "docs" / "application-users.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(/[^`]+)` \| (.*) \| .*\|$", page, re.MULTILINE))
    most = {permission.path: permission.letters for permission in BASE_PERMISSIONS}  # the last of a path is the widest
    always = {permission.path: f"`{permission.letters}`" for permission in DEFAULT}
    assert rows == {path: f"{always.get(path, '')} | `{letters}`".strip() for path, letters in most.items()}


async def test_an_operators_role_has_permissions_by_name(ours: World) -> None:
    path = f"/roles/{(await ours.operator.post('/roles', {'name': 'staff'}))['id']}/permissions"
    assert [permission["name"] for permission in await ours.operator.get(path)] == ["global_read", "project_read"]
    assert (await ours.operator.get(f"{path}/global_read"))["enabled"] is True
    switched = await ours.operator.put(f"{path}/global_read", {"name": "global_read", "enabled": False})
    assert switched["enabled"] is False
    assert await ours.operator.get(f"{path}/global_read") == switched


async def test_names_are_unique_and_predefined_roles_stay(ours: World, theirs: World) -> None:
    made = await ours.operator.post("/roles", USERS)
    assert await ours.operator.status("POST", "/roles", USERS) == 409
    assert await ours.operator.status("POST", "/roles", {"name": "admin"}) == 409
    assert await theirs.operator.status("POST", "/roles", USERS) == 201
    assert await ours.operator.status("PUT", "/roles/base_app_user", {"name": "mine"}) == 404
    assert await ours.operator.status("DELETE", "/roles/admin") == 404
    assert await theirs.operator.status("GET", f"/roles/{made['id']}") == 404
    await ours.operator.put(f"/roles/{made['id']}", {"description": "updated"})
    assert (await ours.operator.get(f"/roles/{made['id']}"))["description"] == "updated"
    await ours.operator.delete(f"/roles/{made['id']}")
    assert await ours.operator.status("GET", f"/roles/{made['id']}") == 404
