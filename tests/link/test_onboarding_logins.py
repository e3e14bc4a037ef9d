"""The two test logins that Podero's guide publishes, for any number of users: by a redirect, and by a form of ours."""

import pytest

from tests.link.conftest import World, arrived
from tests.link.test_onboarding import SUCCESS, Partner, partner
from tests.support.person import Person
from wattlink.connectors.vendors.myuplink.simulator import PUBLISHED as NIBE
from wattlink.connectors.vendors.tesla.simulator import PUBLISHED as TESLA

__all__ = ["partner"]  # the fixture


@pytest.fixture
async def world(world: World) -> World:
    """One with the published logins, as every sandbox has them."""
    for vendor, (username, password) in {"myuplink": NIBE, "tesla": TESLA}.items():
        await world.sandbox.open(vendor, username, password)
    return world


def test_they_are_as_published() -> None:
    assert NIBE == ("demomyuplink@nibe.se", "Demo1234")
    assert TESLA == ("demo-tesla@getfreeheat.com", "Demo1234")


async def test_a_nibe_heat_pump_by_redirect(world: World, partner: Partner, person: Person) -> None:
    found = [await _onboard(world, partner, person, "hp", NIBE)]
    async with Person() as another:
        await partner.enrol()
        found.append(await _onboard(world, partner, another, "hp", NIBE))
    assert len(set(found)) == 2
    pump = await partner.call("GET", partner.of_user(f"/heat-pumps/{found[1]}"))
    assert (pump["is_authenticated"], pump["price_zone"]) == (True, "DE_LU")
    assert pump["owner"]["id"] == partner.user["id"]


async def test_a_tesla_by_a_form(world: World, partner: Partner, person: Person) -> None:
    found = [await _onboard(world, partner, person, "ev", TESLA)]
    async with Person() as another:
        await partner.enrol()
        found.append(await _onboard(world, partner, another, "ev", TESLA))
    assert len(set(found)) == 2
    car = await partner.call("GET", partner.of_user(f"/electric-vehicles/{found[1]}"))
    assert car["is_authenticated"]
    assert 0 < car["battery_level"] <= 100


async def test_onboarding_what_is_there_already_gives_the_same_device(
    world: World, partner: Partner, person: Person
) -> None:
    first = await _onboard(world, partner, person, "ev", TESLA)
    async with Person() as again:
        assert await _onboard(world, partner, again, "ev", TESLA) == first
    assert len(await partner.call("GET", partner.of_user("/electric-vehicles"))) == 1


async def _onboard(world: World, partner: Partner, person: Person, device_type: str, login: tuple[str, str]) -> str:
    """Through the form to the end; gives the device's id as it came back to the partner."""
    session = await partner.begin(device_type=device_type)
    brand = {"hp": "myUplink", "ev": "Tesla"}[device_type]
    await person.go(session["authentication_url"])
    await person.press("Continue")
    if person.page.heading == "Which brand is it?":
        await person.press(next(name for form in person.page.forms for name in form.buttons if brand in name))
    if device_type == "ev":
        await person.press("Sign in at Tesla", username=login[0], password=login[1])
    else:
        await world.come_back(person, await person.follow("Sign in at"), username=login[0], password=login[1])
    page = await arrived(person, "Your ")
    after = await partner.call("GET", f"/device-onboarding/{session['id']}")
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={after['object_id']}"
    return str(after["object_id"])
