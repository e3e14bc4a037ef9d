"""A vendor in trouble: nobody is asked to sign in there, nor made to feel that it was their doing."""

from tests.link.conftest import BACK, CHARGER, VEHICLE, World, arrived
from tests.support.clock import StillClock
from tests.support.person import Person
from wattlink.domain.vendors import store as vendors
from wattlink.domain.vendors.health import store
from wattlink.domain.vendors.health.model import slot_of
from wattlink.domain.vendors.health.store import Counted


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


async def _lately(world: World, vendor: str, *, visits: int, failed: int) -> None:
    """So many visits were made at the vendor just now, and so many of them failed."""
    async with world.stack.hub.db.transaction() as tx:
        (registration,) = [found for found in await vendors.list_registrations(tx) if found.vendor == vendor]
        slot = slot_of(world.stack.hub.clock())
        counted = Counted(
            registration_id=registration.registration_id, began_at=slot, visits=visits, visits_failed=failed
        )
        await store.add(tx, [counted])


async def test_a_brand_in_trouble_is_listed_with_a_note_and_its_sign_in_is_not_offered(
    still_world: World, person: Person
) -> None:
    world = still_world
    await _trouble(world, "easee", minutes=12)
    page = await world.at_form(person, await world.link("vehicle:read:data", "charger:read:data"))
    assert "E Easee Has trouble at the moment" in page.text
    page = await person.press("E Easee")
    assert page.heading == "Easee has trouble at the moment"
    assert "This has nothing to do with you or your account, and you need not do anything." in page.text
    assert "It has lasted 12 minutes so far." in page.text
    assert all("password" not in form.fields for form in page.forms)
    assert page.link("Back to Voltly").startswith(f"{BACK}&error=vendor_down&")
    assert (await person.press("Choose another brand")).heading == "Which brand is it?"
    await person.press("E Easee")
    await _trouble(world, "easee", minutes=None)
    page = await person.reload()
    assert page.form("Sign in").fields["username"] == ""


async def test_during_an_incident_nobody_is_asked_to_sign_in_again(still_world: World, person: Person) -> None:
    world = still_world
    await world.at_vendor(person, await world.link(*VEHICLE, vendor="TESLA"))
    await arrived(person, "Your 2 cars are linked")
    vehicle_id = (await world.vehicles())[0]["id"]
    async with world.stack.hub.db.transaction() as tx:
        await tx.execute("UPDATE account SET state = 'broken'")
    await _trouble(world, "tesla", minutes=90, kind="incident")
    page = await person.go(await world.relink(vehicle_id))
    assert page.heading == "Tesla has trouble at the moment"
    assert "Nobody needs to sign in again: what is linked will work again by itself." in page.text
    assert not any(link.text.startswith("Sign in") for link in page.links)
    assert "Sign in at" not in page.text


async def test_the_same_where_one_would_leave_for_the_vendor(still_world: World, person: Person) -> None:
    world = still_world
    await _trouble(world, "tesla", minutes=90)
    await person.go(await world.link(*VEHICLE, vendor="TESLA", language="de-DE"))
    page = await person.press("Weiter")
    assert "Bisherige Dauer: 2 Stunden." in page.text
    assert not any(link.text.startswith("Bei Tesla anmelden") for link in page.links)
    assert page.link("Noch einmal nachsehen") == ""


async def test_a_page_from_before_the_trouble_sends_nobody_to_the_vendor(still_world: World, person: Person) -> None:
    world = still_world
    await world.at_form(person, await world.link(*CHARGER, vendor="EASEE"))
    asked = await world.asked("easee", "/login")
    await _trouble(world, "easee", minutes=1, kind="incident")
    page = await person.press("Sign in", username=world.username, password="right")
    assert page.heading == "Easee has trouble at the moment"
    assert await world.asked("easee", "/login") == asked
    await person.go(await world.link(*VEHICLE, vendor="TESLA"))
    page = await person.press("Continue")
    await _trouble(world, "tesla", minutes=1)
    assert (await person.follow("Sign in at Tesla")).heading == "Tesla has trouble at the moment"


async def test_where_sign_ins_fail_now_and_then_one_is_warned_and_may_try(still_world: World, person: Person) -> None:
    world = still_world
    await _lately(world, "easee", visits=40, failed=8)
    page = await world.at_form(person, await world.link("vehicle:read:data", "charger:read:data"))
    assert "E Easee Signing in may take several tries at the moment" in page.text
    assert "T Tesla Cars" in page.text
    page = await person.press("E Easee")
    assert page.heading == "Sign in to Easee"
    assert "Signing in at Easee does not always work at the moment" in page.text
    await person.press("Sign in", username=world.username, password="wrong")
    assert "does not always work" not in person.page.text  # what happened is said, and nothing beside it
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Your 2 chargers are linked")


async def test_where_most_fails_nobody_can_try_until_it_gets_better(
    still_world: World, person: Person, clock: StillClock
) -> None:
    world = still_world
    await _lately(world, "easee", visits=40, failed=30)
    page = await world.at_form(person, await world.link(*CHARGER, vendor="EASEE"))
    assert page.heading == "Easee has trouble at the moment"
    assert "so far" not in page.text
    clock.forward(minutes=20)
    assert (await person.reload()).heading == "Sign in to Easee"
