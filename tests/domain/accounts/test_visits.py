"""Stories of visits: what changed is saved and told, whatever goes wrong leaves the last good state."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from tests.support.accounts import CONFIRM_AFTER, World
from wattlink.connectors.devices import Charger, Kind
from wattlink.connectors.simulation import Fault
from wattlink.domain.accounts.batch import take_due
from wattlink.domain.accounts.model import Outcome, VisitError
from wattlink.domain.accounts.refresh import Refresher
from wattlink.domain.accounts.saver import Saver
from wattlink.domain.accounts.talking.talk import Prepared
from wattlink.domain.accounts.visit import Visitor
from wattlink.domain.commands.ledger import Ledger
from wattlink.domain.visits import store as visits
from wattlink.domain.visits.model import Visit

ADA = "ada@example.com"
REFRESHED, LISTED = "/api/accounts/refresh_token", "/api/chargers"


async def charger(world: World) -> Charger:
    """The one charger that the application sees."""
    (device,) = await world.devices(Kind.CHARGER)
    assert isinstance(device.document, Charger)
    return device.document


async def statuses(world: World, path: str, after: int = 0) -> list[int]:
    """What the vendor answered on a path, in its order."""
    return [seen.status for seen in await world.sandbox.requests("easee", after) if seen.path == path]


async def linked(world: World, **knobs: object) -> None:
    """Ada's charger, linked and published."""
    await world.sandbox.open("easee", ADA, knobs=knobs)
    await world.link("easee", ADA)


async def visited(world: World, prepared: Prepared) -> Outcome:
    """What a visit brings that isn't saved yet."""
    hub = world.hub
    refresher = Refresher(db=hub.db, vault=hub.vault, clock=hub.clock)
    ledger = Ledger(db=hub.db, notifier=hub.notifier, clock=hub.clock)
    visitor = Visitor(connectors=hub.connectors, refresher=refresher, ledger=ledger, vault=hub.vault, clock=hub.clock)
    return await visitor.visit(prepared)


def saver_of(world: World) -> Saver:
    """Saves what `visited` brought."""
    return Saver(db=world.hub.db, notifier=world.hub.notifier, clock=world.clock, confirm_after=CONFIRM_AFTER)


async def test_a_change_is_stored_and_told_once(world: World) -> None:
    await linked(world)
    await world.sandbox.change("easee", ADA, devices={await world.first_device(ADA): {"enabled": False}})
    await world.visit_due(minutes=8)
    await world.visit_due(minutes=8)
    assert (await charger(world)).capabilities.start_charging.is_capable is False
    assert await world.events() == [("device.discovered", ()), ("device.updated", ("capabilities",))]


async def test_time_alone_is_no_change_but_is_kept_fresh(world: World) -> None:
    await linked(world)
    first = (await charger(world)).last_seen
    await world.visit_due(minutes=8)
    assert (await charger(world)).last_seen == first
    await world.visit_due(minutes=8)
    assert (await charger(world)).last_seen > first
    assert await world.events() == [("device.discovered", ())]


@pytest.mark.parametrize("fault", [Fault.OUTAGE, Fault.GARBAGE, Fault.ENDLESS, Fault.QUOTA, Fault.FORBIDDEN])
async def test_whatever_the_vendor_says_the_last_good_state_stays_and_the_link_holds(
    world: World, fault: Fault
) -> None:
    await linked(world)
    before = await charger(world)
    await world.sandbox.fault("easee", ADA, fault)
    for _ in range(4):
        assert await world.visit_due(hours=1) <= 1
    assert await charger(world) == before
    assert await world.events() == [("device.discovered", ())]

    await world.sandbox.fault("easee", ADA)
    assert await world.visit_due(hours=2) == 1
    assert (await charger(world)).last_seen > before.last_seen


async def test_devices_that_come_are_told_at_once_and_those_that_go_after_two_visits(world: World) -> None:
    await linked(world)
    first = await world.first_device(ADA)
    await world.sandbox.change("easee", ADA, add_devices=1)
    await world.visit_due(minutes=8)
    assert len(await world.devices(Kind.CHARGER)) == 2

    await world.sandbox.change("easee", ADA, remove_devices=[first])
    await world.visit_due(minutes=8)
    assert len(await world.devices(Kind.CHARGER)) == 2
    await world.visit_due(minutes=8)
    assert len(await world.devices(Kind.CHARGER)) == 1
    assert [name for name, _ in await world.events()] == ["device.discovered", "device.discovered", "device.deleted"]


async def test_a_device_that_is_missing_is_looked_for_again_about_a_minute_later(world: World) -> None:
    await linked(world)
    await world.sandbox.change("easee", ADA, remove_devices=[await world.first_device(ADA)])
    assert await world.visit_due(minutes=8) == 1
    assert len(await world.devices(Kind.CHARGER)) == 1
    assert await world.visit_due(seconds=70) == 1
    assert await world.devices(Kind.CHARGER) == []
    assert await world.visit_due(seconds=70) == 0


async def test_a_device_that_is_found_again_counts_as_never_missed(world: World) -> None:
    await linked(world)
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE device SET missed = 1")
    await world.visit_due(minutes=8)
    async with world.hub.db.read() as reader:
        assert await reader.one(int, "SELECT missed FROM device") == 0


async def test_a_credential_is_renewed_at_four_fifths_of_its_life_and_stored_before_it_is_used(world: World) -> None:
    await linked(world, access_seconds=3600, grace_seconds=0)
    await world.visit_due(minutes=47)
    assert await statuses(world, REFRESHED) == []
    for _ in range(5):
        await world.visit_due(minutes=49)
    assert await statuses(world, REFRESHED) == [200] * 5
    async with world.hub.db.read() as reader:
        assert await reader.one(int, "SELECT generation FROM credential") == 6


async def test_a_refused_reading_renews_once_and_proves_nothing(world: World) -> None:
    await linked(world)
    await world.sandbox.fault("easee", ADA, Fault.ACCESS_REFUSED)
    before = await world.sandbox.last_request()
    await world.visit_due(minutes=8)
    assert await statuses(world, REFRESHED, before) == [200]
    assert await statuses(world, LISTED, before) == [401, 401]
    assert await world.events() == [("device.discovered", ())]
    async with world.hub.db.read() as reader:
        assert await reader.one(str, "SELECT error FROM visit") == "reading_refused"
        assert await reader.one(str, "SELECT state FROM account") == "good"


async def test_a_renewal_that_fails_is_done_without_while_the_old_token_lives(world: World) -> None:
    await world.sandbox.open("tesla", ADA)
    account_id = await world.link("tesla", ADA)
    async with world.hub.db.transaction() as tx:
        await tx.execute('UPDATE registration SET hosts = hosts || \'{"token": "http://127.0.0.1:1"}\'')
    world.hub.connectors.forget()
    async with world.hub.db.read() as reader:
        for hours, error in ((7, None), (2, "vendor_down")):
            await world.visit_due(hours=hours)
            last = await visits.last(reader, account_id)
            assert last is not None
            assert last.error == error


async def test_a_failing_account_is_asked_ever_more_rarely(world: World) -> None:
    await linked(world)
    await world.sandbox.fault("easee", ADA, Fault.GARBAGE)
    world.clock.forward(minutes=8)
    begins, waits = world.clock(), []
    async with world.hub.db.read() as reader:
        for _ in range(7):
            await world.visit_due()
            due_at = await reader.one(type(begins), "SELECT due_at FROM visit")
            waits.append((due_at - world.clock()) / timedelta(minutes=1))
            world.clock.now = due_at
    for wait, minutes in zip(waits, (2, 4, 8, 16, 32, 60, 60), strict=True):
        assert minutes * 0.8 <= wait <= minutes * 1.2


async def test_a_hint_is_answered_now_and_one_during_a_visit_by_another_visit(world: World) -> None:
    await linked(world)
    (account_id,) = {device.account_id for device in await world.devices(Kind.CHARGER)}
    async with world.hub.db.transaction() as tx:
        assert await visits.want(tx, account_id, world.clock())
    (prepared,) = await world.visits.take("easee")
    async with world.hub.db.transaction() as tx:
        await visits.want(tx, account_id, world.clock())
    assert await world.visit_due() == 0
    await world.visits.visit(prepared)
    assert await world.visit_due() == 1
    assert await world.visit_due() == 0


async def test_nobody_visits_an_account_twice_at_a_time(world: World) -> None:
    for number in range(6):
        await world.sandbox.open("easee", f"user{number}@example.com")
        await world.link("easee", f"user{number}@example.com", user=f"user{number}")
    world.clock.forward(minutes=8)

    async def take() -> list[Visit]:
        return await take_due(world.hub.db, "easee", now=world.clock(), limit=4)

    taken = [visit for batch in await asyncio.gather(*(take() for _ in range(4))) for visit in batch]
    assert len(taken) == len({visit.account_id for visit in taken}) == 6
    assert await take() == []


async def test_a_visit_that_was_lost_is_made_again_and_the_late_one_saves_nothing(world: World) -> None:
    await linked(world)
    before = await charger(world)
    world.clock.forward(minutes=20)
    (late,) = await world.visits.take("easee")
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE visit SET busy_until = clock_timestamp() - interval '1 second'")
    world.clock.forward(minutes=3)
    (successor,) = await world.visits.take("easee")
    await world.visits.visit(late)
    assert await charger(world) == before
    await world.visits.visit(successor)
    assert (await charger(world)).last_seen > before.last_seen


async def test_a_state_that_the_database_refuses_takes_no_other_with_it(world: World) -> None:
    await linked(world)
    await world.sandbox.open("easee", "bob@example.com")
    await world.link("easee", "bob@example.com", user="bob")
    for username, name in ((ADA, "nul \x00 nul"), ("bob@example.com", "Carport")):
        knobs = {await world.first_device(username): {"name": name, "enabled": False}}
        await world.sandbox.change("easee", username, devices=knobs)
    await world.visit_due(minutes=8)
    assert [name for name, _ in await world.events()].count("device.updated") == 1
    async with world.hub.db.read() as reader:
        assert await reader.all(str, "SELECT error FROM visit WHERE error IS NOT NULL") == ["unexpected_answer"]


async def test_an_outcome_that_nothing_can_be_made_of_takes_no_other_with_it(world: World) -> None:
    await linked(world)
    await world.sandbox.open("easee", "bob@example.com")
    await world.link("easee", "bob@example.com", user="bob")
    world.clock.forward(minutes=8)
    strange, good = [await visited(world, prepared) for prepared in await world.visits.take("easee")]
    strange = structs.replace(strange, ended_at=datetime.max.replace(tzinfo=UTC))
    saver = saver_of(world)
    saved = await asyncio.gather(saver.save(strange), saver.save(good))
    assert saved[0] is False
    assert saved[1] is True


async def test_however_long_a_vendor_asks_to_wait_it_is_asked_again_after_an_hour(world: World) -> None:
    await linked(world)
    world.clock.forward(minutes=8)
    (prepared,) = await world.visits.take("easee")
    outcome = await visited(world, prepared)
    busy = structs.replace(outcome, changes=(), error=VisitError.VENDOR_BUSY, retry_after=float("9" * 400))
    assert await saver_of(world).save(busy)
    assert await world.visit_due(minutes=59) == 0
    assert await world.visit_due(minutes=1) == 1


async def test_a_credential_counts_as_proved_when_it_was_not_when_that_is_saved(world: World) -> None:
    await linked(world, access_seconds=3600)
    world.clock.forward(minutes=50)
    (prepared,) = await world.visits.take("easee")
    outcome, proved_at = await visited(world, prepared), world.clock()
    world.clock.forward(minutes=1)
    await saver_of(world).save(outcome)
    async with world.hub.db.read() as reader:
        assert await reader.all(datetime, "SELECT proved_at FROM circuit WHERE proved_at IS NOT NULL") == [proved_at]


async def test_a_registration_that_does_not_open_holds_up_no_other(world: World) -> None:
    await linked(world)
    await world.link("easee", ADA, user="bob")
    own = await world.register("easee", world.access.application_id)
    by = structs.replace(await world.linked_by("easee", "ada"), registration_id=own)
    await world.save(by, await world.grant("easee", ADA))
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE registration SET sealed = 'damaged' WHERE registration_id = %(own)s", own=own)
    world.clock.forward(hours=1)
    world.hub.connectors.forget()
    assert {prepared.account.user for prepared in await world.visits.take("easee")} == {"ada", "bob"}
    assert await world.visits.take("easee") == []
