"""The lines that end at this process: which of them count, who is on them, and what is to be told over them."""

import asyncio
from typing import Protocol
from uuid import UUID

from wattlink.base.ids import new_id
from wattlink.domain.access.ids import AccountId
from wattlink.domain.commands import store as commands
from wattlink.domain.commands.ledger import Ledger
from wattlink.domain.commands.model import DeviceCommand
from wattlink.domain.devices.dial_in import store as dial_in
from wattlink.domain.devices.dial_in.model import Caller, Lines
from wattlink.domain.dial_in.keep import Keeper
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_LOOK_EVERY = 0.4  # seconds: who may not dial in any more is off the line within one
_TOUCH_EVERY = 30.0


class OnTheLine(Protocol):
    """A call, as the exchange has it."""

    caller: Caller | None

    def hand_over(self, command: DeviceCommand) -> None:
        """Tell the device something."""
        ...

    async def hang_up(self, reason: str) -> None:
        """End the line."""
        ...


class Exchange:
    """This process, under an id of its own."""

    def __init__(self, hub: Hub) -> None:
        self.db = hub.db
        self.clock = hub.clock
        self.vault = hub.vault
        self.notifier = hub.notifier
        self.process: UUID = new_id()
        self.keeper = Keeper(db=hub.db, notifier=hub.notifier, clock=hub.clock)
        self.ledger = Ledger(db=hub.db, notifier=hub.notifier, clock=hub.clock)
        self._calls: dict[AccountId, OnTheLine] = {}
        self._telling = Pump("commands over lines", self.tell, channel="commands")
        self._ending: set[asyncio.Task[None]] = set()

    def pumps(self) -> list[Runs]:
        """What is done for all lines together."""
        looking = Pump("lines that end", self.look, every=_LOOK_EVERY)
        touching = Pump("devices on lines", self.touch, every=_TOUCH_EVERY)
        return [self._telling, looking, touching]

    def enter(self, call: OnTheLine) -> None:
        """A device is on the line; an older line of it ends."""
        assert call.caller is not None
        older = self._calls.get(call.caller.account_id)
        self._calls[call.caller.account_id] = call
        if older is not None and older is not call:
            self._end(older, "the device called again")
        self._telling.wake()

    def leave(self, call: OnTheLine) -> None:
        """The line is over."""
        if call.caller is not None and self._calls.get(call.caller.account_id) is call:
            del self._calls[call.caller.account_id]

    async def look(self) -> int:
        """End the lines that don't count any more: taken by another process, or of a device that is gone."""
        ours = {account_id: call.caller.turn for account_id, call in self._calls.items() if call.caller is not None}
        async with self.db.read() as reader:
            counting = await dial_in.lines(reader, self.process)
        if not ours or counting == Lines(len(ours), sum(ours.values())):
            return 0
        async with self.db.read() as reader:
            turns = {row.account_id: row.turn for row in await dial_in.turns(reader, self.process)}
        for account_id, turn in ours.items():
            call = self._calls.get(account_id)
            is_the_same = call is not None and call.caller is not None and call.caller.turn == turn
            if call is not None and is_the_same and turns.get(account_id) != turn:
                self._end(call, "this line doesn't count any more")
        return 0

    async def tell(self) -> int:
        """Hand commands to the lines of their devices, all in one statement."""
        account_ids = list(self._calls)
        if account_ids:
            async with self.db.read() as reader:
                found = await commands.open_of_accounts(reader, account_ids)
            for command in found:
                if command.account_id in self._calls:
                    self._calls[command.account_id].hand_over(command)
        return 0

    async def touch(self) -> int:
        """Note which devices are still there."""
        account_ids = list(self._calls)
        if account_ids:
            async with self.db.one_statement() as tx:
                await dial_in.touch(tx, self.process, account_ids, self.clock())
        return 0

    def _end(self, call: OnTheLine, reason: str) -> None:
        ending = asyncio.create_task(call.hang_up(reason))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
