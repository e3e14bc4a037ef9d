"""A log-in on behalf of somebody else: with one's own address and password, to what the other shares."""

from typing import Any

import pytest

from tests.dialects.evrythng.by_password import active
from tests.dialects.evrythng.conftest import Caller, Refused, World
from tests.support.clock import StillClock
from wattlink.domain.sharing.roles.model import BASE

LOGIN = {"email": "bob@example.com", "password": "password"}


@pytest.fixture
async def ada(ours: World) -> tuple[str, Caller]:
    return await active(ours)


@pytest.fixture
async def bob(ours: World) -> tuple[str, Caller]:
    return await active(ours, email="bob@example.com", firstName="Bob")


async def test_who_receives_logs_in_on_behalf_of_who_gives_while_it_lives(
    ours: World, ada: tuple[str, Caller], bob: tuple[str, Caller]
) -> None:
    for_ada = {**LOGIN, "evrythngUser": ada[0]}
    assert await ours.public.status("POST", "/users/login", for_ada) == 403

    made = await ada[1].post("/accesses", {"email": "bob@example.com", "role": BASE})
    for app in (ours.public, ours.trusted):
        came = await app.send("POST", "/users/login", for_ada)
        document = came.json()
        access = document.pop("access")
        assert came.status_code == 200
        assert (document["id"], document["email"], document["firstName"]) == (ada[0], "ada@example.com", "Ada")
        given = (await bob[1].get("/accesses"))[1]
        assert access == {key: value for key, value in given.items() if key != "customFields"}
        assert (access["user"], access["actor"], access["role"]) == (ada[0], bob[0], "base_app_user")
    lent = ours.caller(access["apiKey"])
    assert (await lent.get(f"/users/{ada[0]}"))["firstName"] == "Ada"

    await ada[1].delete(f"/accesses/{made['id']}")
    assert await lent.status("GET", f"/users/{ada[0]}") == 403
    assert await ours.public.status("POST", "/users/login", for_ada) == 403


async def test_on_behalf_of_oneself_is_an_own_log_in(ours: World, bob: tuple[str, Caller]) -> None:
    came = await ours.public.post("/users/login", {**LOGIN, "evrythngUser": bob[0]})
    assert (came["id"], came["access"]["user"], came["access"]["actor"]) == (bob[0], bob[0], bob[0])
    assert await ours.caller(came["access"]["apiKey"]).status("GET", f"/users/{bob[0]}") == 200


async def test_the_newest_share_counts_and_the_password_comes_first(
    ours: World, bob: tuple[str, Caller], clock: StillClock
) -> None:
    role = (await ours.operator.post("/roles", {"name": "Reader", "type": "userInApp", "version": 2}))["id"]
    path = f"/projects/{ours.project}/applications/{ours.application}"
    giver = {"name": "Giver", "type": "userInApp", "version": 2, "scopes": {"roles": [role, BASE]}}
    await ours.operator.put(path, {"defaultRole": (await ours.operator.post("/roles", giver))["id"]})
    carol_id, carol = await active(ours, email="carol@example.com")
    for each in (BASE, role):
        await carol.post("/accesses", {"email": "bob@example.com", "role": each})
        clock.forward(seconds=1)
    for_carol: dict[str, Any] = {**LOGIN, "evrythngUser": carol_id}
    assert (await ours.public.post("/users/login", for_carol))["access"]["role"] == role
    assert await ours.public.status("POST", "/users/login", {**for_carol, "password": "wrong word"}) == 401
    assert await ours.public.status("POST", "/users/login", {**for_carol, "email": "eve@example.com"}) == 404


async def test_nobody_elses_user_is_shared(ours: World, theirs: World, bob: tuple[str, Caller]) -> None:
    stranger, _ = await active(theirs)
    for owner in (stranger, "U" + "a" * 23, "nonsense"):
        assert await ours.public.status("POST", "/users/login", {**LOGIN, "evrythngUser": owner}) == 403, owner


async def test_a_lent_key_changes_nothing_of_the_giver_and_logs_nobody_out(
    ours: World, ada: tuple[str, Caller], bob: tuple[str, Caller]
) -> None:
    await ada[1].post("/accesses", {"email": "bob@example.com", "role": BASE})
    lent = ours.caller((await bob[1].get("/accesses"))[1]["apiKey"])
    with pytest.raises(Refused, match="403"):
        await lent.put(f"/users/{ada[0]}", {"firstName": "Mallory"})
    assert await lent.status("PUT", f"/users/{ada[0]}", {"password": "password2", "oldPassword": "password"}) == 403
    assert await lent.status("POST", "/auth/all/logout") == 403
    assert (await ada[1].get(f"/users/{ada[0]}"))["firstName"] == "Ada"
    await bob[1].post("/auth/all/logout")  # what others gave lives on
    assert await lent.status("GET", f"/users/{ada[0]}") == 200
    await ours.operator.delete(f"/users/{ada[0]}")
    assert await lent.status("GET", "/access") == 403
