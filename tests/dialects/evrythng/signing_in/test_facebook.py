"""Users who sign in with Facebook: the same user each time, nobody without Facebook's word, nobody taken over."""

import asyncio
from typing import Any

from tests.dialects.evrythng.conftest import World
from tests.dialects.evrythng.signing_in.conftest import give_facebook
from tests.support.answering import Answering
from tests.support.graph import APP_ID, StubGraph
from wattlink.base.ids import KEY_LENGTH
from wattlink.dialects.evrythng.ids import uuid_of
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.users import store as users
from wattlink.domain.users.logins import store as logins
from wattlink.domain.users.model import AppUser, Login

PATHS = ("/auth/facebook", "/auth/evrythng/facebook", "/auth/facebook/")
PASSWORD = "correct horse 1"
_ADA: dict[str, Any] = {
    "email": "Ada@example.com",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "birthday": "12/10/1915",
}


def access_of(world: World) -> Access:
    return Access(applications=(uuid_of("application", world.application),))  # type: ignore[arg-type]


async def user_of(world: World, shown: str) -> AppUser:
    async with world.hub.db.read() as reader:
        return await logins.get(reader, access_of(world), UserId(uuid_of("user", shown)))


async def number_of_users(world: World) -> int:
    async with world.hub.db.read() as reader:
        return await users.count(reader, access_of(world))


async def sign_up_by_password(world: World, email: str) -> str:
    """A user who isn't active yet."""
    new = {"email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace"}
    return str((await world.public.post("/auth/evrythng/users", new))["evrythngUser"])


async def test_a_person_is_the_same_user_each_time(ours: World, graph: StubGraph) -> None:
    await give_facebook(ours)
    graph.sign_in("first", "1020", **_ADA)
    graph.sign_in("second", "1020", first_name="Countess")
    made = await ours.public.post("/auth/facebook", {"access": {"token": "first", "expires": 1406985261943}})
    key = made.pop("evrythngApiKey")
    assert made == {
        "socialNetwork": "facebook",
        "access": {"token": "first", "expires": 1406985261943},
        "socialNetworkId": "1020",
        "appId": APP_ID,
        "evrythngUser": made["evrythngUser"],
    }
    assert len(key) == KEY_LENGTH
    actor = (await ours.caller(key).get("/access"))["actor"]
    assert actor == {"type": "userInApp", "id": made["evrythngUser"]}
    for path in PATHS:
        again = await ours.trusted.post(path, {"access": {"token": "second"}})
        assert again["evrythngUser"] == made["evrythngUser"]
    user = await user_of(ours, made["evrythngUser"])
    assert (user.login, user.email, user.first_name) == (Login.ACTIVE, "Ada@example.com", "Ada")
    assert user.profile == {"birthday": {"day": 10, "month": 12, "year": 1915}}
    assert user.external_id == made["evrythngUser"]


async def test_when_a_token_expires_is_told_where_the_app_does_not_say(ours: World, graph: StubGraph) -> None:
    await give_facebook(ours)
    ends = int(ours.hub.clock().timestamp()) + 3600
    graph.sign_in("an hour", "1", debug={"expires_at": ends})
    graph.sign_in("for ever", "1")
    told = await ours.public.post("/auth/facebook", {"access": {"token": "an hour"}})
    assert told["access"] == {"token": "an hour", "expires": ends * 1000}
    told = await ours.public.post("/auth/facebook", {"access": {"token": "for ever"}})
    assert told["access"] == {"token": "for ever"}


async def test_without_facebooks_word_nobody_is_made(ours: World, graph: StubGraph) -> None:
    body = {"access": {"token": "token"}}
    assert await ours.public.status("POST", "/auth/facebook", body) == 403  # no Facebook app at all
    path = await give_facebook(ours)
    assert await ours.public.status("POST", "/auth/facebook", body) == 403
    graph.sign_in("token", "1", debug={"app_id": "another"})
    answer = await ours.public.send("POST", "/auth/facebook", body)
    assert answer.json() == {
        "status": 403,
        "errors": ["Access was denied! the token is another Facebook app's"],
        "moreInfo": "https://developers.evrythng.com",
    }
    graph.says = (503, b"<html>")
    assert await ours.public.status("POST", "/auth/facebook", body) == 503
    graph.says = None
    graph.sign_in("token", "1")
    await ours.operator.put(path, {"socialNetworks": {}})
    assert await ours.public.status("POST", "/auth/facebook", body) == 403
    assert await number_of_users(ours) == 0


async def test_a_body_that_says_nothing_is_400(ours: World) -> None:
    await give_facebook(ours)
    access: list[Any] = [None, {}, {"token": 1}, {"token": "x" * 5000}, {"token": "x", "expires": "soon"}]
    bodies: list[Any] = [None, {}, [], *({"access": one} for one in access)]
    for body in bodies:
        assert await ours.public.status("POST", "/auth/facebook", body) == 400, body


async def test_a_user_with_that_address_is_never_taken_over(ours: World, graph: StubGraph) -> None:
    await give_facebook(ours)
    first = await sign_up_by_password(ours, "ada@EXAMPLE.com")
    graph.sign_in("token", "1020", **_ADA)
    answer = await ours.public.send("POST", "/auth/facebook", {"access": {"token": "token"}})
    assert (answer.status_code, answer.json()["errors"][0][:5]) == (409, "email")
    assert (await user_of(ours, first)).login is Login.INACTIVE
    assert await number_of_users(ours) == 1
    graph.sign_in("token", "1020")  # once the address isn't shown any more
    other = await ours.public.post("/auth/facebook", {"access": {"token": "token"}})
    assert other["evrythngUser"] != first


async def test_another_application_has_users_of_its_own(ours: World, theirs: World, graph: StubGraph) -> None:
    graph.sign_in("token", "1020", **_ADA)
    found = set()
    for world in (ours, theirs):
        await give_facebook(world)
        found.add((await world.public.post("/auth/facebook", {"access": {"token": "token"}}))["evrythngUser"])
    assert len(found) == 2


async def test_keys_that_do_not_sign_anybody_in(ours: World, graph: StubGraph) -> None:
    await give_facebook(ours)
    graph.sign_in("token", "1020")
    body = {"access": {"token": "token"}}
    user = ours.caller((await ours.public.post("/auth/facebook", body))["evrythngApiKey"])
    thng = await ours.trusted.post("/thngs", {"name": "a charger"})
    device = await ours.trusted.post("/auth/evrythng/thngs", {"thngId": thng["id"]})
    for caller, status in (
        (ours.caller(device["thngApiKey"]), 403),
        (ours.operator, 403),
        (user, 403),
        (ours.caller(None), 401),
        (ours.caller("x" * 80), 403),
    ):
        for path in PATHS:
            assert await caller.status("POST", path, body) == status


async def test_a_facebook_app_is_written_by_the_applications_document(ours: World, graph: StubGraph) -> None:
    path = await give_facebook(ours)
    shown = await ours.public.get("/applications/me")
    assert shown["socialNetworks"] == {"facebook": {"appId": APP_ID}}
    await ours.operator.put(path, {"socialNetworks": shown["socialNetworks"], "tags": ["as it was"]})
    graph.sign_in("token", "1020")
    assert await ours.public.status("POST", "/auth/facebook", {"access": {"token": "token"}}) == 201
    for broken in ({"appId": "voltly", "appSecret": "x"}, {"appSecret": "x"}, {"appId": "4711"}):
        answer = await ours.operator.send("PUT", path, {"socialNetworks": {"facebook": broken}})
        assert (answer.status_code, "socialNetworks.facebook" in answer.json()["errors"][0]) == (400, True)
    assert (await ours.operator.get(path))["socialNetworks"] == {"facebook": {"appId": APP_ID}}


async def test_two_first_times_at_once_make_one_user(ours: World, graph: StubGraph) -> None:
    await give_facebook(ours)
    graph.sign_in("token", "1020", **_ADA)
    body = {"access": {"token": "token"}}
    came = await asyncio.gather(*(ours.public.post("/auth/facebook", body) for _ in range(5)))
    assert len({one["evrythngUser"] for one in came}) == 1
    assert len({one["evrythngApiKey"] for one in came}) == 5
    assert await number_of_users(ours) == 1


async def test_a_deleted_user_is_somebody_new_afterwards(ours: World, graph: StubGraph) -> None:
    await give_facebook(ours)
    graph.sign_in("token", "1020", **_ADA)
    first = await ours.public.post("/auth/facebook", {"access": {"token": "token"}})
    await ours.operator.delete(f"/users/{first['evrythngUser']}")
    assert await ours.caller(first["evrythngApiKey"]).status("GET", "/access") == 403
    second = await ours.public.post("/auth/facebook", {"access": {"token": "token"}})
    assert second["evrythngUser"] != first["evrythngUser"]
    await ours.operator.delete(f"/projects/{ours.project}/applications/{ours.application}")


async def test_a_password_may_be_chosen_later_and_both_ways_lead_to_the_user(ours: World, graph: StubGraph) -> None:
    await give_facebook(ours)
    graph.sign_in("token", "1020", **_ADA)
    came = await ours.public.post("/auth/facebook", {"access": {"token": "token"}})
    login = {"email": _ADA["email"], "password": PASSWORD}
    assert await ours.public.status("POST", "/auth/evrythng", login) in (401, 403)
    user = ours.caller(came["evrythngApiKey"])
    await user.put(f"/users/{came['evrythngUser']}", {"password": PASSWORD})
    assert (await ours.public.post("/auth/evrythng", login))["evrythngUser"] == came["evrythngUser"]
    again = await ours.public.post("/auth/facebook", {"access": {"token": "token"}})
    assert again["evrythngUser"] == came["evrythngUser"]
    assert await user.post("/auth/all/logout") == {"logout": "ok"}
    assert await ours.caller(again["evrythngApiKey"]).status("GET", "/access") == 403


async def test_refused_tokens_are_limited_and_good_ones_and_outages_are_not(
    ours: World, graph: StubGraph, graph_server: Answering
) -> None:
    await give_facebook(ours)
    graph.sign_in("good", "1020")
    for _ in range(8):
        assert await ours.public.status("POST", "/auth/facebook", {"access": {"token": "good"}}) == 201
    graph.says = (500, {})
    for _ in range(8):
        assert await ours.public.status("POST", "/auth/facebook", {"access": {"token": "other"}}) == 503
    graph.says = None
    found = [await ours.public.status("POST", "/auth/facebook", {"access": {"token": "bad"}}) for _ in range(7)]
    assert found == [403] * 5 + [429] * 2
    asked = len(graph_server.asked)
    for number in range(60):
        await ours.public.status("POST", "/auth/facebook", {"access": {"token": f"made-up-{number}"}})
    assert len(graph_server.asked) - asked == 45  # the 50 of a network, less those before
