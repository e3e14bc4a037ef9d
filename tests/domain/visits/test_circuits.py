"""Stories of outages: a vendor that is down is asked once a minute, and by everybody only when it is back."""

from datetime import datetime

from structlog.testing import capture_logs

from tests.support.accounts import World
from wattlink.connectors.simulation import Fault
from wattlink.domain.accounts import leave
from wattlink.domain.accounts.link import discovery, take_back
from wattlink.domain.vendors.health.look import look
from wattlink.domain.vendors.status import work_status
from wattlink.domain.visits.recover import vendor_answered


async def linked(world: World, vendor: str = "easee", count: int = 6) -> None:
    """So many accounts at a vendor."""
    for number in range(count):
        await world.sandbox.open(vendor, f"user{number}@example.com")
        await world.link(vendor, f"user{number}@example.com", user=f"user{number}")


async def open_since(world: World) -> datetime | None:
    """Since when the vendor's circuit is open."""
    async with world.hub.db.read() as reader:
        troubled = [found for found in await look(reader, world.access, now=world.clock()) if not found.may_link]
    return troubled[0].since if troubled else None


async def test_an_outage_stops_all_visits_but_one_a_minute(world: World) -> None:
    await linked(world)
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    assert await world.visit_due(minutes=8) == 6
    opened = await open_since(world)
    assert opened == world.clock()
    assert await world.visit_due(seconds=59) == 0
    assert await world.visit_due(seconds=1) == 1
    assert await world.visit_due(minutes=1) == 1
    assert await world.visit_due(minutes=30) == 1
    assert await open_since(world) == opened


async def test_when_the_vendor_is_back_the_visits_are_spread(world: World) -> None:
    await linked(world)
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    await world.visit_due(minutes=8)
    await world.sandbox.vendor_fault("easee")
    assert await world.visit_due(minutes=10) == 1
    assert await open_since(world) is None
    async with world.hub.db.read() as reader:
        due = await reader.all(datetime, "SELECT due_at FROM visit ORDER BY due_at")
    assert world.clock() < due[0] < due[4]
    assert await world.visit_due(seconds=1) == 5


async def test_another_vendor_is_visited_as_ever(world: World) -> None:
    await linked(world)
    await linked(world, "tesla", 3)
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    await world.visit_due(minutes=8)
    await world.visit_due()
    assert await world.visit_due(minutes=9) == 3 + 1


async def test_one_account_in_trouble_opens_no_circuit(world: World) -> None:
    await linked(world)
    await world.sandbox.fault("easee", "user0@example.com", Fault.OUTAGE)
    for _ in range(8):
        await world.visit_due(minutes=8)
        assert await open_since(world) is None


async def test_revocations_wait_while_the_vendor_is_down(world: World) -> None:
    await linked(world)
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    await world.visit_due(minutes=8)
    user_id = await world.user("user0")
    async with world.hub.db.transaction() as tx:
        await leave.deauthorize(tx, world.access, user_id, vault=world.hub.vault, now=world.clock())
    assert await world.revoke_due(seconds=59) == 0
    await world.sandbox.vendor_fault("easee")
    await world.visit_due(seconds=1)
    assert await world.revoke_due() == 1


async def test_whoever_links_meanwhile_is_told_and_waits(world: World) -> None:
    await linked(world)
    await world.sandbox.open("easee", "new@example.com")
    by = await world.linked_by("easee", "new")
    grant = await world.grant("easee", "new@example.com")
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    await world.visit_due(minutes=8)
    account_id, since = await world.save(by, grant), world.clock()
    await world.visit_due()
    async with world.hub.db.read() as reader:
        waiting = await discovery(reader, account_id, since)
        assert (waiting.finished, waiting.error) == (False, "vendor_down")
        await world.sandbox.vendor_fault("easee")
        await world.visit_due(minutes=1)
        await world.visit_due(seconds=1)
        assert (await discovery(reader, account_id, since)).finished


async def test_whoever_is_on_call_reads_that_a_vendor_went_and_came_back(world: World) -> None:
    await linked(world)
    with capture_logs() as entries:
        await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
        await world.visit_due(minutes=8)
        await world.sandbox.vendor_fault("easee")
        await world.visit_due(minutes=1)
    told = [(entry["event"], entry["vendor"]) for entry in entries if "circuit" in entry["event"]]
    assert told == [("a circuit opened", "easee"), ("a circuit closed", "easee")]


async def test_operators_see_the_outage(world: World) -> None:
    await linked(world, count=3)
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    await world.visit_due(minutes=8)
    world.clock.forward(seconds=90)
    async with world.hub.db.read() as reader:
        status, _ = await work_status(reader, world.clock())
    assert (status.due, status.oldest_age, status.failing) == (1, 90.0, (("easee: vendor_down", 1),))


async def down_for_one_that_leaves(world: World) -> None:
    """The circuit opens for the only account, which its session then takes back."""
    await world.sandbox.open("easee", "new@example.com")
    by = await world.linked_by("easee", "new")
    grant = await world.grant("easee", "new@example.com")
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    await world.save(by, grant)
    for minutes in (0, 3, 6):
        await world.visit_due(minutes=minutes)
    assert await open_since(world) is not None
    async with world.hub.db.transaction() as tx:
        await take_back(tx, by.session_id, vault=world.hub.vault, now=world.clock())


async def test_where_nobody_wants_a_visit_any_more_the_circuit_closes(world: World) -> None:
    await down_for_one_that_leaves(world)
    assert await world.visit_due(minutes=1) == 0
    assert await open_since(world) is None
    await world.sandbox.vendor_fault("easee")
    assert await world.revoke_due(minutes=1) == 1


async def test_one_revocation_a_minute_tries_whether_the_vendor_is_back(world: World) -> None:
    await linked(world)
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    await world.visit_due(minutes=8)
    for number in range(3):
        user_id = await world.user(f"user{number}")
        async with world.hub.db.transaction() as tx:
            await leave.deauthorize(tx, world.access, user_id, vault=world.hub.vault, now=world.clock())
    assert await world.revoke_due(minutes=1) == 1
    assert await world.revoke_due(seconds=59) == 0
    assert await open_since(world) is not None
    await world.sandbox.vendor_fault("easee")
    assert await world.revoke_due(seconds=1) == 1
    assert await open_since(world) is None
    assert await world.revoke_due(seconds=13) == 2


async def test_a_sign_in_that_gets_through_is_as_good_as_a_probe(world: World) -> None:
    await linked(world)
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    await world.visit_due(minutes=8)
    registration_id = await world.register("easee")
    async with world.hub.db.transaction() as tx:
        await vendor_answered(tx, registration_id, now=world.clock())
    assert await open_since(world) is None
    await world.sandbox.vendor_fault("easee")
    world.clock.forward(minutes=8)
    assert await world.visit_due() == 6
