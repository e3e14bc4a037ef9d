"""Every way from every state: what is over stays as it ended, and only what waits is begun to be sent."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.domain.commands.conftest import Home
from wattlink.connectors.commands import StartCharging
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import CommandId
from wattlink.domain.commands import store
from wattlink.domain.commands.ending import store as endings
from wattlink.domain.commands.model import ANSWERS_WITHIN, CommandFailure, CommandState, cancelled, confirmed, failed

Way = Callable[[Home, Transaction, CommandId], Awaitable[object]]
_OVER = {"confirmed", "failed", "expired", "cancelled"}


async def begin(home: Home, tx: Transaction, command_id: CommandId, *, again: bool = False) -> None:
    now = home.world.clock()
    known = [command_id] if again else []
    await store.begin(tx, [command_id], again=known, now=now, ends_at=now + ANSWERS_WITHIN)


async def begin_again(home: Home, tx: Transaction, command_id: CommandId) -> None:
    await begin(home, tx, command_id, again=True)


async def begin_late(home: Home, tx: Transaction, command_id: CommandId) -> None:
    home.world.clock.forward(minutes=15)
    await begin(home, tx, command_id, again=True)


async def accept(home: Home, tx: Transaction, command_id: CommandId) -> None:
    await store.settle(tx, sent=[command_id], put_back=[], now=home.world.clock())


async def put_back(home: Home, tx: Transaction, command_id: CommandId) -> None:
    await store.settle(tx, sent=[], put_back=[command_id], now=home.world.clock())


async def confirm(home: Home, tx: Transaction, command_id: CommandId) -> None:
    await endings.end(tx, [confirmed(command_id)], now=home.world.clock())


async def fail(home: Home, tx: Transaction, command_id: CommandId) -> None:
    await endings.end(tx, [failed(command_id, CommandFailure.PRECONDITION, "no")], now=home.world.clock())


async def cancel(home: Home, tx: Transaction, command_id: CommandId) -> None:
    await endings.end(tx, [cancelled(command_id, CommandFailure.REQUESTED, "no")], now=home.world.clock())


async def let_two_minutes_pass(home: Home, tx: Transaction, _: CommandId) -> None:
    await endings.end_overdue(tx, now=home.world.clock() + timedelta(minutes=2), limit=10)


async def let_all_time_pass(home: Home, tx: Transaction, _: CommandId) -> None:
    await endings.end_overdue(tx, now=home.world.clock() + timedelta(minutes=15), limit=10)


_LEADS_TO: list[tuple[Way, dict[str, str]]] = [
    (begin, {"pending": "sending"}),
    (begin_again, {"pending": "sending"}),
    (begin_late, {}),
    (accept, {"sending": "sent"}),
    (put_back, {"sending": "pending"}),
    (confirm, dict.fromkeys(("pending", "sending", "sent"), "confirmed")),
    (fail, dict.fromkeys(("pending", "sending", "sent"), "failed")),
    (cancel, dict.fromkeys(("pending", "sending", "sent"), "cancelled")),
    (let_two_minutes_pass, {"sending": "failed", "sent": "failed"}),
    (let_all_time_pass, {"pending": "expired", "sending": "failed", "sent": "failed"}),
]


@pytest.mark.parametrize(("way", "leads_to"), _LEADS_TO, ids=[way.__name__ for way, _ in _LEADS_TO])
async def test_where_each_way_leads(home: Home, way: Way, leads_to: dict[str, str]) -> None:
    for state in CommandState:
        told = await _in_state(home, state)
        before = await home.get(told)
        async with home.world.hub.db.transaction() as tx:
            await way(home, tx, told)
        after = await home.get(told)
        assert after.state == leads_to.get(state, state), state
        assert (after.completed_at is not None) is (after.state in _OVER)
        if state in _OVER:
            assert after == before


async def _in_state(home: Home, state: CommandState) -> CommandId:
    """The device's only command, brought there."""
    async with home.world.hub.db.transaction() as tx:
        await tx.execute("DELETE FROM command")
    told = await home.tell(StartCharging())
    ways: dict[CommandState, tuple[Way, ...]] = {
        CommandState.SENDING: (begin,),
        CommandState.SENT: (begin, accept),
        CommandState.CONFIRMED: (begin, accept, confirm),
        CommandState.FAILED: (begin, fail),
        CommandState.EXPIRED: (let_all_time_pass,),
        CommandState.CANCELLED: (cancel,),
    }
    for way in ways.get(state, ()):
        async with home.world.hub.db.transaction() as tx:
            await way(home, tx, told)
    assert (await home.get(told)).state is state
    return told
