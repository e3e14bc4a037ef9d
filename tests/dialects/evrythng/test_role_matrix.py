"""Every route that a user's key opens, with what its role must allow: that and nothing else makes the difference."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.evrythng.acting import UserCaller, lent, named, user_of
from tests.dialects.evrythng.conftest import World
from wattlink.dialects.evrythng.routes import ROWS, Row
from wattlink.domain.access.model import KeyKind
from wattlink.domain.access.permissions import LETTERS, may
from wattlink.domain.sharing.roles.model import BASE_PERMISSIONS, DEFAULT

_LETTERS = {"POST": "c", "GET": "r", "PUT": "u", "DELETE": "d"}
_WITHOUT_ROLE = {"getAccess", "getRateLimits", "logOutUser"}
_BODIES = {
    "createDeviceKey": "thng",
    "createAction": "action",
    "createActionOnThng": "action",
    "createActionOnProduct": "action",
    "createThng": "named",
    "createProduct": "named",
}


def users_rows() -> Iterator[Row]:
    for rows in ROWS.values():
        for row in rows:
            if KeyKind.USER in row.need.kinds and row.route.operation_id not in _WITHOUT_ROLE:
                yield row


class Owner:
    """A user with one of everything, and what the routes need of it."""

    def __init__(self, user: UserCaller, ids: dict[str, str]) -> None:
        self.user = user
        self.ids = ids

    def path(self, row: Row) -> str:
        return row.route.path.replace(":str", "").format(**self.ids)

    def body(self, row: Row) -> Any:
        action = {"type": "scans", "thng": self.ids["thng_id"]}
        if row.route.operation_id.endswith(("OnThng", "OnProduct")):
            action = {"type": "scans"}
        known = {"thng": {"thngId": self.ids["thng_id"]}, "action": action, "named": {"name": "New"}}
        if row.route.method in ("GET", "DELETE"):
            return None
        return known.get(_BODIES.get(row.route.operation_id, ""), {"tags": ["new"]})


@pytest.fixture
async def owner(ours: World) -> Owner:
    anna = await named(ours, "anna@example.com")
    thng = await anna.post("/thngs", {"name": "Anna's"})
    product = await anna.post("/products", {"name": "Anna's"})
    action = await anna.post("/actions/scans", {"type": "scans", "thng": thng["id"]})
    share = (await anna.get("/accesses"))[0]
    ids = {
        "user_id": anna.id,
        "thng_id": thng["id"],
        "product_id": product["id"],
        "action_type": "scans",
        "action_id": action["id"],
        "access_id": share["id"],
    }
    return Owner(anna, ids)


async def test_a_lent_key_may_do_what_its_role_allows_and_nothing_else(ours: World, owner: Owner) -> None:
    role = await _role(ours)
    key = await lent(ours, owner.user, await user_of(ours), role)
    wrong = {}
    for row in users_rows():
        needed = _needed(row)
        if needed is None or row.need.own_only:
            continue
        path, letter = needed
        others = "".join(set(LETTERS) - {letter})
        await _allow(ours, role, path, others)
        without = await key.status(row.route.method, owner.path(row), owner.body(row))
        await _allow(ours, role, path, letter)
        allowed = await key.status(row.route.method, owner.path(row), owner.body(row))
        if (without == 403) == may(DEFAULT, path, letter) or allowed not in (200, 201, 204, 400, 404, 409):
            wrong[row.route.operation_id] = (without, allowed)
    assert wrong == {}


async def test_base_users_may_use_every_route_that_users_have(ours: World, owner: Owner) -> None:
    for row in users_rows():
        needed = _needed(row)
        assert needed is not None, row.route.operation_id
        assert may(BASE_PERMISSIONS, *needed), row.route.operation_id


async def test_scope_comes_after_permission(ours: World, owner: Owner) -> None:
    role = await _role(ours)
    nothing = await lent(ours, owner.user, await user_of(ours), role)
    base = await lent(ours, owner.user, await user_of(ours))
    foreign = (await (await user_of(ours)).post("/thngs", {"name": "another's"}))["id"]
    for path in (f"/thngs/{foreign}", "/thngs/nonsense", f"/actions/scans/{foreign}"):
        assert await nothing.status("GET", path) == 403, path
        assert await base.status("GET", path) == 404, path


def _needed(row: Row) -> tuple[str, str] | None:
    """Where, and which letter; actions are a place of their own wherever they are made and read."""
    name = row.route.operation_id
    if row.need.by_role:
        return "/" + row.route.path.split("/{")[0].strip("/"), _LETTERS[row.route.method]
    return ("/actions", _LETTERS[row.route.method]) if "ActionOn" in name or "ActionsOn" in name else None


async def _role(world: World) -> str:
    made = await world.operator.post("/roles", {"name": "Lent", "type": "userInApp", "version": 2})
    role: str = made["id"]
    return role


async def _allow(world: World, role: str, path: str, letters: str) -> None:
    """The role allows some letters at a path, as far as anybody may."""
    known = "".join(letter for letter in letters if may(BASE_PERMISSIONS, path, letter))
    permissions = [{"path": path, "access": known}] if known else []
    await world.operator.put(f"/roles/{role}/permissions", permissions)
