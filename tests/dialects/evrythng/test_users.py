"""Users of an application: signing up, logging in and out, what is said of them, and who may ask."""

import asyncio
import dataclasses
import time
from ipaddress import ip_network
from typing import Any

import msgspec
import pytest

from tests.dialects.evrythng.conftest import Caller, Refused, World, new_world
from tests.support.clock import StillClock
from tests.support.users import get_or_create
from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.users import store as users
from wattlink.domain.users.throttling.model import PASSWORDS, SIGN_UPS
from wattlink.web.authentication import network_behind
from wattlink.wiring import Hub, open_hub

ADA = {"email": "ada@example.com", "firstName": "Ada", "lastName": "Byron", "password": "password"}
LOGIN = {"email": "ada@example.com", "password": "password"}


async def signed_up(world: World, **said: Any) -> dict[str, Any]:
    made: dict[str, Any] = await world.public.post("/auth/evrythng/users", {**ADA, **said})
    return made


async def active(world: World, **said: Any) -> tuple[str, Caller]:
    """An active user's id, and the user."""
    made = await signed_up(world, **said)
    path = f"/auth/evrythng/users/{made['evrythngUser']}/validate"
    validated = await world.public.post(path, {"activationCode": made["activationCode"]})
    return made["evrythngUser"], world.caller(validated["evrythngApiKey"])


async def anonymous(world: World) -> tuple[str, Caller]:
    made = await world.public.post("/auth/evrythng/users?anonymous=true", {})
    return made["evrythngUser"], world.caller(made["evrythngApiKey"])


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


async def test_one_network_signs_up_only_so_many_with_the_public_key(ours: World, hub: Hub, clock: StillClock) -> None:
    await anonymous(ours)
    async with hub.db.transaction() as tx:  # as if the rest of them had come, too
        await tx.execute("UPDATE throttle SET used_until = %(until)s", until=clock() + SIGN_UPS.window)
    for path, body in (("/auth/evrythng/users", ADA), ("/auth/evrythng/users?anonymous=true", {})):
        answer = await ours.public.send("POST", path, body)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "4")
        assert await ours.trusted.status("POST", path, body) == 201
    clock.forward(seconds=4)
    await anonymous(ours)


async def test_codes_and_validating_twice(ours: World) -> None:
    made = await signed_up(ours)
    path = f"/users/{made['evrythngUser']}/validate"
    assert await ours.public.status("POST", path, {"activationCode": "00000000"}) == 400
    assert await ours.public.status("POST", path, {}) == 400
    assert await ours.public.status("POST", path, {"activationCode": made["activationCode"]}) == 201
    assert await ours.public.status("POST", path, {"activationCode": made["activationCode"]}) == 409
    unknown = ours.application  # an id of something else
    assert await ours.public.status("POST", f"/users/{unknown}/validate", {"activationCode": "00000000"}) == 404


async def test_a_forgotten_code_is_the_same_code(ours: World) -> None:
    made = await signed_up(ours)
    path = f"/users/{made['evrythngUser']}/status"
    for caller in (ours.operator, ours.trusted):
        assert await caller.get(path) == {"activated": False, "activationCode": made["activationCode"]}
    assert await ours.public.status("GET", path) == 403
    await ours.public.post(f"/users/{made['evrythngUser']}/validate", {"activationCode": made["activationCode"]})
    status = await ours.operator.get(path)
    assert status == {"activated": True, "activationDate": status["activationDate"]}


async def test_a_second_user_with_the_address_is_refused_and_the_first_untouched(ours: World, theirs: World) -> None:
    made = await signed_up(ours)
    with pytest.raises(Refused) as refused:
        await signed_up(ours, email="ADA@example.com", firstName="Eve")
    assert refused.value.status == 409
    assert "email" in refused.value.body["errors"][0]
    status = await ours.operator.get(f"/users/{made['evrythngUser']}/status")
    assert status["activationCode"] == made["activationCode"]
    assert (await ours.operator.get(f"/users/{made['evrythngUser']}"))["firstName"] == "Ada"
    assert (await signed_up(theirs))["evrythngUser"] != made["evrythngUser"]
    await ours.operator.delete(f"/users/{made['evrythngUser']}")
    assert (await signed_up(ours))["evrythngUser"] != made["evrythngUser"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 65}, "password"),
        ({"birthday": {"day": 32, "month": 1, "year": 1980}}, "birthday.day"),
        ({"birthday": {"day": 30, "month": 2, "year": 1980}}, "birthday"),
        ({"gender": "other"}, "gender"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"locale": "not a tag"}, "locale"),
        ({"tags": ["x" * 257]}, "tags"),
        ({"shoeSize": 38}, "shoeSize"),
        ({"firstName": "a\0b"}, "firstName"),
    ],
)
async def test_what_cannot_be_said_of_a_user(ours: World, said: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        await signed_up(ours, **said)
    assert refused.value.status == 400
    assert refused.value.body["status"] == 400
    assert any(error.startswith(field) for error in refused.value.body["errors"])


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/auth/evrythng/users?anonymous=true", b"{}"),
        ("/auth/evrythng/users?anonymous=true", b'{"anonymous":true}'),
        ("/auth/evrythng/users?anonymous=true", b""),
        ("/auth/evrythng/users?anonymous=true", b"not JSON"),
        ("/auth/evrythng/users", b'{"anonymous":true}'),
    ],
)
async def test_an_anonymous_user_begins(ours: World, path: str, content: bytes) -> None:
    answer = await ours.public.http.request("POST", path, content=content)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["status"], made["socialNetwork"]) == ("anonymous", "evrythng")
    assert made["email"].startswith("anon-")
    user = ours.caller(made["evrythngApiKey"])
    assert (await user.get(f"/users/{made['evrythngUser']}"))["email"] == made["email"]
    assert await user.get("/access")


async def test_an_anonymous_user_is_filled_in_and_keeps_id_and_key(ours: World) -> None:
    await active(ours, email="bob@example.com")
    user_id, user = await anonymous(ours)
    path = f"/users/{user_id}"
    assert (await user.put(path, {"firstName": "Ada"}))["firstName"] == "Ada"
    assert await user.status("PUT", path, {"email": "BOB@example.com", "password": "password"}) == 409
    assert (await user.get(path))["email"].startswith("anon-")
    assert (await user.put(path, LOGIN))["email"] == "ada@example.com"
    assert (await ours.public.post("/users/login", LOGIN))["id"] == user_id
    assert await user.status("GET", path) == 200
    assert [found["id"] for found in await ours.operator.get("/users?filter=email%3Dada@example.com")] == [user_id]


async def test_an_anonymous_user_may_be_sent_back_as_it_was_read(ours: World) -> None:
    began = await ours.public.post("/auth/evrythng/users?anonymous=true")
    path, somebody = f"/users/{began['evrythngUser']}", ours.caller(began["evrythngApiKey"])
    shown = await somebody.get(path)
    changed = await somebody.put(path, {**shown, "firstName": "Eve", "password": "password"})
    assert (changed["email"], changed["firstName"]) == (began["email"], "Eve")
    assert (await somebody.get(f"{path}/status")) == {"activated": False}  # that is nobody's address


async def test_a_user_changes_what_is_its_own(ours: World, clock: StillClock) -> None:
    user_id, user = await active(ours)
    clock.forward(minutes=1)
    said = {
        "firstName": "Augusta",
        "birthday": {"day": 10, "month": 12, "year": 1815},
        "gender": "female",
        "timezone": "Europe/London",
        "locale": "en-GB",
        "photo": "data:image/png;base64,",
        "customFields": {"favouriteNumber": 7, "nested": {"A": [1, None]}},
        "tags": ["engine"],
    }
    changed = await user.put(f"/users/{user_id}", said)
    assert {**changed, **said} == changed
    assert changed["updatedAt"] > changed["createdAt"]
    assert changed["lastName"] == "Byron"
    whole = await user.put(f"/users/{user_id}", {**changed, "photo": None})
    assert "photo" not in whole
    assert whole["tags"] == ["engine"]
    assert await user.get(f"/users/{user_id}") == whole
    came = await ours.public.post("/users/login", LOGIN)
    assert (await user.put(f"/users/{user_id}", came))["firstName"] == "Augusta"  # a client sends back what it was told
    with_scopes = await user.get(f"/users/{user_id}?withScopes=true")
    assert with_scopes["scopes"] == {"users": [user_id], "projects": [ours.project]}


async def test_a_password_is_changed_with_the_current_one(ours: World) -> None:
    user_id, user = await active(ours)
    path = f"/users/{user_id}"
    assert await user.status("PUT", path, {"password": "new password", "firstName": "Eve"}) == 403
    wrong = {"password": "new password", "oldPassword": "pass word", "firstName": "Eve"}
    assert await user.status("PUT", path, wrong) == 403
    assert await user.status("PUT", path, {"password": "short", "oldPassword": "password"}) == 400
    assert (await user.get(path))["firstName"] == "Ada"
    assert await ours.public.status("POST", "/auth/evrythng", LOGIN) == 201
    assert await user.status("PUT", path, {"password": "new password", "oldPassword": "password"}) == 200
    assert await ours.public.status("POST", "/auth/evrythng", LOGIN) == 401
    assert await ours.public.status("POST", "/auth/evrythng", {**LOGIN, "password": "new password"}) == 201
    assert await ours.operator.status("PUT", path, {"password": "reset by us"}) == 200
    assert await ours.public.status("POST", "/auth/evrythng", {**LOGIN, "password": "reset by us"}) == 201


async def test_a_list_of_users(ours: World, theirs: World, clock: StillClock) -> None:
    await active(theirs)
    ids: list[str] = []
    for name in ("Ada", "Bob", "Cy"):
        clock.forward(minutes=1)
        ids.insert(0, (await signed_up(ours, email=f"{name}@example.com", firstName=name))["evrythngUser"])
    await anonymous(ours)
    answer = await ours.operator.send("GET", "/users?perPage=2")
    assert [user["id"] for user in answer.json()] == ids[:2]
    assert answer.headers["x-result-count"] == "3"
    assert "page%3D2" in answer.headers["link"]
    rest = await ours.operator.send("GET", "/users?perPage=2&page=2")
    assert [user["id"] for user in rest.json()] == ids[2:]
    assert "link" not in rest.headers

    async def found(query: str) -> list[str]:
        return [user["id"] for user in await ours.trusted.get(f"/users?{query}")]

    assert await found("sortOrder=ASCENDING") == ids[::-1]
    assert await found("filter=firstName%3DBob") == [ids[1]]
    assert await found("filter=email%3Dcy@example.com%26lastName%3DByron") == [ids[0]]
    assert await found(f"ids={ids[2]},{ids[0]}") == [ids[0], ids[2]]
    assert await found(f"project={ours.project}&app={ours.application}") == ids
    assert await found(f"project={theirs.project}") == []
    assert await ours.trusted.status("GET", "/users?filter=password%3Dx") == 400
    assert await ours.operator.status("GET", f"/users?app={theirs.application}") == 404


async def test_a_user_that_another_dialect_made_is_the_same_user(ours: World) -> None:
    access = await ours.hub.door.access_of(str(ours.trusted.key))
    async with ours.hub.db.transaction() as tx:
        await get_or_create(tx, access, "customer-7", now=ours.hub.clock())
    [named] = await ours.operator.get("/users")
    assert named["externalId"] == "customer-7"
    assert "email" not in named
    for external_id in ("customer-7", "customer-8"):  # also before the app's server names it
        sent = {**ADA, "externalId": external_id}
        assert await ours.public.status("POST", "/auth/evrythng/users", sent) == 403
    assert "email" not in await ours.operator.get(f"/users/{named['id']}")
    made = await ours.trusted.post("/auth/evrythng/users", {**ADA, "externalId": "customer-7"})
    assert made["evrythngUser"] == named["id"]
    again = {**ADA, "externalId": "customer-7", "email": "eve@example.com"}
    assert await ours.trusted.status("POST", "/auth/evrythng/users", again) == 409
    new = {**ADA, "externalId": "customer-8", "email": "bob@example.com"}
    assert await ours.operator.status("POST", f"/auth/evrythng/users?app={ours.application}", new) == 201
    own_name = (await ours.public.post("/auth/evrythng/users", {**ADA, "email": "cy@example.com"}))["evrythngUser"]
    async with ours.hub.db.read() as reader:
        assert (
            await users.get(reader, access, own_name)
        ).external_id == own_name  # for dialects that show the app's id
        bob = await users.get(reader, access, "customer-8")
    assert (await ours.trusted.get("/users?filter=email%3Dbob@example.com"))[0]["id"] == id_of(bob.user_id)


async def test_an_operator_gives_a_user_who_was_only_named_a_login(ours: World) -> None:
    access = await ours.hub.door.access_of(str(ours.trusted.key))
    async with ours.hub.db.transaction() as tx:
        for name in ("customer-7", "customer-8"):
            await get_or_create(tx, access, name, now=ours.hub.clock())
    ids = {user["externalId"]: user["id"] for user in await ours.operator.get("/users")}
    path = f"/users/{ids['customer-7']}"
    await ours.operator.put(path, {"password": "password"})
    assert (await ours.operator.get(f"{path}/status")) == {"activated": False}
    await ours.operator.put(path, {"email": "eve@example.com"})
    assert (await ours.operator.get(f"{path}/status"))["activated"]
    came = await ours.public.post("/users/login", {"email": "eve@example.com", "password": "password"})
    assert (came["id"], came["externalId"]) == (ids["customer-7"], "customer-7")
    assert len(await ours.caller(came["access"]["apiKey"]).get("/accesses")) == 1
    await ours.operator.put(f"/users/{ids['customer-8']}", {"password": "of the operator"})
    made = await ours.trusted.post("/auth/evrythng/users", {**ADA, "externalId": "customer-8"})
    validate = f"/users/{ids['customer-8']}/validate"
    await ours.public.post(validate, {"activationCode": made["activationCode"]})
    said = {"email": ADA["email"], "password": ADA["password"]}
    assert await ours.public.status("POST", "/auth/evrythng", said) == 201


async def test_a_deleted_users_keys_are_dead(ours: World) -> None:
    user_id, user = await active(ours)
    answer = await ours.operator.send("DELETE", f"/users/{user_id}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert await user.status("GET", f"/users/{user_id}") == 403
    assert await ours.operator.status("GET", f"/users/{user_id}") == 404
    assert await ours.operator.status("DELETE", f"/users/{user_id}") == 404
    assert await ours.public.status("POST", "/auth/evrythng", LOGIN) == 404


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
            began = time.perf_counter()
            await ours.public.status("POST", "/auth/evrythng", {"email": email, "password": "pass word"})
            times.append(time.perf_counter() - began)
    known, unknown = (min(times) for times in took.values())
    assert unknown > known / 2


async def test_every_call_and_every_kind_of_key(ours: World, theirs: World) -> None:
    """Who may: a letter for each that gets through the door, whatever is answered inside."""
    user_id, user = await active(ours)
    other_id, other = await active(ours, email="bob@example.com")
    callers = {
        "O": ours.operator,
        "A": ours.public,
        "U": user,
        "T": ours.trusted,
        "u": other,
        "o": theirs.operator,
        "t": theirs.trusted,
        "x": theirs.public,
        "-": ours.caller(None),
    }

    async def who(method: str, path: str, body: Any = None) -> str:
        found = {name: await caller.status(method, path, body) for name, caller in callers.items()}
        assert found["-"] == 401
        assert {found[name] for name in "otxu"} & {200, 201} == set()
        return "".join(name for name, status in found.items() if status < 400)

    assert await who("GET", f"/users/{user_id}") == "OUT"
    assert await who("GET", f"/users/{user_id}/status") == "OUT"
    assert await who("PUT", f"/users/{user_id}", {"firstName": "A"}) == "OU"
    assert await ours.public.status("GET", "/users") == 403
    assert await user.status("GET", "/users") == 403
    for method, path, body in [
        ("POST", "/auth/evrythng/users", ADA),
        ("POST", "/auth/evrythng", LOGIN),
        ("POST", "/users/login", LOGIN),
        ("POST", f"/users/{other_id}/validate", {"activationCode": "12345678"}),
        ("DELETE", f"/users/{user_id}", None),
    ]:
        assert await user.status(method, path, body) == 403, path
    for caller in (ours.operator, ours.public, ours.trusted):
        assert await caller.status("POST", "/auth/all/logout") == 403
    for caller in (ours.public, ours.trusted, other):
        assert await caller.status("DELETE", f"/users/{user_id}") == 403
