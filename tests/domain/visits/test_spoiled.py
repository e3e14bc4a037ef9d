"""Stories of accounts that change while they are visited: what such a visit brings isn't saved, whenever it ends."""

from datetime import datetime, timedelta

from tests.support.accounts import World
from wattlink.domain.access.ids import AccountId
from wattlink.domain.visits import store
from wattlink.domain.visits.model import Ending, Visit
from wattlink.domain.visits.turns import store as turns


async def taken(world: World) -> Visit:
    """Ada's account, linked and visited once more."""
    await world.sandbox.open("easee", "ada@example.com")
    await world.link("easee", "ada@example.com")
    world.clock.forward(hours=1)
    async with world.hub.db.transaction() as tx:
        (visit,) = await turns.take(tx, "easee", now=world.clock(), limit=1)
    return visit


async def ended(world: World, visit: Visit) -> list[bool]:
    """End the visit well, to come again in 10 minutes; whether it was spoiled, and whose it was."""
    now = world.clock()
    ending = Ending(
        account_id=visit.account_id,
        turn=visit.turn,
        postponed_to=visit.due_at,
        ended_at=now,
        next_at=now + timedelta(minutes=10),
    )
    async with world.hub.db.transaction() as tx:
        held = await turns.hold(tx, [visit.account_id], [visit.turn])
        await turns.end(tx, [ending])
    return [row.is_spoiled for row in held]


async def due_at(world: World, account_id: AccountId) -> datetime:
    """When the account is visited next."""
    async with world.hub.db.read() as reader:
        return await reader.one(datetime, "SELECT due_at FROM visit WHERE account_id = %(key)s", key=account_id)


async def test_a_late_visit_does_not_postpone_the_one_after_a_new_sign_in(world: World) -> None:
    visit = await taken(world)
    world.clock.forward(seconds=145)
    assert world.clock() > visit.due_at
    async with world.hub.db.transaction() as tx:
        await store.begin_anew(tx, [visit.account_id], world.clock())
    assert await ended(world, visit) == [True]
    assert await due_at(world, visit.account_id) == world.clock()


async def test_what_is_still_being_saved_after_its_time_is_spoiled_too(world: World) -> None:
    visit = await taken(world)
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE visit SET busy_until = clock_timestamp()")
        await store.interrupt(tx, [visit.account_id], world.clock())
    assert await due_at(world, visit.account_id) == visit.due_at
    assert await ended(world, visit) == [True]
