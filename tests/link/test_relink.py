"""Mending: the same account restores everything, another one is refused, and a missing pairing is made up for."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.link.conftest import BACK, CHARGER, VEHICLE, World, arrived, until
from tests.link.test_onboarding import CANCEL, SUCCESS, asked_which, new_partner
from tests.support.person import Page, Person
from tests.support.stack import Refused, Stack, running_stack


@pytest.fixture(scope="module")
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    """A server of its own: among many accounts, one breaks only once another was proved good meanwhile."""
    async with running_stack(new_database()) as running:
        yield running


async def _linked(world: World, person: Person) -> str:
    """Link the chargers; gives the id of one."""
    await world.at_form(person, await world.link(*CHARGER, vendor="EASEE"))
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Your 2 chargers are linked")
    return str((await world.chargers())[0]["id"])


async def _broken(world: World, person: Person) -> str:
    """Link the chargers and let the link break; gives the id of one."""
    charger_id = await _linked(world, person)
    await world.sandbox.withdraw("easee", world.username)
    await world.app.call("POST", f"/chargers/{charger_id}/refresh-hint")

    async def is_broken() -> bool:
        return not await world.is_valid()

    await until(is_broken)
    return charger_id


async def test_signing_in_again_restores_the_same_devices(world: World, person: Person) -> None:
    charger_id = await _broken(world, person)
    page = await person.go(await world.relink(charger_id))
    assert page.heading == "Sign in to Easee again"
    assert "Sign in with the same account as before" in page.text
    assert world.username not in page.text
    page = await person.press("Sign in", username=world.username, password="right")
    assert page.heading == "Everything works again" or "data-early hidden" in page.html  # nobody leaves at once
    page = await arrived(person, "Everything works again")
    assert page.link("Back to Voltly") == BACK
    assert await world.is_valid()
    chargers = await world.chargers()
    assert charger_id in [charger["id"] for charger in chargers]
    assert len(chargers) == 2
    assert all(charger["isReachable"] for charger in chargers)


async def test_a_wrong_password_while_mending_is_corrected_where_it_was_typed(world: World, person: Person) -> None:
    charger_id = await _broken(world, person)
    await person.go(await world.relink(charger_id))
    page = await person.press("Sign in", username=world.username, password="wrong")
    assert page.form("Sign in").fields["username"] == world.username
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Everything works again")


async def test_another_account_is_refused_in_plain_words(world: World, person: Person) -> None:
    charger_id = await _broken(world, person)
    other = f"other-{world.username}"
    await world.sandbox.open("easee", other, "right", devices=1)
    await person.go(await world.relink(charger_id))
    before = await world.sandbox.last_request()
    page = await person.press("Sign in", username=other, password="right")
    assert page.heading == "That is another account"
    assert page.link("Back to Voltly").startswith(f"{BACK}&error=wrong_account&")
    assert len(await world.chargers()) == 2
    assert not await world.is_valid()

    async def is_revoked() -> bool:
        return await world.asked("easee", "/api/accounts/logout", after=before, username=other) == 1

    await until(is_revoked)
    await person.press("Sign in with the first account")
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Everything works again")


async def test_what_works_is_not_mended(world: World, person: Person) -> None:
    charger_id = await _linked(world, person)
    with pytest.raises(Refused) as refused:
        await world.relink(charger_id)
    assert refused.value.status == 400


async def test_what_was_mended_meanwhile_says_so(world: World, person: Person) -> None:
    charger_id = await _broken(world, person)
    first, second = await world.relink(charger_id), await world.relink(charger_id)
    await person.go(first)
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Everything works again")
    async with Person() as later:
        await later.go(second)
        page = await later.press("Sign in", username=world.username, password="right")
        assert page.heading == "Everything works already"
        assert page.link("Back to Voltly") == BACK


async def test_a_broken_link_at_a_vendor_with_its_own_pages_is_one_click_away(world: World, person: Person) -> None:
    await world.at_vendor(person, await world.link(*VEHICLE, vendor="TESLA"))
    await arrived(person, "Your 2 cars are linked")
    vehicle_id = (await world.vehicles())[0]["id"]
    await world.sandbox.withdraw("tesla", world.username)
    await world.app.call("POST", f"/vehicles/{vehicle_id}/refresh-hint")

    async def is_broken() -> bool:
        return not await world.is_valid()

    await until(is_broken)
    page = await person.go(await world.relink(vehicle_id))
    assert page.heading == "Sign in to Tesla again"
    page = await person.press("Sign in at Tesla")
    assert page.refresh is not None
    delay, _, address = page.refresh.partition("; url=")
    assert (delay, address) == ("0", page.link("Sign in at Tesla"))
    for told in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-origin", "sec-fetch-dest": "iframe"}):
        async with person.http.get(page.address, headers=told) as answer:  # no click of hers, or one within a frame
            waiting = Page(answer.status, page.address, answer.headers, await answer.text())
        assert waiting.refresh is None
        assert waiting.link("Sign in at Tesla")
    await world.come_back(person, await person.follow("Sign in at Tesla"))
    await arrived(person, "Everything works again")
    assert vehicle_id in [vehicle["id"] for vehicle in await world.vehicles()]


async def test_a_permission_that_was_left_out_is_asked_for_again(world: World, person: Person) -> None:
    without = frozenset({"vehicle_charging_cmds"})
    await world.at_vendor(person, await world.link(*VEHICLE, vendor="TESLA"), without=without)
    page = await arrived(person, "Your 2 cars are linked")
    assert "Start and stop charging your car" in page.text
    vehicle_id = (await world.vehicles())[0]["id"]
    page = await person.go(await world.relink(vehicle_id))
    assert "Voltly lacks a permission" in page.text
    page = await person.press("Sign in at Tesla")
    await world.come_back(person, await person.follow("Sign in at Tesla"))
    await arrived(person, "Everything works again")
    assert [vehicle["scopes"] for vehicle in await world.vehicles()] == [list(VEHICLE)] * 2
    with pytest.raises(Refused):
        await world.relink(vehicle_id)


async def _without_key(world: World, *, devices: int = 1) -> list[str]:
    """The user's cars lose our key; gives their vendor device ids."""
    account = await world.sandbox.change("tesla", world.username)
    vins = [device["vendor_device_id"] for device in account["devices"]][:devices]
    await world.sandbox.change("tesla", world.username, devices={vin: {"key": False} for vin in vins})
    return vins


async def test_a_first_link_asks_for_the_pairing_near_its_end(world: World, person: Person) -> None:
    (vin,) = await _without_key(world)
    await world.at_vendor(person, await world.link(*VEHICLE, vendor="TESLA"))
    page = await arrived(person, "One last step with Tesla")
    assert "/_ak/" in page.link("Open Tesla's page")
    assert "<svg" in page.html
    assert await world.vehicles() == []
    await person.press("I have done this")
    page = await arrived(person, "One last step with Tesla")
    assert "Tesla does not see it yet" in page.text
    await world.sandbox.change("tesla", world.username, devices={vin: {"key": True}})
    await person.press("I have done this")
    await arrived(person, "Your 2 cars are linked")
    assert len(await world.vehicles()) == 2


async def test_a_pairing_is_put_off_and_made_up_for_without_signing_in(world: World, person: Person) -> None:
    (vin,) = await _without_key(world)
    await world.at_vendor(person, await world.link(*VEHICLE, vendor="TESLA"))
    await arrived(person, "One last step with Tesla")
    page = await person.press("Do it later")
    assert page.heading == "Your 2 cars are linked"
    assert "The last step is still open." in page.text
    async with Person() as reading:
        told = await reading.go(f"{world.stack.url}{page.link('More about this')}")
        assert told.heading == "Vehicle is missing a phone key"
    unpaired = [each for each in await world.vehicles() if each["capabilities"]["startCharging"]["interventionIds"]]
    assert len(unpaired) == 1
    page = await person.go(await world.relink(unpaired[0]["id"]))
    assert page.heading == "One last step with Tesla"
    page = await person.press("Continue")
    assert "Open Tesla's page" in page.text
    await world.sandbox.change("tesla", world.username, devices={vin: {"key": True}})
    await person.press("I have done this")
    await arrived(person, "Everything works again")
    assert all(each["capabilities"]["startCharging"]["isCapable"] for each in await world.vehicles())


async def test_a_partners_device_is_mended_and_keeps_its_id(world: World, person: Person) -> None:
    partner = await new_partner(world)
    await asked_which(world, partner, person)
    await person.press("Charger 2")
    await arrived(person, "Your 2 chargers are linked")
    device_id = (await partner.call("GET", partner.of_user("/wallboxes")))[-1]["id"]
    path = partner.of_user(f"/wallboxes/{device_id}")
    body = {"success_url": SUCCESS, "cancel_url": CANCEL}
    nothing = {"authentication_url": None, "device_id": device_id, "session_id": None}
    assert await partner.call("POST", f"{path}/auth_session", body) == nothing
    await world.sandbox.withdraw("easee", world.username)
    await world.app.call("POST", f"/chargers/{device_id}/refresh-hint")

    async def is_broken() -> bool:
        return not (await partner.call("GET", path))["is_authenticated"]

    await until(is_broken)
    assert (await partner.send("POST", f"{path}/auth_session", {"success_url": "javascript:1"}))[0] == 422
    made = await partner.call("POST", f"{path}/auth_session", body)
    async with Person() as again:
        await again.go(made["authentication_url"])
        await again.press("Sign in", username=world.username, password="right")
        page = await arrived(again, "Everything works again")
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={device_id}"
    assert (await partner.call("GET", path))["is_authenticated"]
