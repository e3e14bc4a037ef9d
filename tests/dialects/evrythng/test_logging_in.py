"""Users log in and out, for themselves and on behalf of others; nobody guesses, and nobody hides."""

import asyncio
import dataclasses
import time
from ipaddress import ip_network

import msgspec
import pytest

from tests.dialects.evrythng.by_password import ADA, LOGIN, active, signed_up
from tests.dialects.evrythng.conftest import Caller, World, new_world
from tests.support.clock import StillClock
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.users.throttling.model import PASSWORDS
from wattlink.web.authentication import network_behind
from wattlink.wiring import Hub, open_hub


async def test_somebody_signs_up_is_validated_logs_in_and_out(ours: World) -> None:
    answer = await ours.public.send("POST", "/auth/evrythng/users", ADA)
    made = answer.json()
    user_id = made["evrythngUser"]
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/users/{user_id}"
    assert {**made, "activationCode": "", "evrythngUser": ""} == {
        "evrythngUser": "",
        "activationCode": "",
        "status": "inactive",
        "email": "ada@example.com",
    }
    validate = await ours.public.send(
        "POST", f"/auth/evrythng/users/{user_id}/validate", {"activationCode": made["activationCode"]}
    )
    assert validate.status_code == 201
    first = validate.json()
    assert first == {"status": "active", "evrythngUser": user_id, "evrythngApiKey": first["evrythngApiKey"]}
    came = await ours.public.send("POST", "/auth/evrythng", LOGIN)
    assert came.status_code == 201
    assert came.json() == {
        "socialNetwork": "evrythng",
        "evrythngUser": user_id,
        "evrythngApiKey": came.json()["evrythngApiKey"],
        "email": "ada@example.com",
        "status": "active",
    }
    keys = [ours.caller(first["evrythngApiKey"]), ours.caller(came.json()["evrythngApiKey"])]
    assert [await key.status("GET", f"/users/{user_id}") for key in keys] == [200, 200]
    out = await keys[0].send("POST", "/auth/all/logout")
    assert (out.status_code, out.json()) == (201, {"logout": "ok"})
    assert [await key.status("GET", f"/users/{user_id}") for key in keys] == [403, 403]


async def test_a_log_in_with_access_tells_by_what_the_key_acts(ours: World, clock: StillClock) -> None:
    user_id, _ = await active(ours)
    for who in ({"email": "ADA@example.com"}, {"evrythngUser": user_id}):
        came = await ours.trusted.send("POST", "/users/login", {**who, "password": "password"})
        assert came.status_code == 200
        document = came.json()
        access = document.pop("access")
        assert access == {
            "id": access["id"],
            "project": ours.project,
            "app": ours.application,
            "user": user_id,
            "actor": user_id,
            "role": "base_app_user",
            "apiKey": access["apiKey"],
        }
        assert len(access["id"]) == 24
        assert document == await ours.caller(access["apiKey"]).get(f"/users/{user_id}")
    assert document == {
        "id": user_id,
        "createdAt": round(clock().timestamp() * 1000),
        "updatedAt": document["updatedAt"],
        "email": "ada@example.com",
        "firstName": "Ada",
        "lastName": "Byron",
        "project": ours.project,
        "app": ours.application,
    }


@pytest.mark.parametrize("path", ["/auth/evrythng", "/auth/evrythng/", "/users/login"])
async def test_who_cannot_log_in(ours: World, path: str) -> None:
    await signed_up(ours)
    await active(ours, email="bob@example.com")
    assert await ours.public.status("POST", path, LOGIN) == 403
    assert await ours.public.status("POST", path, {"email": "bob@example.com", "password": "pass word"}) == 401
    assert await ours.public.status("POST", path, {"email": "eve@example.com", "password": "password"}) == 404
    assert await ours.public.status("POST", path, {"password": "password"}) == 400
    assert await ours.public.status("POST", path, {"email": "bob@example.com"}) == 400
    assert (await ours.public.http.request("POST", path, content=b"{")).status_code == 400


async def test_another_applications_user_does_not_log_in_here(ours: World, theirs: World) -> None:
    user_id, _ = await active(theirs)
    assert await ours.public.status("POST", "/auth/evrythng", LOGIN) == 404
    login = {"evrythngUser": user_id, "password": "password"}
    assert await ours.public.status("POST", "/users/login", login) == 404
    assert await ours.public.status("POST", f"/users/{user_id}/validate", {"activationCode": "12345678"}) == 404


async def test_guessing_is_limited_and_says_until_when(ours: World) -> None:
    await active(ours)
    for _ in range(10):
        assert await ours.public.status("POST", "/users/login", {**LOGIN, "password": "a guess"}) == 401
    answer = await ours.public.send("POST", "/users/login", LOGIN)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "90")
    assert answer.json()["status"] == 429


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("198.51.100.7", "", "198.51.100.0/24"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.0/24"),  # nobody that we believe says so
        ("10.0.0.2", "203.0.113.9", "203.0.113.0/24"),
        ("10.0.0.2", "192.0.2.1, 203.0.113.9, 10.0.0.7", "203.0.113.0/24"),  # the first is what a caller made up
        ("10.0.0.2", "10.0.0.9", "10.0.0.0/24"),
        ("::ffff:10.0.0.2", "2001:db8:1:2::3", "2001:db8:1::/48"),
        ("10.0.0.2", "unknown", "unknown"),
        ("10.0.0.2", "203.0.113.9:50123", "203.0.113.0/24"),  # as some proxies write it, other at each connection
        ("10.0.0.2", "203.0.113.9:50123, 10.0.0.7:443", "203.0.113.0/24"),
        ("10.0.0.2", "[2001:db8:1:2::3]:50123", "2001:db8:1::/48"),
        ("10.0.0.2", "[2001:db8:1:2::3]", "2001:db8:1::/48"),
    ],
)
def test_behind_our_own_proxies_the_caller_is_who_they_say(peer: str, forwarded: str, network: str) -> None:
    assert network_behind(peer, forwarded, [ip_network("10.0.0.0/8")]) == network


async def test_a_header_that_a_caller_makes_up_beside_that_of_our_proxy_hides_nobody(hub: Hub) -> None:
    behind_ours = dataclasses.replace(hub.settings, proxies=(ip_network("127.0.0.0/8"),))
    set_so = dataclasses.replace(hub, settings=behind_ours)
    ours = await new_world(set_so, DIALECTS["evrythng"](set_so), "Voltly")

    async def guess(number: int) -> int:
        body = msgspec.json.encode({"email": f"user{number}@example.com", "password": "a guess"})
        headers = [("x-forwarded-for", f"10.{number}.0.1"), ("x-forwarded-for", "203.0.113.9")]
        return (await ours.public.http.post("/users/login", content=body, headers=headers)).status_code

    statuses = [await guess(number) for number in range(PASSWORDS.address.most + 1)]
    assert statuses == [404] * PASSWORDS.address.most + [429]


async def test_a_log_in_on_behalf_of_somebody_who_shares(ours: World) -> None:
    ada_id, ada = await active(ours)
    bob_id, bob = await active(ours, email="bob@example.com")
    for_ada = {"email": "bob@example.com", "password": "password", "evrythngUser": ada_id}
    assert await ours.public.status("POST", "/users/login", for_ada) == 403
    assert await ours.public.status("POST", "/users/login", {**for_ada, "evrythngUser": "nobody"}) == 403
    given = await ada.post("/accesses", {"email": "bob@example.com", "role": "base_app_user"})
    came = await ours.public.post("/users/login", for_ada)
    assert (came["id"], came["firstName"]) == (ada_id, "Ada")
    access = came["access"]
    assert (access["id"], access["user"], access["actor"]) == (given["id"], ada_id, bob_id)
    assert await ours.public.status("POST", "/users/login", {**for_ada, "password": "pass word"}) == 401
    own = await ours.public.post("/users/login", {**for_ada, "evrythngUser": bob_id})
    assert (own["id"], own["access"]["user"], own["access"]["actor"]) == (bob_id, bob_id, bob_id)

    lent = ours.caller(access["apiKey"])
    assert [await lent.status("GET", f"/users/{user_id}") for user_id in (ada_id, bob_id)] == [200, 200]
    assert await lent.status("PUT", f"/users/{ada_id}", {"email": "eve@example.com"}) == 403
    assert await lent.status("POST", "/auth/all/logout") == 403
    await bob.post("/auth/all/logout")
    assert await lent.status("GET", f"/users/{ada_id}") == 200
    assert await ours.operator.status("DELETE", f"/users/{ada_id}") == 200
    assert await lent.status("GET", f"/users/{bob_id}") == 403
    assert await ours.public.status("POST", "/users/login", for_ada) == 403


@pytest.mark.parametrize(("login_key", "is_same"), [("new", False), ("same", True)])
async def test_which_key_a_log_in_gives(hub: Hub, login_key: str, is_same: bool) -> None:
    set_so = dataclasses.replace(hub, settings=dataclasses.replace(hub.settings, login_key=login_key))
    ours = await new_world(set_so, DIALECTS["evrythng"](set_so), "Voltly")
    user_id, user = await active(ours)
    keys = [(await ours.public.post("/auth/evrythng", LOGIN))["evrythngApiKey"] for _ in range(2)]
    assert (len({user.key, *keys}) == 1) is is_same
    assert [await ours.caller(key).status("GET", f"/users/{user_id}") for key in (user.key, *keys)] == [200] * 3
    assert [(await ours.caller(key).get("/accesses"))[0]["apiKey"] for key in keys] == keys
    await user.post("/auth/all/logout")
    assert [await ours.caller(key).status("GET", f"/users/{user_id}") for key in (user.key, *keys)] == [403] * 3
    assert (await ours.public.post("/auth/evrythng", LOGIN))["evrythngApiKey"] not in keys


async def test_an_ended_key_is_dead_in_every_process_within_a_second(ours: World, hub: Hub) -> None:
    user_id, user = await active(ours)
    async with open_hub(hub.settings) as another:
        elsewhere = Caller(DIALECTS["evrythng"](another), user.key)
        assert await elsewhere.status("GET", f"/users/{user_id}") == 200
        await user.post("/auth/all/logout")
        assert await user.status("GET", f"/users/{user_id}") == 403
        await asyncio.sleep(1.0)  # what a process keeps a verified key for
        assert await elsewhere.status("GET", f"/users/{user_id}") == 403


async def test_an_unknown_user_costs_as_much_time_as_a_wrong_password(ours: World) -> None:
    await active(ours)
    took: dict[str, list[float]] = {"ada@example.com": [], "nobody@example.com": []}
    for _ in range(8):
        for email, times in took.items():
            began = time.process_time()  # which other processes of this machine don't stretch
            await ours.public.status("POST", "/auth/evrythng", {"email": email, "password": "pass word"})
            times.append(time.process_time() - began)
    known, unknown = (min(times) for times in took.values())
    assert unknown > known / 2
