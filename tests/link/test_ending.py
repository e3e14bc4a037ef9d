"""Ends: the person cancels, the app withdraws, time runs out; nothing of a link that wasn't finished is left."""

import asyncio

import pytest

from tests.link.conftest import BACK, VEHICLE, World, arrived, until
from tests.support.person import Page, Person
from wattlink.connectors.simulation import Fault
from wattlink.domain.access.model import Access
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.users import store as users

_TOKEN = "/oauth2/v3/token"


async def test_cancelling_is_told_to_the_app(world: World, person: Person) -> None:
    link = await world.link(redirectUri="https://app.example.com/back?a=%20#/x")
    await world.at_form(person, link)
    page = await person.press("Cancel")
    assert page.heading == "You cancelled"
    assert page.link("Back to Voltly") == (
        "https://app.example.com/back?a=%20&error=access_denied&error_message=The%20user%20cancelled.#/x"
    )
    assert (await person.reload()).heading == "You cancelled"
    assert (await person.go(link)).heading == "You cancelled"
    assert page.forms == []


async def _looking(world: World, person: Person) -> Page:
    """Sign in where the vendor then shows nothing, so that the page goes on looking; gives the page before that."""
    await person.go(await world.link(*VEHICLE, vendor="TESLA"))
    review = await person.press("Continue")
    callback = await world.answer((await person.follow("Sign in at Tesla")).address)
    await world.fault("tesla", Fault.QUOTA)
    page = await person.go(callback)
    assert page.heading == "Finding your car"
    return review


async def test_cancelling_while_looking_takes_everything_back(world: World, person: Person) -> None:
    person.page = await _looking(world, person)
    assert (await person.press("Cancel")).heading == "You cancelled"
    assert await world.vehicles() == []
    assert (await world.app.call("GET", f"/users/{world.user}"))["linkedVendors"] == []


@pytest.mark.parametrize("ending", ["DELETE /users/{user}", "DELETE /users/{user}/authorization"])
async def test_what_the_app_ends_stores_nothing_any_more(world: World, person: Person, ending: str) -> None:
    await person.go(await world.link(*VEHICLE, vendor="TESLA"))
    await person.press("Continue")
    callback = await world.answer((await person.follow("Sign in at Tesla")).address)
    method, _, path = ending.partition(" ")
    before = await world.sandbox.last_request()
    await world.app.call(method, path.format(user=world.user))
    page = await person.go(callback)
    assert page.heading == "Voltly has ended this"
    assert page.link("Back to Voltly").startswith(f"{BACK}&error=withdrawn&")
    assert await world.asked("tesla", _TOKEN, after=before) == 0
    assert await world.vehicles() == []


async def test_a_grant_that_comes_after_the_end_is_given_back(world: World, person: Person) -> None:
    """The app deletes the user while the vendor is being asked for the grant."""
    await world.at_form(person, await world.link(vendor="EASEE"))
    before, hub = await world.sandbox.last_request(), world.stack.hub
    access = Access(applications=(world.app.credentials.application_id,))

    async def is_granted() -> bool:
        return await world.asked("easee", "/api/accounts/profile", after=before) > 0

    async def is_revoked() -> bool:
        return await world.asked("easee", "/api/accounts/logout", after=before) > 0

    async with hub.db.transaction() as tx:
        await users.lock(tx, access, world.user)
        signing_in = asyncio.create_task(person.press("Sign in", username=world.username, password="right"))
        await until(is_granted)
        await delete_user(tx, access, world.user, vault=hub.vault, now=hub.clock())
    assert (await signing_in).heading == "Voltly has ended this"
    await until(is_revoked)
    assert await world.chargers() == []


async def test_disconnecting_the_vendor_leaves_a_session_at_another_one(world: World, person: Person) -> None:
    await world.at_form(person, await world.link(vendor="EASEE"))
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Your 2 chargers are linked")
    await person.go(await world.link(*VEHICLE, vendor="TESLA"))
    await person.press("Continue")
    left = await person.follow("Sign in at Tesla")
    await world.app.call("DELETE", f"/users/{world.user}/vendors/EASEE")
    await world.come_back(person, left)
    await arrived(person, "Your 2 cars are linked")


async def test_a_closed_tab_finishes_too(world: World) -> None:
    async with Person() as person:
        await world.at_form(person, await world.link(vendor="EASEE"))
        await person.press("Sign in", username=world.username, password="right")

    async def are_there() -> bool:
        return len(await world.chargers()) == 2

    await until(are_there)


async def test_a_vendor_in_trouble_is_waited_for_and_one_may_go_back_early(still_world: World, person: Person) -> None:
    world = still_world
    await _looking(world, person)

    async def is_told() -> bool:
        return "Tesla does not answer at the moment. We keep trying." in (await person.reload()).text

    await until(is_told)
    assert person.page.refresh == "3"
    assert "hidden" in person.page.html.partition("data-early")[2][:20]
    world.stack.hub.clock.forward(seconds=25)  # type: ignore[attr-defined]
    page = await person.reload()
    assert page.link("Back to Voltly") == BACK
    assert "hidden" not in page.html.partition("data-early")[2][:20]
    await world.fault("tesla")
    world.stack.hub.clock.forward(minutes=10)  # type: ignore[attr-defined]
    await arrived(person, "Your 2 cars are linked")


async def test_a_sign_in_that_hangs_was_interrupted_after_a_minute(still_world: World, person: Person) -> None:
    world = still_world
    await world.at_form(person, await world.link(vendor="EASEE"))
    session = person.page.address
    await world.fault("easee", Fault.SLOW)
    signing_in = asyncio.create_task(person.press("Sign in", username=world.username, password="right"))

    async def is_under_way() -> bool:
        async with person.http.get(session) as answer:
            return "Finding your charger" in await answer.text()

    await until(is_under_way)
    world.stack.hub.clock.forward(seconds=61)  # type: ignore[attr-defined]

    async def is_interrupted() -> bool:
        async with person.http.get(session) as answer:
            return "The sign-in was interrupted" in await answer.text()

    await until(is_interrupted)
    signing_in.cancel()
    await world.fault("easee")
    await person.go(session)
    await person.press("Sign in again")
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Your 2 chargers are linked")


async def test_a_day_later_what_was_not_finished_is_gone(still_world: World, person: Person) -> None:
    world = still_world
    account = await world.sandbox.change("tesla", world.username)
    vins = [device["vendor_device_id"] for device in account["devices"]]
    await world.sandbox.change("tesla", world.username, devices={vin: {"key": False} for vin in vins})
    link = await world.link(*VEHICLE, vendor="TESLA")
    await world.at_vendor(person, link)
    await arrived(person, "One last step with Tesla")
    world.stack.hub.clock.forward(minutes=16)  # type: ignore[attr-defined]
    await arrived(person, "Your 2 cars are linked")
    assert len(await world.vehicles()) == 2
