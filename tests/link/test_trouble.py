"""A vendor in trouble: its sign-in isn't offered, and nobody is made to feel that it was their doing."""

from tests.link.conftest import BACK, VEHICLE, World
from tests.support.person import Person


async def _trouble(world: World, vendor: str, *, minutes: int | None) -> None:
    """The vendor has been down for so long, or is well again."""
    async with world.stack.hub.db.transaction() as tx:
        await tx.execute(
            """
            UPDATE circuit SET open_since = %(now)s - make_interval(mins => %(minutes)s)
              FROM registration WHERE registration.registration_id = circuit.registration_id AND vendor = %(vendor)s
            """,
            now=world.stack.hub.clock(),
            minutes=minutes,
            vendor=vendor,
        )


async def test_a_brand_in_trouble_is_listed_with_a_note_and_its_sign_in_is_not_offered(
    still_world: World, person: Person
) -> None:
    world = still_world
    await _trouble(world, "easee", minutes=12)
    page = await world.at_form(person, await world.link("vehicle:read:data", "charger:read:data"))
    assert "E Easee Has trouble at the moment" in page.text
    page = await person.press("E Easee")
    assert "Easee has trouble at the moment This has nothing to do with you or your account" in page.text
    assert "It has lasted 12 minutes so far." in page.text
    assert all("password" not in form.fields for form in page.forms)
    assert page.link("Back to Voltly").startswith(f"{BACK}&error=vendor_down&")
    await _trouble(world, "easee", minutes=None)
    page = await person.reload()
    assert page.form("Sign in").fields["username"] == ""


async def test_the_same_where_one_would_leave_for_the_vendor(still_world: World, person: Person) -> None:
    world = still_world
    await _trouble(world, "tesla", minutes=90)
    await person.go(await world.link(*VEHICLE, vendor="TESLA", language="de-DE"))
    page = await person.press("Weiter")
    assert "Bisherige Dauer: 2 Stunden." in page.text
    assert not any(link.text.startswith("Bei Tesla anmelden") for link in page.links)
    assert page.link("Noch einmal nachsehen") == ""
