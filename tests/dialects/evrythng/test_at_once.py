"""Two at the same moment: one of them wins, whole, and nothing is left of what the other had begun."""

import asyncio
from typing import Any

import pytest

from tests.dialects.evrythng.acting import named, user_of
from tests.dialects.evrythng.conftest import Caller, World

ADA = {"email": "ada@example.com", "password": "wind-and-sun"}
LOG_IN = ("POST", "/auth/evrythng", ADA)
_TIMES = 5


async def at_once(*calls: tuple[Caller, str, str, Any]) -> list[tuple[int, Any]]:
    """Statuses and bodies, in the order of the calls."""
    answers = await asyncio.gather(*(caller.send(method, path, body) for caller, method, path, body in calls))
    return [(answer.status_code, answer.json() if answer.content else None) for answer in answers]


async def test_a_code_that_is_used_twice_at_once_gives_one_key(ours: World) -> None:
    for at in range(_TIMES):
        made = await ours.public.post("/auth/evrythng/users", {**ADA, "email": f"user{at}@example.com"})
        path, code = f"/users/{made['evrythngUser']}/validate", {"activationCode": made["activationCode"]}
        found = await at_once(*[(ours.public, "POST", path, code)] * 3)
        assert sorted(status for status, _ in found) == [201, 409, 409]
        assert await _keys(ours) == at + 1


async def test_an_anonymous_user_who_is_filled_in_twice_at_once_has_one_password(ours: World) -> None:
    for at in range(_TIMES):
        user = await user_of(ours)
        wanted = [{"email": f"user{at}@example.com", "password": f"password {each}"} for each in range(2)]
        found = await at_once(*((user, "PUT", f"/users/{user.id}", said) for said in wanted))
        assert sorted(status for status, _ in found) == [200, 403]
        won = [status == 200 for status, _ in found]
        logged_in = [await ours.public.status("POST", "/auth/evrythng", said) for said in wanted]
        assert logged_in == [201 if is_right else 401 for is_right in won]


async def test_an_address_that_several_take_at_once_is_one_persons(ours: World) -> None:
    for at in range(_TIMES):
        email = f"user{at}@example.com"
        ada, bob = await user_of(ours), await user_of(ours)
        found = await at_once(
            (ada, "PUT", f"/users/{ada.id}", {"email": email}),
            (bob, "PUT", f"/users/{bob.id}", {"email": email.upper()}),
            (ours.public, "POST", "/auth/evrythng/users", {**ADA, "email": email.title()}),
        )
        assert sorted(status for status, _ in found)[1:] == [409, 409]
        assert sorted(status for status, _ in found)[0] in (200, 201)


@pytest.mark.parametrize("is_first", [True, False])
async def test_who_is_deleted_while_logging_in_has_no_key(ours: World, is_first: bool) -> None:
    for _ in range(_TIMES):
        user_id = await _active(ours)
        calls = [(ours.operator, "DELETE", f"/users/{user_id}", None), (ours.public, *LOG_IN)]
        found = dict(await at_once(*(calls if is_first else calls[::-1])))
        assert 200 in found
        assert set(found) <= {200, 201, 404, 401}
        assert await _keys(ours) == 0
        if 201 in found:
            assert await ours.caller(found[201]["evrythngApiKey"]).status("GET", "/access") == 403


async def test_who_logs_out_while_logging_in_has_the_new_key_or_none(ours: World) -> None:
    await _active(ours)
    for _ in range(_TIMES):
        user = ours.caller((await ours.public.post(*LOG_IN[1:]))["evrythngApiKey"])
        (out, _), (status, came) = await at_once((user, "POST", "/auth/all/logout", None), (ours.public, *LOG_IN))
        assert (out, status) == (201, 201)
        assert await user.status("GET", "/access") == 403
        is_in = await ours.caller(came["evrythngApiKey"]).status("GET", "/access")
        assert (is_in, await _keys(ours)) in ((200, 1), (403, 0))
        if is_in == 200:
            await ours.caller(came["evrythngApiKey"]).post("/auth/all/logout")


async def test_nothing_is_given_to_or_by_who_is_deleted(ours: World) -> None:
    for at in range(_TIMES):
        ada, bob = await named(ours, f"ada{at}@example.com"), await named(ours, f"bob{at}@example.com")
        gone = (ada, bob)[at % 2]
        found = await at_once(
            (ada, "POST", "/accesses", {"email": f"bob{at}@example.com", "role": "base_app_user"}),
            (ours.operator, "DELETE", f"/users/{gone.id}", None),
        )
        assert found[1][0] == 200
        assert found[0][0] in (201, 403, 404)
        async with ours.hub.db.read() as reader:
            assert await reader.one(int, "SELECT count(*) FROM share WHERE owner_id <> actor_id") == 0
        assert await _keys(ours) == at + 1


async def test_what_a_user_makes_while_it_is_deleted_goes_with_it(ours: World) -> None:
    for _ in range(_TIMES):
        ada = await user_of(ours)
        making = [(ada, "POST", "/thngs", {"name": "Kettle"}), (ada, "POST", "/actions/scans", {"type": "scans"})] * 2
        found = await at_once(*making, (ours.operator, "DELETE", f"/users/{ada.id}", None))
        assert found[-1][0] == 200
        assert {status for status, _ in found[:-1]} <= {201, 403, 404}
        async with ours.hub.db.read() as reader:
            assert await reader.one(int, "SELECT count(*) FROM record") == 0


async def _active(world: World) -> str:
    made = await world.public.post("/auth/evrythng/users", ADA)
    await world.public.post(f"/users/{made['evrythngUser']}/validate", {"activationCode": made["activationCode"]})
    user_id: str = made["evrythngUser"]
    return user_id


async def _keys(world: World) -> int:
    async with world.hub.db.read() as reader:
        return await reader.one(int, "SELECT count(*) FROM access_key WHERE kind = 'user'")
