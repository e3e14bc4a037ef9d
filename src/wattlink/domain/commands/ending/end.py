"""End commands, and tell the apps."""

from collections.abc import Collection, Sequence
from datetime import datetime

from wattlink.connectors.devices import Kind
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import AccountId
from wattlink.domain.commands.ending import store
from wattlink.domain.commands.model import CommandFailure, DeviceCommand, Verdict, ended
from wattlink.domain.events.record import record

_AT_ONCE = 500


async def end(tx: Transaction, verdicts: Sequence[Verdict], *, now: datetime) -> list[DeviceCommand]:
    """End those of these commands that aren't over. Wake the channel `events` afterwards."""
    over = await store.end(tx, verdicts, now=now) if verdicts else []
    await record(tx, [ended(command) for command in over], now=now)
    return over


async def end_overdue(db: Database, now: datetime) -> int:
    """End what couldn't be sent in time, and what nobody saw done; how many. No visit is needed for it."""
    async with db.transaction() as tx:
        over = await store.end_overdue(tx, now=now, limit=_AT_ONCE)
        await record(tx, [ended(command) for command in over], now=now)
    return len(over)


async def end_of_removed(
    tx: Transaction, account_ids: Sequence[AccountId], kinds: Collection[Kind] | None, *, now: datetime
) -> None:
    """The devices of these kinds (None: of all) in these accounts go, and their commands end."""
    over = await store.end_of_accounts(
        tx, account_ids, kinds, failure=CommandFailure.NOT_FOUND, detail="The device was removed.", now=now
    )
    await record(tx, [ended(command) for command in over], now=now)


async def end_of_deauthorized(tx: Transaction, account_ids: Sequence[AccountId], *, now: datetime) -> None:
    """Nobody may tell these accounts' devices anything from now on; a deauthorized user has no events."""
    await store.end_of_accounts(
        tx,
        account_ids,
        None,
        failure=CommandFailure.PRECONDITION,
        detail="The user's authorization was withdrawn.",
        now=now,
    )
