"""A vendor in trouble: nobody is asked to sign in there, nor made to feel that it was their doing."""

from tests.link.conftest import BACK, CHARGER, VEHICLE, World, arrived
from tests.support.person import Person


async def _trouble(world: World, vendor: str, *, minutes: int | None, kind: str = "outage") -> None:
    """The vendor has been in this trouble for so long, or is well again."""
    async with world.stack.hub.db.transaction() as tx:
        await tx.execute(
            """
            UPDATE circuit
               SET open_since = CASE WHEN %(kind)s = 'outage' THEN %(now)s - make_interval(mins => %(minutes)s) END,
                   probe_at = CASE WHEN %(kind)s = 'outage' THEN %(now)s + interval '1 day' END,
                   incident_since =
                       CASE WHEN %(kind)s = 'incident' THEN %(now)s - make_interval(mins => %(minutes)s) END
              FROM registration WHERE registration.registration_id = circuit.registration_id AND vendor = %(vendor)s
            """,
            now=world.stack.hub.clock(),
            minutes=minutes,
            vendor=vendor,
            kind=kind,
        )


async def test_a_brand_in_trouble_is_listed_with_a_note_and_its_sign_in_is_not_offered(
    still_world: World, person: Person
) -> None:
    world = still_world
    await _trouble(world, "easee", minutes=12, kind="incident")
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
    await _trouble(world, "tesla", minutes=90, kind="incident")
    await person.go(await world.link(*VEHICLE, vendor="TESLA", language="de-DE"))
    page = await person.press("Weiter")
    assert "Bisherige Dauer: 2 Stunden." in page.text
    assert not any(link.text.startswith("Bei Tesla anmelden") for link in page.links)
    assert page.link("Noch einmal nachsehen") == ""


async def test_during_an_outage_one_may_try_anyway_and_ends_it_so(still_world: World, person: Person) -> None:
    world = still_world
    await _trouble(world, "easee", minutes=12)
    await world.at_form(person, await world.link(*CHARGER, vendor="EASEE"))
    page = person.page
    assert "Easee has trouble at the moment" in page.text
    assert page.link("Look again") == ""
    assert "<details>" in page.html.partition("Look again")[2].partition("Try to sign in anyway")[0]
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Your 2 chargers are linked")
    assert "trouble" not in (await world.at_form(person, await world.link(*CHARGER, vendor="EASEE"))).text


async def test_the_same_where_one_leaves_for_the_vendor_to_mend_a_link(still_world: World, person: Person) -> None:
    world = still_world
    without = frozenset({"vehicle_charging_cmds"})
    await world.at_vendor(person, await world.link(*VEHICLE, vendor="TESLA"), without=without)
    await arrived(person, "Your 2 cars are linked")
    vehicle_id = (await world.vehicles())[0]["id"]
    await _trouble(world, "tesla", minutes=90)
    await person.go(await world.relink(vehicle_id))
    page = await person.press("Sign in at Tesla")
    assert page.refresh is not None
    await world.come_back(person, await person.follow("Sign in at Tesla"))
    await arrived(person, "Everything works again")
