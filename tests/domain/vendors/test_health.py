"""How a vendor does is told from what was asked of it, and neither one account nor one person can make it look bad."""

from datetime import timedelta

import pytest

from tests.support.accounts import World
from wattlink.base.ids import new_id
from wattlink.connectors.simulation import Fault
from wattlink.domain.access.ids import ApplicationId, RegistrationId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.vendors import store as vendors
from wattlink.domain.vendors.activation.activate import activate, deactivate, inactive, require_activation
from wattlink.domain.vendors.health import store
from wattlink.domain.vendors.health.look import look, look_at
from wattlink.domain.vendors.health.model import KEPT, Health, Seen, VendorHealth, judge, slot_of
from wattlink.domain.vendors.health.tally import Tally, note_sign_in
from wattlink.domain.vendors.status import work_status

_READY, _ELEVATED, _OUTAGE = Health.READY, Health.ELEVATED_ERROR_RATE, Health.OUTAGE


@pytest.mark.parametrize(
    ("visits", "failed", "health"),
    [
        (0, 0, _READY),
        (19, 19, _READY),  # too few to tell
        (1_000, 99, _READY),
        (1_000, 101, _ELEVATED),
        (20, 4, _READY),  # one account that fails and fails
        (20, 5, _ELEVATED),
        (1_000, 499, _ELEVATED),
        (1_000, 501, _OUTAGE),
        (20, 20, _OUTAGE),
    ],
)
def test_visits_decide_by_their_rate_where_they_are_enough(visits: int, failed: int, health: Health) -> None:
    found = judge(_seen(visits=visits, visits_failed=failed))
    assert (found.reading, found.linking) == (health, health)


@pytest.mark.parametrize(
    ("made", "failed", "health"), [(9, 9, _READY), (10, 4, _READY), (10, 5, _ELEVATED), (500, 500, _ELEVATED)]
)
def test_sign_ins_alone_never_close_a_brand(made: int, failed: int, health: Health) -> None:
    found = judge(_seen(sign_ins=made, sign_ins_failed=failed))
    assert (found.reading, found.linking, found.may_link) == (_READY, health, True)


async def test_an_open_circuit_is_an_outage_and_an_incident_closes_the_sign_in(world: World) -> None:
    now = world.clock()
    down = judge(_seen(open_since=now))
    assert (down.reading, down.linking, down.since, down.has_incident) == (_OUTAGE, _OUTAGE, now, False)
    refused = judge(_seen(incident_since=now))
    assert (refused.reading, refused.linking, refused.since, refused.has_incident) == (_ELEVATED, _OUTAGE, now, True)


async def test_visits_are_counted_in_memory_and_added_up_over_processes(world: World) -> None:
    await _linked(world, 12)
    await world.sandbox.vendor_fault("easee", Fault.GARBAGE)
    assert await world.visit_due(minutes=9) == 12
    assert await _health(world) == _READY  # nobody has written it down yet
    await world.visits.tally.write()
    assert await _health(world) == _ELEVATED  # 12 of 24 failed
    registration_id = await world.register("easee")
    other_process = Tally(world.hub.db)
    for _ in range(3):
        other_process.note(registration_id, world.clock(), failed=True)
    await other_process.write()
    await other_process.write()  # once
    assert await _health(world) == _OUTAGE  # 15 of 27
    async with world.hub.db.read() as reader:
        _, told = await work_status(reader, world.clock())
    assert (told.kind, told.due) == ("vendors", 1)
    assert told.failing == (("easee: outage, failed of 27 visits and 0 sign-ins", 15),)
    world.clock.forward(minutes=25)
    assert await _health(world) == _READY


async def test_what_is_our_own_doing_says_nothing_of_the_vendor(world: World) -> None:
    await _linked(world, 12)
    await world.visits.tally.write()
    for number in range(12):
        await world.sandbox.fault("easee", f"user{number}@example.com", Fault.QUOTA)
    await world.visit_due(minutes=9)
    await world.visits.tally.write()
    async with world.hub.db.read() as reader:
        (seen,) = await store.seen_everywhere(reader, world.clock() - timedelta(hours=1))
    assert (seen.vendor, seen.visits, seen.visits_failed) == ("easee", 12, 0)


async def test_another_registration_s_trouble_is_not_ours(world: World) -> None:
    own = await world.register("easee", world.access.application_id)
    shared = await world.register("easee")
    await _fail(world, shared)
    assert await _health(world) == _READY
    async with world.hub.db.read() as reader:
        assert not (await look_at(reader, shared, now=world.clock())).may_link
        assert (await look_at(reader, own, now=world.clock())).may_link


async def test_old_counts_are_forgotten(world: World) -> None:
    registration_id = await world.register("easee")
    async with world.hub.db.transaction() as tx:
        await note_sign_in(tx, registration_id, failed=False, now=world.clock() - KEPT - timedelta(minutes=10))
        await note_sign_in(tx, registration_id, failed=False, now=world.clock())
        assert await store.forget(tx, world.clock() - KEPT) == 1


async def test_a_vendor_that_needs_it_is_used_once_it_is_activated(world: World) -> None:
    await world.register("easee")
    await world.register("tesla")
    assert await _usable(world) == ["easee", "tesla"]
    async with world.hub.db.transaction() as tx:
        await require_activation(tx, "easee", None, required=True)
        assert await inactive(tx, world.access) == ["easee"]
    assert await _usable(world) == ["tesla"]
    async with world.hub.db.read() as reader:
        assert [found.vendor for found in await look(reader, world.access, now=world.clock())] == ["tesla"]
    async with world.hub.db.transaction() as tx:
        await activate(tx, world.access, "easee")
        assert await inactive(tx, world.access) == []
    assert await _usable(world) == ["easee", "tesla"]
    async with world.hub.db.transaction() as tx:
        await deactivate(tx, world.access, "easee")
    assert await _usable(world) == ["tesla"]
    async with world.hub.db.transaction() as tx:
        await require_activation(tx, "easee", None, required=None)
    assert await _usable(world) == ["easee", "tesla"]
    async with world.hub.db.transaction() as tx:
        with pytest.raises(NotFound):
            await activate(tx, world.access, "acme")
        with pytest.raises(NotFound):
            await require_activation(tx, "easee", world.access.application_id, required=True)


async def test_activation_is_an_application_s_own(world: World) -> None:
    await world.register("easee")
    async with world.hub.db.transaction() as tx:
        await require_activation(tx, "easee", None, required=True)
        await activate(tx, world.access, "easee")
        other = Access(applications=(ApplicationId(new_id()),))
        assert await vendors.usable(tx, other) == []


def _seen(**known: object) -> Seen:
    return Seen(registration_id=RegistrationId(new_id()), vendor="easee", **known)  # type: ignore[arg-type]


async def _linked(world: World, count: int) -> None:
    for number in range(count):
        await world.sandbox.open("easee", f"user{number}@example.com")
        await world.link("easee", f"user{number}@example.com", user=f"user{number}")


async def _fail(world: World, registration_id: RegistrationId) -> None:
    row = store.Counted(registration_id=registration_id, began_at=slot_of(world.clock()), visits=100, visits_failed=100)
    async with world.hub.db.transaction() as tx:
        await store.add(tx, [row])


async def _health(world: World) -> Health:
    async with world.hub.db.read() as reader:
        found: list[VendorHealth] = await look(reader, world.access, now=world.clock())
    return found[0].reading


async def _usable(world: World) -> list[str]:
    async with world.hub.db.read() as reader:
        return [found.vendor for found in await vendors.usable(reader, world.access)]
