"""Linking by the vendor's own pages: one exchange per sign-in, for the browser that began it and nobody else."""

import asyncio
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from tests.link.conftest import BACK, VEHICLE, World, arrived, until
from tests.support.person import Page, Person
from tests.support.vendor_pages import NotLetIn
from wattlink.connectors.simulation import Fault

_TOKEN = "/oauth2/v3/token"


async def _left(world: World, person: Person, *scopes: str) -> Page:
    """Where the browser is after it was sent to the vendor."""
    await person.go(await world.link(*(scopes or VEHICLE), vendor="TESLA"))
    page = await person.press("Continue")
    assert "You sign in on Tesla's own site. We never see your password." in page.text
    assert page.forms == [form for form in page.forms if "password" not in form.fields]
    return await person.follow("Sign in at Tesla")


async def test_a_car_is_linked_on_the_vendors_own_pages(world: World, person: Person) -> None:
    left = await _left(world, person)
    page = await world.come_back(person, left)
    assert "code=" not in page.address
    page = await arrived(person, "Your 2 cars are linked")
    assert page.link("Back to Voltly") == BACK
    vehicles = await world.vehicles()
    assert all(vehicle["chargeState"]["batteryLevel"] is not None for vehicle in vehicles)
    assert all(vehicle["scopes"] == list(VEHICLE) for vehicle in vehicles)
    assert "%, " in page.text


async def test_each_leaving_has_a_state_of_its_own(world: World, person: Person) -> None:
    await _left(world, person)
    session, states = await _session_of(person, world), set()
    for _ in range(3):
        await person.go(session)
        left = await person.follow("Sign in at Tesla")
        states.add(parse_qs(urlsplit(left.address).query)["state"][0])
    assert len(states) == 3
    assert all(len(state) >= 43 for state in states)


async def test_fifty_copies_of_a_callback_are_one_sign_in_and_one_result(world: World, person: Person) -> None:
    left = await _left(world, person)
    callback, before = await world.answer(left.address), await world.sandbox.last_request()
    copies = [person.http.get(callback, allow_redirects=False) for _ in range(50)]
    answers = await asyncio.gather(*copies)
    assert {answer.status for answer in answers} == {303}
    locations = {answer.headers["location"] for answer in answers}
    assert len(locations) == 1
    assert await world.asked("tesla", _TOKEN, after=before) == 1
    await person.go(world.stack.url + locations.pop())
    await arrived(person, "Your 2 cars are linked")
    assert (await person.go(callback)).heading == "Your 2 cars are linked"
    assert await world.asked("tesla", _TOKEN, after=before) == 1


async def test_a_no_at_the_vendor_is_a_no(world: World, person: Person) -> None:
    left = await _left(world, person)
    page = await world.come_back(person, left, consent=False)
    assert page.heading == "You did not agree at Tesla"
    assert page.link("Back to Voltly").startswith(f"{BACK}&error=access_denied&")
    page = await person.press("Sign in again")
    await world.come_back(person, await person.follow("Sign in at Tesla"))
    await arrived(person, "Your 2 cars are linked")


async def test_without_the_permission_to_read_nothing_is_linked_and_the_grant_is_given_back(
    world: World, person: Person
) -> None:
    left = await _left(world, person)
    before = await world.sandbox.last_request()
    page = await world.come_back(person, left, without=frozenset({"vehicle_device_data"}))
    assert page.heading == "A permission was left out"
    assert page.link("Back to Voltly").startswith(f"{BACK}&error=permission_missing&")
    assert await world.vehicles() == []

    async def is_revoked() -> bool:
        return await world.asked("tesla", "/oauth2/v3/revoke", after=before) == 1

    await until(is_revoked)


async def test_with_another_permission_left_out_it_is_linked_and_said_so(world: World, person: Person) -> None:
    left = await _left(world, person)
    await world.come_back(person, left, without=frozenset({"vehicle_charging_cmds"}))
    page = await arrived(person, "Your 2 cars are linked")
    assert "You left out a permission" in page.text
    assert "Start and stop charging your car" in page.text
    assert [vehicle["scopes"] for vehicle in await world.vehicles()] == [["vehicle:read:data"]] * 2


async def test_a_callback_in_another_browser_asks_the_vendor_nothing(world: World, person: Person) -> None:
    left = await _left(world, person)
    callback, before = await world.answer(left.address), await world.sandbox.last_request()
    async with Person() as victim:
        page = await victim.go(callback)
        assert (page.status, page.heading) == (403, "Opened in another browser")
        other = World(world.stack, world.app)
        await other.at_form(victim, await other.link(*VEHICLE))
        page = await victim.go(callback)
        assert (page.status, page.heading) == (403, "Opened in another browser")
    assert await world.asked("tesla", _TOKEN, after=before) == 0
    await person.go(callback)
    await arrived(person, "Your 2 cars are linked")


async def test_a_callback_of_another_registration_asks_the_vendor_nothing(world: World, person: Person) -> None:
    left = await _left(world, person)
    callback, before = await world.answer(left.address), await world.sandbox.last_request()
    path = urlsplit(callback).path
    for registration in (str(uuid4()), "00000000-0000-0000-0000-000000000000"):
        page = await person.go(callback.replace(path, f"/link/callback/{registration}"))
        assert page.status == 403
    assert await world.asked("tesla", _TOKEN, after=before) == 0


async def test_a_code_is_good_for_its_own_sign_in_only(world: World, person: Person) -> None:
    """Somebody puts the code of another sign-in into this one."""
    stolen = await world.answer((await _left(world, person)).address)
    code = parse_qs(urlsplit(stolen).query)["code"][0]
    left = await _left(world, person)
    state = parse_qs(urlsplit(left.address).query)["state"][0]
    await person.go(f"{stolen.partition('?')[0]}?code={code}x&state={state}")
    assert person.page.heading == "The sign-in was interrupted"
    assert await world.vehicles() == []


async def test_a_callback_that_was_overtaken_goes_on_where_its_browser_is(world: World, person: Person) -> None:
    overtaken = await world.answer((await _left(world, person)).address)
    before = await world.sandbox.last_request()
    session = await _session_of(person, world)
    await person.go(session)
    left = await person.follow("Sign in at Tesla")
    page = await person.go(overtaken)
    assert (page.address, page.heading) == (session, "Sign in to Tesla")
    assert await world.asked("tesla", _TOKEN, after=before) == 0
    await world.come_back(person, left)
    await arrived(person, "Your 2 cars are linked")


@pytest.mark.parametrize(
    ("brought", "heading"),
    [
        ("", "The sign-in was interrupted"),
        ("&code=", "The sign-in was interrupted"),
        ("&error=access_denied", "You did not agree at Tesla"),
        ("&error=temporarily_unavailable", "Tesla does not answer"),
        ("&error=unauthorized_client", "Tesla did not let the sign-in through"),
        ("&error=%3Cscript%3Ealert(1)%3C/script%3E", "Tesla did not let the sign-in through"),
    ],
)
async def test_what_a_vendor_says_instead_of_a_code(world: World, person: Person, brought: str, heading: str) -> None:
    left = await _left(world, person)
    query = parse_qs(urlsplit(left.address).query)
    page = await person.go(f"{query['redirect_uri'][0]}?state={query['state'][0]}{brought}")
    assert page.heading == heading
    assert "script>alert" not in page.html


async def test_an_unknown_state_leads_nowhere(world: World) -> None:
    async with Person() as stranger:
        for query in ("", "?state=", "?state=x&code=y", "?error=access_denied"):
            page = await stranger.go(f"{world.stack.url}/link/callback/{uuid4()}{query}")
            assert (page.status, page.heading) == (404, "There is nothing here")


async def test_a_vendor_that_fails_at_the_exchange_is_tried_again(world: World, person: Person) -> None:
    left = await _left(world, person)
    callback = await world.answer(left.address)
    await world.sandbox.vendor_fault("tesla", Fault.OUTAGE)
    try:
        page = await person.go(callback)
        assert page.heading == "Tesla does not answer"
    finally:
        await world.sandbox.vendor_fault("tesla")
    await person.press("Try again")
    await world.come_back(person, await person.follow("Sign in at Tesla"))
    await arrived(person, "Your 2 cars are linked")


async def test_a_locked_account_is_the_vendors_to_tell(world: World, person: Person) -> None:
    left = await _left(world, person)
    await world.fault("tesla", Fault.ACCOUNT_LOCKED)
    with pytest.raises(NotLetIn, match="locked"):
        await world.answer(left.address)
    assert (await person.go(await _session_of(person, world))).heading == "Sign in to Tesla"


async def _session_of(person: Person, world: World) -> str:
    """The address of the newest session of this browser."""
    names = sorted(cookie.key for cookie in person.http.cookie_jar)
    digits = names[-1].rpartition("-")[2]
    return f"{world.stack.url}/link/session/{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


async def test_who_comes_back_after_a_day_is_told_so_and_the_vendor_asked_nothing(
    still_world: World, person: Person
) -> None:
    world = still_world
    callback = await world.answer((await _left(world, person)).address)
    before = await world.sandbox.last_request()
    world.stack.hub.clock.forward(hours=24)  # type: ignore[attr-defined]
    page = await person.go(callback)
    assert (page.status, page.heading) == (410, "This link has expired")
    assert await world.asked("tesla", _TOKEN, after=before) == 0
