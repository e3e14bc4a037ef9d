"""Users sign up, prove it with a code, or begin anonymously; what can be said of them, and by how many."""

from typing import Any

import pytest

from tests.dialects.evrythng.by_password import ADA, LOGIN, active, anonymous, signed_up
from tests.dialects.evrythng.conftest import Refused, World
from tests.support.clock import StillClock
from wattlink.domain.users.throttling.model import SIGN_UPS
from wattlink.wiring import Hub


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
