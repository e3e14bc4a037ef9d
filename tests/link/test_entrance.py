"""The link URL: looking uses nothing up, one browser goes on, everybody else is turned away with a way back."""

import asyncio

import pytest

from tests.link.conftest import BACK, World, arrived
from tests.support.person import Person


async def test_previews_and_reloads_use_nothing_up(world: World, person: Person) -> None:
    link = await world.link()
    for bot in ("WhatsApp/2.23", "facebookexternalhit/1.1", "Slackbot-LinkExpanding 1.0"):
        async with Person(**{"user-agent": bot}) as preview:
            for _ in range(5):
                page = await preview.go(link)
                assert (page.status, page.heading) == (200, "Link your charger to Voltly")
    await person.go(link)
    await person.reload()
    page = await person.press("Continue")
    assert (page.status, page.heading) == (200, "Which brand is it?")


async def test_the_same_browser_goes_on_where_it_was(world: World, person: Person) -> None:
    link = await world.link()
    await world.at_form(person, link)
    assert (await person.go(link)).heading == "Which brand is it?"
    await person.press("E Easee")
    assert (await person.go(link)).heading == "Sign in to Easee"
    assert link.rpartition("/")[2] not in person.page.address
    await person.press("Sign in", username=world.username, password="right")
    await person.go(link)
    await arrived(person, "Your 2 chargers are linked")


async def test_afterwards_it_was_used_and_leads_back_without_an_error(world: World, person: Person) -> None:
    link = await world.link(vendor="EASEE")
    await world.at_form(person, link)
    await person.press("Sign in", username=world.username, password="right")
    done = await arrived(person, "Your 2 chargers are linked")
    assert done.link("Back to Voltly") == BACK
    async with Person() as other:
        for somebody in (person, other):
            page = await somebody.go(link)
            assert (page.status, page.heading) == (410, "This link was used already")
            assert page.link("Back to Voltly") == BACK
            assert page.forms == []


async def test_another_browser_is_turned_away_at_every_step(world: World, person: Person) -> None:
    link = await world.link()
    await world.at_form(person, link)
    async with Person() as other:
        page = await other.go(link)
        assert (page.status, page.heading) == (403, "Opened in another browser")
        assert page.link("Back to Voltly") == f"{BACK}&error=wrong_browser&error_message=" + (
            "The%20link%20session%20was%20opened%20in%20another%20browser."
        )
        assert page.forms == []
        for path in ("", "/progress", "/leave"):
            page = await other.go(f"{person.page.address}{path}")
            assert (page.status, page.heading) == (403, "Opened in another browser")
            assert (page.forms, page.links) == ([], [])  # the id is no secret, but the app's address may hold one
            assert BACK.partition("?")[0] not in page.html
    assert (await person.press("E Easee")).heading == "Sign in to Easee"


async def test_of_two_browsers_that_click_at_once_one_goes_on(world: World) -> None:
    link = await world.link()
    people = [Person() for _ in range(8)]
    try:
        for one in people:
            await one.__aenter__()
            await one.go(link)
        pages = await asyncio.gather(*(one.press("Continue") for one in people))
    finally:
        for one in people:
            await one.__aexit__(None, None, None)
    headings = sorted(page.heading for page in pages)
    assert headings == ["Opened in another browser"] * 7 + ["Which brand is it?"]


async def test_two_clicks_of_one_browser_are_one(world: World, person: Person) -> None:
    await person.go(await world.link())
    welcome = person.page
    await person.press("Continue")
    person.page = welcome
    assert (await person.press("Continue")).heading == "Which brand is it?"


async def test_after_a_day_it_has_expired(still_world: World, person: Person) -> None:
    link = await still_world.link()
    await still_world.at_form(person, link)
    still_world.stack.hub.clock.forward(hours=23, minutes=59)  # type: ignore[attr-defined]
    assert (await person.go(link)).heading == "Which brand is it?"
    still_world.stack.hub.clock.forward(minutes=1)  # type: ignore[attr-defined]
    for address in (link, person.page.address):
        page = await person.go(address)
        assert (page.status, page.heading) == (410, "This link has expired")
        assert page.link("Back to Voltly").startswith(f"{BACK}&error=session_expired&")
    await still_world.app.sign_in()  # its token lived an hour
    async with Person() as other:
        assert (await other.go(await still_world.link())).heading == "Link your charger to Voltly"


@pytest.mark.parametrize(
    "token", ["x", "A" * 43, "..", "%00", "%ff", "%ed%a0%80", "a%2Fb", "%27%3B%20DROP%20TABLE%20link_session"]
)
async def test_unknown_links_all_look_the_same(world: World, person: Person, token: str) -> None:
    pages = [
        await person.go(f"{world.stack.url}/link/{tried}")
        for tried in (token, "B" * 43, "session/0", "callback/0", "static/x")
    ]
    assert {page.status for page in pages} == {404}
    assert {page.text for page in pages} == {pages[0].text}
    assert pages[0].heading == "There is nothing here"


async def test_without_cookies_nothing_is_bound(world: World) -> None:
    link = await world.link()
    async with Person() as careful:
        await careful.go(link)
        careful.http.cookie_jar.clear()
        page = await careful.press("Continue")
        assert (page.status, page.heading) == (403, "Opened in another browser")
    async with Person() as other:
        assert (await other.go(link)).heading == "Link your charger to Voltly"
