"""Every route with every key that may not use it, and every id with every key to which it isn't."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from psycopg import sql

from tests.dialects.evrythng.acting import UserCaller, lent, named, user_of
from tests.dialects.evrythng.conftest import Caller, World
from wattlink.dialects.evrythng.ids import uuid_of
from wattlink.dialects.evrythng.routes import ROWS, Row
from wattlink.domain.access.model import KeyKind
from wattlink.domain.users.elsewhere.configure import NewService, configure
from wattlink.domain.users.elsewhere.model import ServiceKind

_ROWS = {row.route.operation_id: row for rows in ROWS.values() for row in rows}

_BACK = "https://app.example.com/back"
_BODIES: Mapping[str, Any] = {
    "createApplication": {"name": "Mallory", "socialNetworks": {}},
    "updateAccountAccess": {"role": "admin"},
    "updatePermission": {"name": "global_read", "enabled": False},
    "validateUser": {"activationCode": "aaaaaaaa"},
    "validateUserToo": {"activationCode": "aaaaaaaa"},
    "updateUser": {"firstName": "Mallory"},
    "updateThng": {"name": "Mallory"},
    "updateProduct": {"name": "Mallory"},
    "createActionOnThng": {"type": "scans"},
    "createActionOnProduct": {"type": "scans"},
    "updateOperator": {"firstName": "Mallory"},
    "updatePermissions": [],
    "createProject": {"name": "Mallory"},
    "createUser": {"email": "new@example.com", "password": "wind-and-sun"},
    "logInUser": {"email": "anna@example.com", "password": "wind-and-sun"},
    "logInWithAccess": {"email": "anna@example.com", "password": "wind-and-sun"},
    "logInByFacebook": {"access": {"token": "of-facebook"}},
    "logInByFacebookToo": {"access": {"token": "of-facebook"}},
    "beginSignIn": {"redirectUri": _BACK},
    "exchangeCode": {"code": "a" * 43, "secret": "b" * 43},
    "logInByIdToken": {"idToken": "a.b.c", "nonce": "nonsense"},
    "createRole": {"name": "Mallory"},
    "createThng": {"name": "Mallory"},
    "createProduct": {"name": "Mallory"},
    "createActionType": {"name": "_mallory"},
    "createAccess": {"email": "ben@example.com", "role": "base_app_user"},
    "logOutUser": {},
}


_ANSWERED: Mapping[str, int] = {  # where more than the right key is needed, which other stories bring
    "validateUser": 409,
    "validateUserToo": 409,
    "logInUser": 401,
    "logInWithAccess": 401,
    "logInByFacebook": 403,
    "logInByFacebookToo": 403,
    "exchangeCode": 403,
    "logInByIdToken": 403,
}
_LAST = (
    "deleteAction",
    "deleteDeviceKey",
    "deleteThng",
    "deleteProduct",
    "deleteActionType",
    "deleteAccess",
    "deleteRole",
    "deleteUser",
    "deleteApplication",
    "deleteProject",
    "logOutUser",
)


@dataclass(frozen=True)
class Belongings:
    """One of everything, and the keys of those to whom it is."""

    world: World
    anna: UserCaller
    device: Caller
    ids: Mapping[str, str]
    rows: Mapping[str, tuple[str, UUID | str]]  # table: its key's column is `<table>_id`

    def path(self, row: Row) -> str:
        """The route with our ids in it; an operator's access to an account has the operator's."""
        ids = {**self.ids, "access_id": self.ids["operator_id"]} if "{account_id:" in row.route.path else self.ids
        return row.route.path.replace(":str", "").format(**ids)

    def body(self, row: Row) -> Any:
        """Something that would do."""
        if row.route.method in ("GET", "DELETE"):
            return None
        if row.route.operation_id == "createDeviceKey":
            return {"thngId": self.ids["thng_id"]}
        if row.route.operation_id == "updateActionType":
            return {"description": "Mallory's"}
        if row.route.operation_id == "createAction":
            return {"type": "scans", "thng": self.ids["thng_id"]}
        return _BODIES.get(row.route.operation_id, {"tags": ["mallory"]})

    async def state(self) -> list[Any]:
        """Our rows as they are."""
        found = []
        async with self.world.hub.db.read() as reader:
            for name, (table, key) in sorted(self.rows.items()):
                statement = sql.SQL("SELECT row::text FROM {} AS row WHERE {} = %(key)s").format(
                    sql.Identifier(table), sql.Identifier(name)
                )
                found.append(await reader.all(str, statement.as_string(None), key=key))
        assert all(found)
        return found


@pytest.fixture
async def belongings(ours: World) -> Belongings:
    anna, ben = await named(ours, "anna@example.com"), await named(ours, "ben@example.com")
    role = await ours.operator.post("/roles", {"name": "Reader", "type": "userInApp", "version": 2})
    product = await anna.post("/products", {"name": "Anna's"})
    thng = await anna.post("/thngs", {"name": "Anna's", "product": product["id"]})
    action = await anna.post("/actions/scans", {"type": "scans", "thng": thng["id"]})
    key = await anna.post("/auth/evrythng/thngs", {"thngId": thng["id"]})
    await _offer_sign_in(ours)
    share = await anna.post("/accesses", {"email": "ben@example.com", "role": "base_app_user"})
    operator = (await ours.operator.get("/access"))["actor"]["id"]
    ids = {
        "operator_id": operator,
        "account_id": (await ours.operator.get("/access"))["account"],
        "access_id": share["id"],
        "project_id": ours.project,
        "application_id": ours.application,
        "user_id": anna.id,
        "provider": "main",
        "role_id": role["id"],
        "name": "global_read",
        "thng_id": thng["id"],
        "product_id": product["id"],
        "action_type": "scans",
        "action_id": action["id"],
    }
    rows: dict[str, tuple[str, UUID | str]] = {
        "user_id": ("app_user", anna.user.user_id),
        "share_id": ("share", share["id"]),
        "role_id": ("role", role["id"]),
        "project_id": ("project", uuid_of("project", ours.project)),
        "application_id": ("application", uuid_of("application", ours.application)),
        "record_id": ("record", uuid_of("thng", thng["id"])),
    }
    assert ben.user.email
    return Belongings(ours, anna, ours.caller(key["thngApiKey"]), ids, rows)


async def _offer_sign_in(world: World) -> None:
    """A service of an OpenID provider, which nobody asks here."""
    access = await world.hub.door.access_of(world.trusted.key or "")
    new = NewService(kind=ServiceKind.OIDC, client_id="ours", issuer="https://id.example.com", redirect_uris=(_BACK,))
    async with world.hub.db.transaction() as tx:
        await configure(tx, access, "main", new, vault=world.hub.vault, now=world.hub.clock())


async def callers_of(world: World, email: str) -> dict[KeyKind, Caller]:
    """A key of each kind."""
    user = await named(world, email)
    thng = await user.post("/thngs", {"name": "own"})
    key = await user.post("/auth/evrythng/thngs", {"thngId": thng["id"]})
    return {
        KeyKind.OPERATOR: world.operator,
        KeyKind.APPLICATION: world.public,
        KeyKind.TRUSTED: world.trusted,
        KeyKind.USER: user,
        KeyKind.DEVICE: world.caller(key["thngApiKey"]),
    }


async def test_a_route_is_closed_to_every_kind_of_key_that_it_does_not_name(belongings: Belongings) -> None:
    callers = await callers_of(belongings.world, "carla@example.com")
    before = await belongings.state()
    answered = {
        (name, kind): await callers[kind].status(row.route.method, belongings.path(row), belongings.body(row))
        for name, row in _ROWS.items()
        for kind in KeyKind
        if kind not in row.need.kinds
    }
    assert {call: status for call, status in answered.items() if status != 403} == {}
    assert len(answered) > 100
    assert await belongings.state() == before


@pytest.mark.parametrize("kind", list(KeyKind))
async def test_a_route_is_open_to_every_kind_of_key_that_it_names(belongings: Belongings, kind: KeyKind) -> None:
    """What is there is read and changed first, and ended last, from the inside out."""
    refused, caller = {}, _own_keys(belongings)[kind]
    rows = [row for row in _ROWS.values() if kind in row.need.kinds]
    for row in sorted(rows, key=_place):
        name = row.route.operation_id
        paths = await _for_all(belongings) if kind is KeyKind.APPLICATION else belongings
        answer = await caller.send(row.route.method, await _own_path(paths, row), paths.body(row))
        if answer.status_code != _ANSWERED.get(name, row.route.status):
            refused[name] = (answer.status_code, answer.text[:200])
    assert refused == {}


def _place(row: Row) -> int:
    name = row.route.operation_id
    return 1 + _LAST.index(name) if name in _LAST else 0


async def _own_path(belongings: Belongings, row: Row) -> str:
    """With something of the kind that only this route is about."""
    operator, name = belongings.world.operator, row.route.operation_id
    if name.endswith("Permission"):
        staff = await operator.post("/roles", {"name": name})
        return f"/roles/{staff['id']}/permissions/global_read"
    if name in ("updateActionType", "deleteActionType"):
        made = await belongings.world.trusted.post("/actions", {"name": f"_{name}"})
        if name == "updateActionType":
            await operator.put(f"/actions/{made['name']}", {})
        return f"/actions/{made['name']}"
    which = f"?app={belongings.world.application}" if name == "createUser" else ""
    return belongings.path(row) + which


async def _for_all(belongings: Belongings) -> Belongings:
    """With a thng and a product that are for all users."""
    made = {kind: await belongings.world.trusted.post(f"/{kind}s", {"name": "All's"}) for kind in ("thng", "product")}
    ids = {**belongings.ids, "thng_id": made["thng"]["id"], "product_id": made["product"]["id"]}
    return replace(belongings, ids=ids)


def _own_keys(belongings: Belongings) -> dict[KeyKind, Caller]:
    """Of those to whom it all is; the public key, which is of no user, sees what is for all of them."""
    world = belongings.world
    return {
        KeyKind.OPERATOR: world.operator,
        KeyKind.APPLICATION: world.public,
        KeyKind.TRUSTED: world.trusted,
        KeyKind.USER: belongings.anna,
        KeyKind.DEVICE: belongings.device,
    }


async def test_a_route_is_closed_to_who_has_no_key_or_an_ended_one(belongings: Belongings) -> None:
    nobody, gone = belongings.world.caller(None), await user_of(belongings.world)
    await gone.post("/auth/all/logout")
    for row in _ROWS.values():
        path, body = belongings.path(row), belongings.body(row)
        statuses = [await caller.status(row.route.method, path, body) for caller in (nobody, gone)]
        assert statuses == [401, 403], row.route.operation_id


@pytest.fixture
async def strangers(belongings: Belongings, theirs: World) -> dict[str, Caller]:
    """Whoever has a good key to something else: a user of the same app, another app, another organization.

    And whoever has the app's own public key, with which what is one user's is nobody's.
    """
    ours = belongings.world
    neighbour = await new_world_within(ours)
    found: dict[str, Caller] = {"user of the same app": await named(ours, "mallory@example.com")}
    thng = await found["user of the same app"].post("/thngs", {"name": "own"})
    key = await found["user of the same app"].post("/auth/evrythng/thngs", {"thngId": thng["id"]})
    found["device of the same app"] = ours.caller(key["thngApiKey"])
    for name, world in (("neighbour", neighbour), ("theirs", theirs)):
        for kind, caller in (await callers_of(world, "mallory@example.com")).items():
            found[f"{name} {kind}"] = caller
    del found["neighbour operator"]  # who is ours
    return found


async def new_world_within(ours: World) -> World:
    """Another application of the same organization, in a project of its own."""
    project = (await ours.operator.post("/projects", {"name": "neighbour"}))["id"]
    made = await ours.operator.post(f"/projects/{project}/applications", {"name": "neighbour", "socialNetworks": {}})
    secret = await ours.operator.get(f"/projects/{project}/applications/{made['id']}/secretKey")
    return World(
        hub=ours.hub,
        app=ours.app,
        organization_id=ours.organization_id,
        operator=ours.operator,
        project=project,
        application=made["id"],
        public=ours.caller(made["appApiKey"]),
        trusted=ours.caller(secret["secretApiKey"]),
    )


def _with_ids() -> Iterator[Row]:
    for row in _ROWS.values():
        if "{" in row.route.path.replace("{action_type:str}", "").replace("{name:str}", ""):
            yield row


def _of_the_app(row: Row, belongings: Belongings) -> dict[str, Caller]:
    """The app's own public key, where something of a user's is asked for that isn't about coming in."""
    is_of_a_record = any(f"{{{name}:" in row.route.path for name in ("thng_id", "product_id", "action_id"))
    return {"public key of the app": belongings.world.public} if is_of_a_record else {}


def _ids_hidden_from(name: str) -> list[str]:
    """The ids of ours that this stranger's lists don't show; who is of the app knows it, and neighbours our roles."""
    hidden = ["user_id", "thng_id", "product_id", "action_id", "access_id"]
    if name.endswith("of the same app"):
        return hidden
    hidden += ["application_id", "project_id"]
    return [*hidden, "role_id", "account_id", "operator_id"] if name.startswith("theirs") else hidden


async def test_no_id_of_ours_opens_anything_to_a_stranger(belongings: Belongings, strangers: dict[str, Caller]) -> None:
    before = await belongings.state()
    wrong = {}
    for row in _with_ids():
        for name, caller in {**strangers, **_of_the_app(row, belongings)}.items():
            answer = await caller.send(row.route.method, belongings.path(row), belongings.body(row))
            if answer.status_code not in (403, 404) or _tells(answer, belongings):
                wrong[(row.route.operation_id, name)] = (answer.status_code, answer.text[:200])
    assert wrong == {}
    assert await belongings.state() == before


async def test_no_list_shows_anything_of_ours_to_a_stranger(
    belongings: Belongings, strangers: dict[str, Caller]
) -> None:
    shown, read = {}, 0
    for row in _ROWS.values():
        if row.route.method != "GET" or "{" in row.route.path.replace("{action_type:str}", ""):
            continue
        for name, caller in strangers.items():
            answer = await caller.send("GET", belongings.path(row) + "?withScopes=true&perPage=100")
            told = [kind for kind in _ids_hidden_from(name) if belongings.ids[kind] in answer.text]
            if told or _tells(answer, belongings):
                shown[(row.route.operation_id, name)] = told
            read += answer.status_code == 200
    assert (shown, read > 50) == ({}, True), read


async def test_ids_in_a_body_open_nothing_either(belongings: Belongings, strangers: dict[str, Caller]) -> None:
    before = await belongings.state()
    thng_id = belongings.ids["thng_id"]
    for name, caller in strangers.items():
        for path, body in (
            ("/auth/evrythng/thngs", {"thngId": thng_id}),
            ("/actions/scans", {"type": "scans", "thng": thng_id}),
            ("/actions/all", {"type": "scans", "product": belongings.ids["product_id"]}),
        ):
            assert await caller.status("POST", path, body) in (400, 403, 404), (name, path)
    assert await belongings.state() == before


async def test_a_lent_key_does_nothing_that_is_only_the_owners_own(belongings: Belongings) -> None:
    ben = await named(belongings.world, "dora@example.com")
    key = await lent(belongings.world, belongings.anna, ben)
    before = await belongings.state()
    for row in _ROWS.values():
        if row.need.own_only and KeyKind.USER in row.need.kinds:
            status = await key.status(row.route.method, belongings.path(row), belongings.body(row))
            assert status == 403, row.route.operation_id
    assert await belongings.state() == before
    assert await key.status("GET", f"/thngs/{belongings.ids['thng_id']}") == 200


def _tells(answer: httpx.Response, belongings: Belongings) -> bool:
    """Whether a refusal says more than that there is nothing."""
    return any(text in answer.text for text in ("Anna's", "anna@example.com", belongings.anna.key or ""))
