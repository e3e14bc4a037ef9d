"""How a brand does, on its page: trouble is told to everybody, a rate only where it tells of nobody."""

import re

from tests.link.conftest import VEHICLE, World, arrived
from tests.support.clock import StillClock
from tests.support.person import Person
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.accounts.listing.success import CROWD
from wattlink.domain.vendors import store as vendors
from wattlink.domain.vendors.circuits import store as circuits
from wattlink.domain.vendors.health import store
from wattlink.domain.vendors.health.model import slot_of
from wattlink.domain.vendors.health.store import Counted
from wattlink.link.public.standing import KEPT


async def test_an_outage_is_told_and_so_is_its_end(still_world: World, clock: StillClock, person: Person) -> None:
    page = await person.go(f"{still_world.stack.url}/brands/easee")
    assert "No trouble is known." in page.text
    registration_id = await _registration(still_world, "easee")
    async with still_world.stack.hub.db.transaction() as tx:
        await tx.execute("UPDATE circuit SET open_since = %(now)s, probe_at = %(now)s + interval '1 day'", now=clock())
    clock.forward(seconds=KEPT.total_seconds())
    page = await person.go(f"{still_world.stack.url}/brands")
    assert page.text.count("Has trouble at the moment") >= 1
    page = await person.follow("E Easee")
    assert "It has trouble at the moment. That has nothing to do with you" in page.text
    async with still_world.stack.hub.db.transaction() as tx:
        await circuits.close_circuit(tx, registration_id)
    clock.forward(seconds=KEPT.total_seconds())
    assert "No trouble is known." in (await person.reload()).text


async def test_a_rate_is_told_once_a_crowd_is_behind_it(still_world: World, clock: StillClock, person: Person) -> None:
    world = still_world
    await world.at_vendor(person, await world.link(*VEHICLE, vendor="TESLA"))
    await arrived(person, "Your 2 cars are linked")
    counted = Counted(
        registration_id=await _registration(world, "tesla"),
        began_at=slot_of(clock()),
        visits=1_000_000,  # what the workers add to it doesn't show
        visits_failed=330_000,
    )
    async with world.stack.hub.db.transaction() as tx:
        await store.add(tx, [counted])
    page = await person.go(f"{world.stack.url}/brands/tesla?lang=de")
    assert "Keine Störung bekannt." in page.text
    assert not re.search(r"\d\s*%", page.text)
    async with world.stack.hub.db.transaction() as tx:
        await tx.execute(_MORE_ACCOUNTS, more=CROWD - 1)
    clock.forward(seconds=KEPT.total_seconds())
    page = await person.reload()
    assert "Es funktioniert gerade nicht immer. Das hat nichts mit Ihnen zu tun." in page.text
    assert "In den letzten 24 Stunden waren etwa 65\N{NO-BREAK SPACE}% unserer Anfragen an Tesla" in page.html


_MORE_ACCOUNTS = """
    INSERT INTO account (account_id, application_id, user_id, registration_id, vendor, subject, state, kinds, scopes,
                         asked_scopes, created_at)
    SELECT gen_random_uuid(), application_id, user_id, registration_id, vendor, subject || number, state, kinds, scopes,
           asked_scopes, created_at
      FROM account CROSS JOIN generate_series(1, %(more)s::integer) AS number
     WHERE vendor = 'tesla'
"""


async def _registration(world: World, vendor: str) -> RegistrationId:
    async with world.stack.hub.db.read() as reader:
        (found,) = [each for each in await vendors.list_registrations(reader) if each.vendor == vendor]
    return found.registration_id
