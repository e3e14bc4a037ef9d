"""Write down, at once, what becomes of commands on their way: many visits share a commit."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.gather import Gatherer
from wattlink.db.database import Database, Notifier
from wattlink.domain.access.ids import CommandId
from wattlink.domain.commands import store
from wattlink.domain.commands.ending.end import end
from wattlink.domain.commands.model import ANSWERS_WITHIN, CommandFailure, Verdict, failed


class _Entry(msgspec.Struct, frozen=True):
    command_id: CommandId
    what: Literal["begin", "begin again", "sent", "put back"] | Verdict


class Ledger:
    """This process's entries; each is committed before the answer comes, which is whether it was still true."""

    def __init__(self, *, db: Database, notifier: Notifier, clock: Clock) -> None:
        self._db = db
        self._notifier = notifier
        self._clock = clock
        self._gatherer = Gatherer(self._write, seconds=0.005)

    async def begin(self, command_id: CommandId, *, again: bool) -> bool:
        """About to be sent; False: it must not be. `again`: it may have been sent before, and may be once more."""
        return await self._gatherer.ask(_Entry(command_id, "begin again" if again else "begin"))

    async def accepted(self, command_id: CommandId) -> None:
        """The vendor took it."""
        await self._gatherer.ask(_Entry(command_id, "sent"))

    async def put_back(self, command_id: CommandId) -> None:
        """It certainly wasn't done, and is worth another try."""
        await self._gatherer.ask(_Entry(command_id, "put back"))

    async def refused(self, command_id: CommandId, failure: CommandFailure, detail: str) -> None:
        """It certainly wasn't done, and won't be."""
        await self._gatherer.ask(_Entry(command_id, failed(command_id, failure, detail)))

    async def _write(self, entries: Sequence[_Entry]) -> list[bool]:
        now = self._clock()
        again = _ids(entries, "begin again")
        begun, sent, put_back = [*_ids(entries, "begin"), *again], _ids(entries, "sent"), _ids(entries, "put back")
        verdicts = [entry.what for entry in entries if isinstance(entry.what, Verdict)]
        true: set[CommandId] = set()
        async with self._db.transaction() as tx:
            if sum(map(bool, (begun, sent or put_back, verdicts))) > 1:
                await store.lock(tx, [entry.command_id for entry in entries])  # in one order, for all three
            if begun:
                true |= await store.begin(tx, begun, again=again, now=now, ends_at=now + ANSWERS_WITHIN)
            if sent or put_back:
                true |= await store.settle(tx, sent=sent, put_back=put_back, now=now)
            true |= {command.command_id for command in await end(tx, verdicts, now=now)}
        if verdicts:
            self._notifier.wake("events")
        return [entry.command_id in true for entry in entries]


def _ids(entries: Sequence[_Entry], what: str) -> list[CommandId]:
    return [entry.command_id for entry in entries if entry.what == what]
