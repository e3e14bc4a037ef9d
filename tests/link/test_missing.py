"""A brand that isn't there: people say which one, operators see how often, and nobody fills the database with it."""

from datetime import timedelta

import pytest

from tests.link.conftest import CHARGER, World
from tests.support.person import Page, Person
from wattlink.connectors.devices import Kind
from wattlink.domain.access.model import Access
from wattlink.domain.vendors.wanted import store
from wattlink.domain.vendors.wanted.store import WantedBrand


async def test_a_brand_that_is_missing_is_wished_for_without_a_sign_in(world: World, person: Person) -> None:
    page = await world.at_form(person, await world.link("vehicle:read:data", "charger:read:data"))
    page = await person.follow("I do not see my brand")
    assert page.heading == "Which brand is missing?"
    assert not any("password" in form.fields for form in page.forms)
    page = await person.press("Send", brand="  Ökostrom   Box ", kind="charger")
    assert page.heading == "Thank you"
    assert (await person.reload()).heading == "Thank you"
    page = await person.follow("Back to the brands")
    assert page.heading == "Which brand is it?"
    (wish,) = await _wishes(world)
    assert (wish.kind, wish.brand, wish.requests) == (Kind.CHARGER, "Ökostrom Box", 1)


async def test_what_was_searched_for_in_vain_is_there_already(world: World, person: Person) -> None:
    await world.at_form(person, await world.link("vehicle:read:data", "charger:read:data"))
    await person.go(f"{person.page.address}?q=M%C3%BCller%20%26%20S%C3%B6hne")
    page = await person.follow("I do not see my brand")
    assert page.form("Send").fields["brand"] == "Müller & Söhne"


async def test_the_same_brand_is_counted_however_it_is_written(world: World) -> None:
    for typed in ("Høiax ÉCO", "høiax eco", "HØIAX-ECO"):
        async with Person() as somebody:
            await _ask(world, somebody, typed)
    (wish,) = await _wishes(world)
    assert (wish.brand, wish.requests) == ("Høiax ÉCO", 3)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x",
        "nora@example.com",
        "https://spam.example",
        "www.spam.example",
        "+47 912 34567 8901",
        "!!!",
        "x" * 41,
        "a\x00b",
    ],
)
async def test_what_is_no_brand_is_not_kept_and_may_be_mended(world: World, person: Person, typed: str) -> None:
    page = await _ask(world, person, typed)
    assert "That does not look like the name of a brand" in page.text
    assert page.title.startswith("Error: ")
    assert await _wishes(world) == []
    assert (await person.press("Send", brand="Acme")).heading == "Thank you"
    assert len(await _wishes(world)) == 1


async def test_one_session_asks_for_a_few_and_no_more(world: World, person: Person) -> None:
    await _ask(world, person, "First")
    for typed in ("Second", "Third", "Fourth", "Fifth"):
        await person.go(f"{person.page.address.partition('/missing')[0]}/missing")
        assert (await person.press("Send", brand=typed)).heading == "Thank you"
    assert sorted(wish.brand for wish in await _wishes(world)) == ["First", "Second", "Third"]


async def test_another_kind_than_the_session_s_is_refused(world: World, person: Person) -> None:
    await world.at_form(person, await world.link("vehicle:read:data", "charger:read:data"))
    await person.follow("I do not see my brand")
    await person.press("Send", brand="Acme", kind="meter")
    assert await _wishes(world) == []


async def test_nobody_else_can_ask_in_somebody_s_name(world: World, person: Person) -> None:
    page = await world.at_form(person, await world.link(*CHARGER))
    async with Person() as other:
        assert (await other.go(f"{page.address}/missing")).status == 403
    await person.follow("I do not see my brand")
    person.page.form("Send").fields["check"] = "forged"
    assert (await person.press("Send", brand="Acme")).status == 403
    assert await _wishes(world) == []


async def test_with_a_brand_chosen_there_is_nothing_to_ask_for(world: World, person: Person) -> None:
    page = await world.at_form(person, await world.link(*CHARGER, vendor="EASEE"))
    assert (await person.go(f"{page.address}/missing")).heading == "Sign in to Easee"


async def test_what_nobody_asks_for_any_more_is_forgotten(world: World, person: Person) -> None:
    await _ask(world, person, "Acme")
    async with world.stack.hub.db.transaction() as tx:
        await store.forget(tx, world.stack.hub.clock() - timedelta(days=1))
    assert len(await _wishes(world)) == 1
    async with world.stack.hub.db.transaction() as tx:
        await store.forget(tx, world.stack.hub.clock() + timedelta(days=1))
    assert await _wishes(world) == []


async def _ask(world: World, person: Person, typed: str) -> Page:
    await world.at_form(person, await world.link(*CHARGER))
    await person.follow("I do not see my brand")
    return await person.press("Send", brand=typed)


async def _wishes(world: World) -> list[WantedBrand]:
    access = Access(applications=(world.app.credentials.application_id,))
    async with world.stack.hub.db.read() as reader:
        return await store.wanted(reader, access)
