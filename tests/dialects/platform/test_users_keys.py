"""What a user's own key opens here: that user's link sessions, and nothing else. A lent key opens nothing."""

import asyncio
from typing import Any

import psycopg
import pytest
from litestar import Litestar

from tests.dialects.evrythng.acting import UserCaller, key_of, user_of
from tests.dialects.evrythng.conftest import World, new_world
from tests.dialects.platform.conftest import Caller
from wattlink.dialects.evrythng.ids import uuid_of
from wattlink.dialects.registry import DIALECTS
from wattlink.wiring import Hub

_ASKED = {"scopes": ["vehicle:read:data"], "redirectUri": "yourapp://done"}


@pytest.fixture
async def evrythng(hub: Hub) -> World:
    """An application whose users have keys."""
    return await new_world(hub, DIALECTS["evrythng"](hub), "Tracely")


def here(app: Litestar, caller: Any) -> Caller:
    """The same key, at this API."""
    return Caller(app, caller.key)


def external_id(user: UserCaller) -> str:
    return user.user.external_id


async def test_a_user_starts_and_reads_its_own_link_sessions(app: Litestar, evrythng: World) -> None:
    ada, bob = await user_of(evrythng), await user_of(evrythng)
    answer = await here(app, ada).post("/link-sessions", _ASKED)
    assert answer.status_code == 201, answer.text
    session = answer.json()["linkSession"]
    assert session["userId"] == external_id(ada)
    assert (await here(app, ada).post("/link-sessions", {**_ASKED, "userId": external_id(ada)})).status_code == 201
    assert (await here(app, ada).post("/link-sessions", {**_ASKED, "userId": external_id(bob)})).status_code == 403
    assert (await here(app, ada).post("/link-sessions", {**_ASKED, "userId": "somebody new"})).status_code == 403

    path = f"/link-sessions/{session['id']}"
    assert (await here(app, ada).get(path)).json() == session
    assert len((await here(app, ada).get("/link-sessions")).json()["data"]) == 2
    assert (await here(app, bob).get("/link-sessions")).json()["data"] == []
    assert (await here(app, bob).get("/link-sessions", userId=external_id(ada))).json()["data"] == []
    confirmation = {"linkCode": "x", "userId": external_id(bob)}
    for answer in (await here(app, bob).get(path), await here(app, bob).post(f"{path}/cancel")):
        assert answer.status_code == 404
    assert (await here(app, bob).post(f"{path}/confirm", confirmation)).status_code == 404
    assert (await here(app, ada).post(f"{path}/confirm", confirmation)).status_code == 403  # in another's name
    refused = await here(app, ada).post(f"{path}/confirm", {"linkCode": "x"})
    assert refused.json()["type"].endswith("wrong-link-code")
    assert (await here(app, ada).post(f"{path}/cancel")).json()["state"] == "cancelled"


async def test_where_the_app_confirms_no_user_does_without(app: Litestar, evrythng: World) -> None:
    """Who has a user's key may send the link to somebody else: T1 of the threat model."""
    ada, operator = await user_of(evrythng), here(app, evrythng.operator)
    application = f"/applications/{uuid_of('application', evrythng.application)}"
    assert (await operator.patch(application, {"linkBinding": "confirm"})).status_code == 200
    for asked in (_ASKED, {**_ASKED, "redirectUri": "https://evil.example/code"}):  # nowhere is said who may be told
        assert (await here(app, ada).post("/link-sessions", asked)).status_code == 403
    assert (await operator.patch(application, {"redirectUris": [_ASKED["redirectUri"]]})).status_code == 200
    made = await here(app, ada).post("/link-sessions", _ASKED)
    assert made.json()["linkSession"]["linkBinding"] == "confirm"
    weaker = {**_ASKED, "linkBinding": "browser"}
    assert (await here(app, ada).post("/link-sessions", weaker)).status_code == 403
    elsewhere = {**_ASKED, "redirectUri": "https://evil.example/code"}
    assert (await here(app, ada).post("/link-sessions", elsewhere)).status_code == 400
    by_the_server = await here(app, evrythng.trusted).post("/link-sessions", {**weaker, "userId": external_id(ada)})
    assert by_the_server.json()["linkSession"]["linkBinding"] == "browser"


async def test_a_user_who_leaves_at_this_moment_is_not_made_again(app: Litestar, evrythng: World, dsn: str) -> None:
    ada = await user_of(evrythng)
    async with await psycopg.AsyncConnection.connect(dsn) as leaving:
        assert (await here(app, ada).get("/link-sessions")).status_code == 200  # the key is known for a second
        await leaving.execute("DELETE FROM share")
        await leaving.execute("DELETE FROM app_user")
        asking = asyncio.create_task(here(app, ada).post("/link-sessions", _ASKED))
        await asyncio.wait([asking], timeout=0.5)
    assert (await asking).status_code == 404
    async with evrythng.hub.db.read() as reader:
        assert await reader.one(int, "SELECT count(*) FROM app_user") == 0


async def test_a_lent_key_opens_no_link_session(hub: Hub, app: Litestar, evrythng: World) -> None:
    ada, bob = await user_of(evrythng), await user_of(evrythng)
    session = (await here(app, ada).post("/link-sessions", _ASKED)).json()["linkSession"]
    lent = Caller(app, await key_of(hub, ada.user, bob.user))
    path = f"/link-sessions/{session['id']}"
    answers = [
        await lent.post("/link-sessions", _ASKED),
        await lent.get("/link-sessions"),
        await lent.get(path),
        await lent.post(f"{path}/confirm", {"linkCode": "x", "userId": external_id(ada)}),
        await lent.post(f"{path}/cancel"),
        await lent.post("/devices/00000000-0000-7000-8000-000000000000/link-sessions", {"redirectUri": "a://b"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert (await here(app, ada).get(path)).json() == session


async def test_keys_of_users_apps_and_devices_open_nothing_else(app: Litestar, evrythng: World) -> None:
    ada = await user_of(evrythng)
    thng = await ada.post("/thngs", {"name": "Kettle"})
    device = evrythng.caller((await ada.post("/auth/evrythng/thngs", {"thngId": thng["id"]}))["thngApiKey"])
    paths = ("/accounts", "/webhooks", "/events", "/vendors", "/application", "/applications", "/operator-tokens")
    for caller in (ada, evrythng.public, device):
        for path in paths:
            assert (await here(app, caller).get(path)).status_code == 403, path
    for caller in (evrythng.public, device):
        assert (await here(app, caller).get("/link-sessions")).status_code == 403
        assert (await here(app, caller).post("/link-sessions", {**_ASKED, "userId": "kari"})).status_code == 403
    assert (await Caller(app, "wlk" + "a" * 77).get("/link-sessions")).status_code == 401


async def test_an_applications_trusted_key_is_the_application(app: Litestar, evrythng: World) -> None:
    made = await here(app, evrythng.trusted).post("/link-sessions", {**_ASKED, "userId": "kari"})
    assert made.status_code == 201
    assert (await here(app, evrythng.trusted).post("/link-sessions", _ASKED)).status_code == 400
    assert (await here(app, evrythng.trusted).get("/accounts")).json()["data"] == []


async def test_an_operator_ends_an_applications_public_and_trusted_key(app: Litestar, evrythng: World) -> None:
    operator = here(app, evrythng.operator)
    application = f"/applications/{uuid_of('application', evrythng.application)}"
    ada = await user_of(evrythng)
    secret = f"/projects/{evrythng.project}/applications/{evrythng.application}/secretKey"
    assert (await operator.delete(f"{application}/access-keys/trusted")).status_code == 204
    assert await evrythng.trusted.status("GET", "/access") == 403
    assert (await here(app, evrythng.trusted).get("/accounts")).status_code == 401
    renewed = (await evrythng.operator.get(secret))["secretApiKey"]
    assert renewed != evrythng.trusted.key
    assert await evrythng.caller(renewed).status("GET", "/access") == 200
    assert await evrythng.public.status("GET", "/access") == 200
    assert (await operator.delete(f"{application}/access-keys/public")).status_code == 204
    assert await evrythng.public.status("GET", "/access") == 403
    assert await ada.status("GET", "/access") == 200
    for kind in ("public", "user", "nonsense"):
        assert (await operator.delete(f"{application}/access-keys/{kind}")).status_code == 404
    assert (await here(app, evrythng.caller(renewed)).delete(f"{application}/access-keys/trusted")).status_code == 403
