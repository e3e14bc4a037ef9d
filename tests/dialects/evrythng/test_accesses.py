"""Sharing: another user gets a key to what is one's own, as far as a role allows, and as long as it is shared."""

import asyncio
from typing import Any

import pytest

from tests.dialects.evrythng.acting import UserCaller, named, user_of
from tests.dialects.evrythng.conftest import Caller, World
from tests.support.clock import StillClock
from wattlink.domain.sharing.roles.model import BASE
from wattlink.domain.users.throttling.model import GIFTS
from wattlink.wiring import open_hub


class Neighbours:
    """Ada, who has a thng, and Bob."""

    def __init__(self, ada: UserCaller, bob: UserCaller) -> None:
        self.ada = ada
        self.bob = bob

    async def share(self, role: str = BASE, to: str = "bob@example.com") -> Any:
        return await self.ada.post("/accesses", {"email": to, "role": role})


@pytest.fixture
async def both(ours: World) -> Neighbours:
    ada, bob = await named(ours, "ada@example.com"), await named(ours, "bob@example.com")
    await ada.post("/thngs", {"name": "Ada's"})
    return Neighbours(ada, bob)


async def key_to(access: Any, user: Caller) -> str:
    """The key of an access, as its actor sees it."""
    key: str = next(each["apiKey"] for each in await user.get("/accesses") if each["id"] == access["id"])
    return key


async def test_who_receives_an_access_acts_by_its_key_until_it_ends(ours: World, both: Neighbours) -> None:
    made = await both.share(to="Bob@Example.com")
    assert made == {
        "id": made["id"],
        "project": ours.project,
        "app": ours.application,
        "user": both.ada.id,
        "actor": both.bob.id,
        "role": "base_app_user",
        "customFields": {"email": "bob@example.com"},
    }
    own, given = await both.bob.get("/accesses")
    assert (own["user"], own["actor"], own["apiKey"]) == (both.bob.id, both.bob.id, both.bob.key)
    assert given == {**made, "apiKey": given["apiKey"]}
    assert len(given["apiKey"]) == 80

    lent = ours.caller(given["apiKey"])
    assert [thng["name"] for thng in await lent.get("/thngs")] == ["Ada's"]
    assert await both.bob.get("/thngs") == []
    told = await lent.get("/access")
    assert (told["actor"], told["user"]) == ({"type": "userInApp", "id": both.bob.id}, both.ada.id)

    assert await both.ada.status("DELETE", f"/accesses/{made['id']}") == 204
    assert await lent.status("GET", "/thngs") == 403
    assert await lent.status("GET", "/access") == 403
    assert [each["user"] for each in await both.bob.get("/accesses")] == [both.bob.id]


async def test_a_new_access_has_a_new_id_and_key_and_the_old_key_stays_dead(ours: World, both: Neighbours) -> None:
    first = await both.share()
    old_key = await key_to(first, both.bob)
    await both.bob.delete(f"/accesses/{first['id']}")
    second = await both.share()
    new_key = await key_to(second, both.bob)
    assert first["id"] != second["id"]
    assert old_key != new_key
    assert await ours.caller(old_key).status("GET", "/thngs") == 403
    assert await ours.caller(new_key).status("GET", "/thngs") == 200


async def test_the_same_again_is_the_same_access(both: Neighbours) -> None:
    first, again = await both.share(), await both.share(to="BOB@example.com")
    assert first == again
    assert len(await both.bob.get("/accesses")) == 2


async def test_only_its_two_users_can_end_an_access_and_nobody_the_own_one(
    ours: World, theirs: World, both: Neighbours
) -> None:
    made = await both.share()
    path = f"/accesses/{made['id']}"
    eve, mallory = await named(ours, "eve@example.com"), await named(theirs, "mallory@example.com")
    lent = ours.caller(await key_to(made, both.bob))
    assert await eve.status("DELETE", path) == 404
    assert await mallory.status("DELETE", path) == 404
    assert await lent.status("DELETE", path) == 403
    own = (await both.ada.get("/accesses"))[0]
    assert await both.ada.status("DELETE", f"/accesses/{own['id']}") == 403
    assert await both.bob.status("DELETE", f"/accesses/{own['id']}") == 404
    assert await both.ada.status("DELETE", "/accesses/nothing") == 404
    assert await lent.status("GET", "/thngs") == 200
    assert await both.ada.status("GET", "/thngs") == 200


async def test_nothing_is_made_for_who_cannot_receive(ours: World, theirs: World, both: Neighbours) -> None:
    await named(theirs, "theirs@example.com")
    anonymous = await user_of(ours)
    waiting = {"email": "inactive@example.com", "password": "wind-and-sun", "firstName": "In", "lastName": "Active"}
    await ours.public.post("/auth/evrythng/users", waiting)
    unknown = [
        "nobody@example.com",
        "theirs@example.com",
        "inactive@example.com",
        "",
        f"anon-{anonymous.user.user_id}@anon.evrythng.com",
    ]
    for email in unknown:
        assert await both.ada.status("POST", "/accesses", {"email": email, "role": BASE}) == 404, email
    assert await both.ada.status("POST", "/accesses", {"email": "ada@example.com", "role": BASE}) == 400
    assert await both.ada.status("POST", "/accesses", {"email": "bob@example.com"}) == 400
    assert await both.ada.status("POST", "/accesses", {"role": BASE}) == 400
    assert len(await both.bob.get("/accesses")) == 1
    assert len(await both.ada.get("/accesses")) == 1


async def test_who_tries_addresses_by_giving_is_stopped(ours: World, both: Neighbours, clock: StillClock) -> None:
    for number in range(GIFTS.most):
        email = f"user{number}@example.com"
        assert await both.ada.status("POST", "/accesses", {"email": email, "role": BASE}) == 404
    answer = await both.ada.send("POST", "/accesses", {"email": "bob@example.com", "role": BASE})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "36")
    assert await both.bob.status("POST", "/accesses", {"email": "ada@example.com", "role": BASE}) == 201
    clock.forward(seconds=36)
    await both.share()


async def test_a_role_must_be_in_the_scope_of_the_givers_and_count_in_the_project(
    ours: World, theirs: World, both: Neighbours
) -> None:
    elsewhere = (await ours.operator.post("/projects", {"name": "Elsewhere"}))["id"]
    reader = await _role(ours, "Reader")
    here = await _role(ours, "Here", {"roles": [], "projects": [ours.project]})
    there = await _role(ours, "There", {"roles": [], "projects": [elsewhere]})
    giver = await _role(ours, "Giver", {"roles": [here, there], "projects": []})
    foreign = await _role(theirs, "Foreign")
    for role in (reader, here, foreign, "admin", "none", "no-such-role"):
        assert await both.ada.status("POST", "/accesses", {"email": "bob@example.com", "role": role}) == 403, role

    await _become(ours, giver)
    carol = await named(ours, "carol@example.com")
    send = {"email": "bob@example.com"}
    assert await carol.status("POST", "/accesses", {**send, "role": here}) == 201
    assert await carol.status("POST", "/accesses", {**send, "role": there}) == 403
    assert await carol.status("POST", "/accesses", {**send, "role": giver}) == 403
    assert await carol.status("POST", "/accesses", {**send, "role": BASE}) == 403
    await ours.operator.put(f"/roles/{giver}", {"scopes": {"roles": [giver], "projects": []}})
    assert await carol.status("POST", "/accesses", {**send, "role": giver}) == 201


async def test_what_was_only_lent_is_not_given_on(ours: World, both: Neighbours) -> None:
    await named(ours, "carol@example.com")
    lent = ours.caller(await key_to(await both.share(), both.bob))
    assert await lent.status("POST", "/accesses", {"email": "carol@example.com", "role": BASE}) == 403
    assert await lent.status("GET", "/accesses") == 403
    assert await lent.status("POST", "/auth/evrythng/thngs", {"thngId": (await lent.get("/thngs"))[0]["id"]}) == 403


async def test_only_users_share(ours: World, both: Neighbours) -> None:
    made = await both.share()
    for caller in (ours.operator, ours.public, ours.trusted):
        assert await caller.status("GET", "/accesses") == 403
        assert await caller.status("POST", "/accesses", {"email": "bob@example.com", "role": BASE}) == 403
        assert await caller.status("DELETE", f"/accesses/{made['id']}") == 403
    assert await ours.caller(None).status("GET", "/accesses") == 401


async def test_what_the_receiver_may_do_follows_the_role_at_once(ours: World, both: Neighbours) -> None:
    reader = await _role(ours, "Reader", permissions=[{"path": "/thngs", "access": "r"}])
    giver = await _role(ours, "Giver", {"roles": [reader], "projects": []}, [{"path": "/thngs", "access": "crud"}])
    await _become(ours, giver)
    carol = await named(ours, "carol@example.com")
    thng = (await carol.post("/thngs", {"name": "Carol's"}))["id"]
    made = await carol.post("/accesses", {"email": "bob@example.com", "role": reader})
    lent = ours.caller(await key_to(made, both.bob))
    assert (await lent.get(f"/thngs/{thng}"))["name"] == "Carol's"
    assert await lent.status("PUT", f"/thngs/{thng}", {"name": "Bob's"}) == 403
    assert await lent.status("DELETE", f"/thngs/{thng}") == 403
    assert await lent.status("POST", "/thngs", {"name": "Another"}) == 403

    await ours.operator.put(f"/roles/{reader}/permissions", [{"path": "/thngs", "access": "ru"}])
    assert (await lent.put(f"/thngs/{thng}", {"name": "Both's"}))["name"] == "Both's"
    await ours.operator.put(f"/roles/{reader}/permissions", [])
    assert await lent.status("GET", f"/thngs/{thng}") == 403
    assert await lent.status("GET", f"/thngs/{both.ada.id}") == 403  # permission first, then scope
    assert (await carol.get(f"/thngs/{thng}"))["name"] == "Both's"


async def test_a_role_that_counts_elsewhere_only_allows_nothing(ours: World, both: Neighbours) -> None:
    elsewhere = (await ours.operator.post("/projects", {"name": "Elsewhere"}))["id"]
    role = await _role(ours, "Reader", permissions=[{"path": "/thngs", "access": "r"}])
    await _become(ours, await _role(ours, "Giver", {"roles": [role], "projects": []}))
    carol = await named(ours, "carol@example.com")
    lent = ours.caller(
        await key_to(await carol.post("/accesses", {"email": "bob@example.com", "role": role}), both.bob)
    )
    assert await lent.status("GET", "/thngs") == 200
    await ours.operator.put(f"/roles/{role}", {"scopes": {"roles": [], "projects": [elsewhere]}})
    assert await lent.status("GET", "/thngs") == 403
    assert await lent.status("GET", "/actions/all") == 403
    assert await lent.status("GET", "/access") == 200


async def test_an_ended_key_is_dead_in_other_processes_within_a_second(ours: World, both: Neighbours) -> None:
    made = await both.share()
    key = await key_to(made, both.bob)
    async with open_hub(ours.hub.settings, clock=ours.hub.clock) as other:
        assert (await other.door.access_of(key)).is_lent
        await both.ada.delete(f"/accesses/{made['id']}")
        await asyncio.sleep(1.0)
        with pytest.raises(Exception, match="ended"):
            await other.door.access_of(key)


async def test_a_role_that_somebody_acts_by_stays(ours: World, both: Neighbours) -> None:
    role = await _role(ours, "Reader")
    await _become(ours, role)
    assert await ours.operator.status("DELETE", f"/roles/{role}") == 409
    carol = await named(ours, "carol@example.com")
    await _become(ours, BASE)
    assert await ours.operator.status("DELETE", f"/roles/{role}") == 409
    assert await carol.status("GET", "/roles") == 200


async def test_scopes_name_what_the_account_has(ours: World, theirs: World) -> None:
    for scopes in ({"roles": ["nothing"]}, {"roles": ["admin"]}, {"projects": [theirs.project]}):
        body = {"name": "Scoped", "type": "userInApp", "version": 2, "scopes": scopes}
        assert await ours.operator.status("POST", "/roles", body) == 400, scopes
    assert len(await ours.operator.get("/roles")) == 3


async def _role(world: World, name: str, scopes: Any = None, permissions: Any = ()) -> str:
    body = {"name": name, "type": "userInApp", "version": 2, **({} if scopes is None else {"scopes": scopes})}
    role: str = (await world.operator.post("/roles", body))["id"]
    await world.operator.put(f"/roles/{role}/permissions", list(permissions))
    return role


async def _become(world: World, role: str) -> None:
    """What new users are from now on."""
    path = f"/projects/{world.project}/applications/{world.application}"
    await world.operator.put(path, {"defaultRole": role})
