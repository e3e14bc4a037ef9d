"""How operators see commands, and how long they are kept."""

from datetime import timedelta

from tests.domain.commands.conftest import Home
from wattlink.connectors.commands import StartCharging
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.commands import store
from wattlink.domain.commands.ledger import Ledger
from wattlink.domain.commands.model import CommandFailure
from wattlink.domain.commands.status import work_status


async def status(home: Home) -> WorkStatus:
    async with home.world.hub.db.read() as reader:
        (found,) = await work_status(reader, home.world.clock())
    return found


async def test_operators_see_what_waits_and_what_isnt_seen_yet(home: Home) -> None:
    assert await status(home) == WorkStatus(kind="commands", due=0)
    await home.tell(StartCharging())
    home.world.clock.forward(seconds=7)
    assert await status(home) == WorkStatus(kind="commands", due=1, oldest_age=7)
    await home.world.visit_due()
    assert await status(home) == WorkStatus(kind="commands", due=0, failing=(("sent, not seen yet", 1),))


async def test_what_is_over_is_kept_for_a_while_and_what_isnt_for_good(home: Home) -> None:
    over = await home.tell(StartCharging())
    await home.cancel(over)
    await home.tell(StartCharging())
    async with home.world.hub.db.transaction() as tx:
        assert await store.drop_old(tx, home.world.clock()) == 0
        assert await store.drop_old(tx, home.world.clock() + timedelta(days=30)) == 1


async def test_whatever_a_vendor_says_of_a_refusal_can_be_kept(home: Home) -> None:
    told = await home.tell(StartCharging())
    hub = home.world.hub
    ledger = Ledger(db=hub.db, notifier=hub.notifier, clock=hub.clock)
    assert await ledger.begin(told, again=False)
    await ledger.refused(told, CommandFailure.PRECONDITION, "no\0 \ud800 " + "again and " * 100)
    command = await home.get(told)
    assert command.state == "failed"
    assert str(command.detail).startswith("no ? again and")
    assert len(str(command.detail)) == 300
