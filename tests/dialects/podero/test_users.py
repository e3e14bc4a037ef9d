"""Users: created, read, changed in part, deleted; told apart by address and by the partner's own id."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from tests.dialects.podero.conftest import Partner, new_partner
from tests.support.clock import StillClock
from tests.support.users import get_or_create
from wattlink.domain.access.ids import UserId
from wattlink.domain.errors import NotPermitted
from wattlink.domain.users.people.change import change
from wattlink.domain.users.people.model import PersonChange, Rank
from wattlink.wiring import Hub

_NOTHING_SAID = {
    "external_user_id": None,
    "role": "user",
    "email": "customer@example.com",
    "first_name": None,
    "last_name": None,
    "street_and_number": None,
    "street_add_info": None,
    "zip_code": None,
    "town": None,
    "country": None,
    "latitude": None,
    "longitude": None,
    "location_last_updated": None,
}


async def test_a_new_user_has_every_documented_field(partner: Partner) -> None:
    user = await partner.new_user()
    assert {name: user[name] for name in _NOTHING_SAID} == _NOTHING_SAID
    assert await partner.call("GET", f"/users/{user['id']}") == user
    assert await partner.call("GET", "/users") == [user]


async def test_a_put_changes_what_it_names(partner: Partner, clock: StillClock) -> None:
    user = await partner.new_user(external_user_id="12345abc", first_name="Pat")
    clock.forward(minutes=1)
    change = {"last_name": "Doe", "zip_code": 11011, "country_iso2": "DEU", "latitude": 52.5, "longitude": 13.4}
    changed = await partner.call("PUT", f"/users/{user['id']}", change)
    assert changed == {
        **user,
        "last_name": "Doe",
        "zip_code": "11011",
        "country": "DEU",
        "country_iso2": "DE",
        "latitude": 52.5,
        "longitude": 13.4,
        "location_last_updated": changed["location_last_updated"],
    }
    assert changed["location_last_updated"] > user["created_at"]
    again = await partner.call("PUT", f"/users/{user['id']}", {"zip_code": "01067", "country": "at", "latitude": None})
    assert (again["zip_code"], again["country"], again["latitude"], again["last_name"]) == ("01067", "AT", None, "Doe")
    assert await partner.call("PUT", f"/users/{user['id']}", {}) == again


async def test_an_external_id_can_be_given_changed_and_taken_back(partner: Partner) -> None:
    user = await partner.new_user()
    for given in ("one", "two", None):
        changed = await partner.call("PUT", f"/users/{user['id']}", {"external_user_id": given})
        assert changed["external_user_id"] == given


async def test_a_user_changes_no_role_whatever_opened_the_door(partner: Partner, clock: StillClock) -> None:
    user_id = UserId(UUID((await partner.new_user())["id"]))
    own = msgspec.structs.replace(partner.access, only_user=user_id, caller=user_id)
    asked = PersonChange(email=msgspec.UNSET, rank=Rank.ADMIN, details={})
    with pytest.raises(NotPermitted):
        async with partner.hub.db.transaction() as tx:
            await change(tx, own, user_id, asked, now=clock())
    assert (await partner.call("GET", f"/users/{user_id}"))["role"] == "user"


async def test_of_two_at_once_with_one_address_one_is_made(partner: Partner) -> None:
    new = [{"role": "user", "email": "pat@example.com", "external_user_id": str(number)} for number in range(5)]
    answers = await asyncio.gather(*(partner.send("POST", "/users", one) for one in new))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert len(await partner.call("GET", "/users")) == 1


async def test_a_user_whom_another_dialect_named_becomes_this_one(partner: Partner, clock: StillClock) -> None:
    async with partner.hub.db.transaction() as tx:
        named = await get_or_create(tx, partner.access, "customer-7", now=clock())
    (before,) = await partner.call("GET", "/users")
    assert (before["id"], before["external_user_id"], before["email"]) == (str(named.user_id), "customer-7", "")
    made = await partner.new_user(external_user_id="customer-7")
    assert (made["id"], made["email"]) == (before["id"], "customer@example.com")


async def test_roles_are_kept_and_changed_by_the_organization(partner: Partner) -> None:
    user = await partner.call("POST", "/users", {"role": "staff", "email": "staff@example.com"})
    assert user["role"] == "staff"
    assert (await partner.call("PUT", f"/users/{user['id']}", {"role": "admin"}))["role"] == "admin"


async def test_the_second_of_an_address_is_refused_and_nothing_is_written(partner: Partner) -> None:
    first = await partner.new_user("Pat@example.com", external_user_id="1")
    other = await partner.new_user("kim@example.com", external_user_id="2")
    new = {"role": "user", "email": "pat@EXAMPLE.com", "external_user_id": "3"}
    taken = (409, "email: there is a user with the e-mail address 'pat@EXAMPLE.com' already")
    assert await partner.refusal("POST", "/users", new) == taken
    change = {"email": "pat@EXAMPLE.com", "first_name": "Changed"}
    assert await partner.refusal("PUT", f"/users/{other['id']}", change) == taken
    assert await partner.call("GET", "/users") == [other, first]


async def test_the_second_of_an_external_id_is_refused(partner: Partner) -> None:
    await partner.new_user(external_user_id="1")
    other = await partner.new_user("kim@example.com")
    taken = (409, "external_user_id: there is a user with the external_user_id '1' already")
    new = {"role": "user", "email": "new@example.com", "external_user_id": "1"}
    assert await partner.refusal("POST", "/users", new) == taken
    assert await partner.refusal("PUT", f"/users/{other['id']}", {"external_user_id": "1"}) == taken
    assert len(await partner.call("GET", "/users")) == 2


async def test_an_address_is_free_after_deletion(partner: Partner) -> None:
    first = await partner.new_user(external_user_id="1")
    assert (await partner.send("DELETE", f"/users/{first['id']}")).status_code == 204
    second = await partner.new_user(external_user_id="1")
    assert second["id"] != first["id"]
    assert await partner.refusal("DELETE", f"/users/{first['id']}") == (404, "Not Found: there is no such user.")


async def test_a_deleted_user_leaves_an_id_and_dates(partner: Partner, clock: StillClock) -> None:
    user = await partner.new_user(external_user_id="1", first_name="Pat", zip_code="10115", latitude=1.0)
    clock.forward(hours=1)
    kept = await partner.new_user("kim@example.com")
    await partner.call("DELETE", f"/users/{user['id']}")
    path = f"/users/{user['id']}"
    assert await partner.refusal("GET", path) == (404, "Not Found: there is no such user.")
    assert await partner.refusal("PUT", path, {"first_name": "Back"}) == (404, "Not Found: there is no such user.")
    left = await partner.call("GET", path, include_deleted="true")
    assert left["deleted_at"] > left["created_at"] == user["created_at"]
    known = {name: value for name, value in left.items() if value not in (None, "")}
    assert known == {name: left[name] for name in ("id", "role", "created_at", "deleted_at")}
    assert await partner.call("GET", "/users") == [kept]
    assert await partner.call("GET", "/users", include_deleted="true") == [kept, left]


async def test_applications_do_not_see_each_others_users(partner: Partner, other_partner: Partner, hub: Hub) -> None:
    user = await partner.new_user()
    await other_partner.new_user()  # the same address, elsewhere
    for method, body in (("GET", None), ("PUT", {"first_name": "Theirs"}), ("DELETE", None)):
        assert (await other_partner.refusal(method, f"/users/{user['id']}", body))[0] == 404
    assert await partner.call("GET", "/users") == [user]
    assert (await (await new_partner(hub, "Third")).call("GET", "/users", include_deleted="true")) == []


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, [("missing", "email"), ("missing", "role")]),
        ({"email": "nobody", "role": "boss"}, [("value_error", "email"), ("literal_error", "role")]),
        ({"email": None, "role": "user"}, [("value_error", "email")]),
        ({"email": "a@b.example", "role": "user", "latitude": 91}, [("value_error", "latitude")]),
        ({"email": "a@b.example", "role": "user", "country": "Germany"}, [("value_error", "country")]),
        (
            {"email": "nobody", "role": "user", "country_iso2": "XX"},
            [("value_error", "email"), ("value_error", "country_iso2")],
        ),
        ({"email": "a@b.example", "role": "user", "zip_code": "x" * 21}, [("value_error", "zip_code")]),
        ({"email": "a@b.example", "role": "user", "external_user_id": ""}, [("value_error", "external_user_id")]),
        ({"email": "a@b.example", "role": "user", "first_name": "\0"}, [("value_error", "first_name")]),
    ],
)
async def test_fields_that_cannot_be_used_are_all_named(
    partner: Partner, body: Any, faults: list[tuple[str, str]]
) -> None:
    status, detail = await partner.refusal("POST", "/users", body)
    assert status == 422
    assert {(one["type"], *one["loc"]) for one in detail} == {(kind, "body", "data", at) for kind, at in faults}
    assert all(one["msg"] for one in detail)
    assert await partner.call("GET", "/users") == []


async def test_a_choice_is_told_with_what_may_be_chosen(partner: Partner) -> None:
    _, (fault,) = await partner.refusal("POST", "/users", {"email": "a@b.example", "role": "boss"})
    assert fault["msg"].endswith("Input should be 'admin', 'staff' or 'user'")


async def test_what_is_no_json_and_what_is_no_id(partner: Partner) -> None:
    status, detail = await partner.refusal("POST", "/users", b"{")
    assert (status, detail[:18]) == (400, "The body isn't JSO")
    for user_id in ("none", str(uuid4())):
        assert await partner.refusal("GET", f"/users/{user_id}") == (404, "Not Found: there is no such user.")
    status, detail = await partner.refusal("GET", "/users", include_deleted="perhaps")
    assert (status, detail[0]["loc"]) == (422, ["query", "include_deleted"])


async def test_keys_that_are_not_known_are_ignored(partner: Partner) -> None:
    user = await partner.new_user(org_id=partner.org_id, favourite_colour="green")
    assert "favourite_colour" not in user
