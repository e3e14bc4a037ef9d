"""What everybody may know of how a vendor does: a rounded rate with a crowd behind it, and of fewer only an outage."""

import pytest

from tests.support.accounts import World
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.accounts.listing.success import CROWD, LEAST_VISITS, Success, look_from_outside, rounded
from wattlink.domain.vendors.health import store
from wattlink.domain.vendors.health.model import Health, slot_of
from wattlink.domain.vendors.health.store import Counted


@pytest.mark.parametrize(
    ("visits", "failed", "percent"),
    [
        (LEAST_VISITS - 1, 0, None),
        (LEAST_VISITS, 0, 100),
        (LEAST_VISITS, LEAST_VISITS, 0),
        (1_000, 1, 100),  # a single failure can't be told
        (1_000, 24, 100),
        (1_000, 26, 95),
        (1_000, 500, 50),
    ],
)
def test_a_rate_is_rounded_and_not_told_of_few_visits(visits: int, failed: int, percent: int | None) -> None:
    assert rounded(visits, failed) == percent


async def test_without_a_crowd_no_rate_and_no_state_that_comes_from_one(world: World) -> None:
    registration_id = await world.register("easee")
    await _linked(world, 0, CROWD - 1)
    await _visited(world, registration_id, visits=1_000, failed=600)
    assert await _told(world) == Success(Health.READY, None)
    await _linked(world, CROWD - 1, CROWD)
    assert await _told(world) == Success(Health.OUTAGE, 40)
    world.clock.forward(minutes=30)
    assert await _told(world) == Success(Health.READY, 40)
    world.clock.forward(minutes=24 * 60)
    assert await _told(world) == Success(Health.READY, None)


async def test_an_application_s_own_registration_is_told_to_nobody(world: World) -> None:
    await world.register("easee", world.access.application_id)
    async with world.hub.db.read() as reader:
        assert await look_from_outside(reader, now=world.clock()) == {}


async def _linked(world: World, first: int, end: int) -> None:
    for number in range(first, end):
        await world.sandbox.open("easee", f"user{number}@example.com")
        await world.link("easee", f"user{number}@example.com", user=f"user{number}")


async def _visited(world: World, registration_id: RegistrationId, *, visits: int, failed: int) -> None:
    row = Counted(registration_id=registration_id, began_at=slot_of(world.clock()), visits=visits, visits_failed=failed)
    async with world.hub.db.transaction() as tx:
        await store.add(tx, [row])


async def _told(world: World) -> Success:
    async with world.hub.db.read() as reader:
        return (await look_from_outside(reader, now=world.clock()))["easee"]
