"""Commands and whoever deletes or disconnects their user at the same moment, two transactions side by side."""

import asyncio
from datetime import timedelta

import pytest

from tests.domain.commands.conftest import Home
from wattlink.connectors.commands import SetMaxCurrent, StartCharging
from wattlink.connectors.devices import Kind
from wattlink.db.database import Database
from wattlink.domain.commands import store
from wattlink.domain.commands.create import create
from wattlink.domain.commands.ending.end import end
from wattlink.domain.commands.ledger import Ledger
from wattlink.domain.commands.model import CommandFailure, cancelled
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.leaving.disconnect import disconnect
from wattlink.domain.visits import store as visits

_WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def waiting(db: Database, number: int = 1) -> None:
    """Until so many transactions wait for another one."""
    for _ in range(500):
        async with db.read() as reader:
            if await reader.one(int, _WAITING) >= number:
                return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def _deleting(home: Home) -> None:
    world = home.world
    async with world.hub.db.transaction() as tx:
        await delete_user(tx, world.access, "ada", vault=world.hub.vault, now=world.clock())


async def _disconnecting(home: Home) -> None:
    world = home.world
    async with world.hub.db.transaction() as tx:
        await disconnect(tx, world.access, "ada", "easee", None, vault=world.hub.vault, now=world.clock())


async def test_what_ends_while_its_user_is_deleted_tells_nothing_of_them(home: Home) -> None:
    told, db = await home.tell(StartCharging()), home.world.hub.db
    async with db.transaction() as tx:
        over = await end(tx, [cancelled(told, CommandFailure.REQUESTED, "")], now=home.world.clock())
        assert len(over) == 1
        deleting = asyncio.create_task(_deleting(home))
        await waiting(db)
    await deleting
    async with db.read() as reader:
        left = "SELECT count(*) FROM event WHERE payload IS NOT NULL AND type NOT IN ('device.deleted', 'user.deleted')"
        assert await reader.one(int, left) == 0


@pytest.mark.parametrize("is_deleted", [True, False])
async def test_who_tells_and_who_leaves_at_the_same_moment_dont_wait_in_a_circle(home: Home, is_deleted: bool) -> None:
    async with home.world.hub.db.transaction() as tx:
        await visits.lock(tx, [home.account_id])  # both are held up here, the one who tells before the other
        telling = asyncio.create_task(home.tell(StartCharging()))
        await waiting(home.world.hub.db)
        leaving = asyncio.create_task(_deleting(home) if is_deleted else _disconnecting(home))
        await waiting(home.world.hub.db, 2)
    told, _ = await asyncio.gather(telling, leaving)
    async with home.world.hub.db.read() as reader:
        assert await reader.one(int, "SELECT count(*) FROM command") == (0 if is_deleted else 1)
    if not is_deleted:
        assert await home.stands(told) == ("cancelled", "not_found")


async def test_who_writes_down_much_at_once_and_whose_time_jumps_dont_wait_in_a_circle(home: Home) -> None:
    world, db = home.world, home.world.hub.db
    first = await home.tell(StartCharging())
    await world.sandbox.open("easee", "ben@example.com")
    other_account = await world.link("easee", "ben@example.com", "ben")
    other = next(device for device in await world.devices(Kind.CHARGER) if device.user == "ben")
    async with db.transaction() as tx:
        second = await create(
            tx, world.access, other.device_id, Kind.CHARGER, SetMaxCurrent(max_current=10), now=world.clock()
        )
    ledger = Ledger(db=db, notifier=world.hub.notifier, clock=world.clock)

    async def jumps() -> None:
        async with db.transaction() as tx:
            by, accounts = timedelta(seconds=1), [home.account_id, other_account]
            await store.bring_forward(tx, accounts, by, not_before=world.clock())

    async with db.transaction() as tx:
        await store.lock(tx, [first])
        jumping = asyncio.create_task(jumps())
        await waiting(db)
        refused = ledger.refused(first, CommandFailure.PRECONDITION, "no")
        writing = asyncio.gather(ledger.begin(second.command_id, again=False), refused)
        await waiting(db, 2)
    await jumping
    assert (await writing)[0]
    assert await home.stands(first) == ("failed", "precondition")
