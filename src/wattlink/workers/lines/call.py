"""One device's call, from the moment its password was good to the end of its line."""

import asyncio

import psycopg
from websockets.asyncio.server import ServerConnection

from wattlink.base.log import get_logger
from wattlink.connectors.devices import Document
from wattlink.connectors.dial_in import Begin, Introduction, LineLost, Memory, Seat
from wattlink.connectors.registry import conversation_class
from wattlink.domain.access.ids import CommandId
from wattlink.domain.commands.model import CommandState, DeviceCommand
from wattlink.domain.devices.dial_in import store as dial_in
from wattlink.domain.devices.dial_in.model import Caller, Kept
from wattlink.domain.dial_in.claim import Claim
from wattlink.domain.dial_in.model import Guest, Resident
from wattlink.domain.dial_in.tell import tell
from wattlink.domain.linking.ending.dialled_in import dialled_in
from wattlink.workers.lines.exchange import Exchange
from wattlink.workers.lines.line import BoundedLine, Pace

_GUEST_SECONDS = 60.0  # in which a guest must say who it is
_GOODBYE_SECONDS = 1.0  # until a device that isn't welcome loses its line; it is told so before
_POLICY, _TRY_AGAIN_LATER = 1008, 1013

_log = get_logger(__name__)


class Call:
    """The platform, as this device's conversation sees it."""

    def __init__(self, exchange: Exchange, socket: ServerConnection, vendor: str, who: Guest | Resident) -> None:
        self._exchange = exchange
        self._vendor = vendor
        self._who = who
        self._line = BoundedLine(socket, Pace())
        self._conversation = conversation_class(vendor)(
            line=self._line, platform=self, protocol=str(socket.subprotocol), clock=exchange.clock
        )
        self._tried: set[CommandId] = set()
        self._one_at_a_time = asyncio.Lock()
        self._doing: set[asyncio.Task[None]] = set()
        self.caller: Caller | None = None

    async def run(self) -> None:
        """Until the line ends."""
        try:
            seat = await self._seated()
            if seat is None and isinstance(self._who, Resident):
                await self.hang_up("this device may not dial in")
                return
            if seat is None:
                self._later(self._hang_up_on_guest())
            await self._conversation.run(seat)
        except LineLost:
            pass
        except psycopg.OperationalError as error:
            await self._end_with_the_database(error)
        finally:
            self._exchange.leave(self)
            for doing in self._doing:
                doing.cancel()
            await self._line.close(1011, "something went wrong")  # if nobody closed it before

    async def _seated(self) -> Seat | None:
        if not isinstance(self._who, Resident):
            return None
        async with self._exchange.db.one_statement() as tx:
            caller = await dial_in.take(tx, self._who.account_id, self._exchange.process, self._exchange.clock())
        return None if caller is None else self._sit(caller)

    def _sit(self, caller: Caller) -> Seat:
        self.caller = caller
        self._exchange.enter(self)
        return Seat(scopes=caller.scopes, memory=caller.memory)

    async def introduce(self, introduction: Introduction, begin: Begin) -> Seat | None:
        """The seat of the device that it says it is, claimed if it is a guest's first."""
        try:
            seat = await self._introduced(introduction, begin)
        except psycopg.OperationalError as error:
            await self._end_with_the_database(error)
            raise LineLost("the database is away") from None
        if seat is None:
            self._later(self._hang_up_soon())
        return seat

    async def _introduced(self, introduction: Introduction, begin: Begin) -> Seat | None:
        if self.caller is not None:
            return await self._introduce_again(self.caller, introduction, begin)
        if isinstance(self._who, Guest):
            return await self._claim(self._who, introduction, begin)
        return None

    async def _introduce_again(self, caller: Caller, introduction: Introduction, begin: Begin) -> Seat | None:
        known = caller.introduction.subject
        if known is not None and introduction.subject not in (None, known):
            _log.warning("another device uses a device's password", account=str(caller.account_id))
            return None
        async with self._exchange.db.one_statement() as tx:
            await dial_in.introduce(tx, caller.account_id, caller.turn, introduction)
        seat = Seat(scopes=caller.scopes, memory=caller.memory)
        await self.report(*begin(seat))
        return seat

    async def _claim(self, guest: Guest, introduction: Introduction, begin: Begin) -> Seat | None:
        exchange = self._exchange
        by = Claim(guest=guest, vendor=self._vendor, introduction=introduction, begin=begin, process=exchange.process)
        caller = await dialled_in(exchange.db, by, vault=exchange.vault, clock=exchange.clock)
        if caller is None:
            return None
        exchange.notifier.wake("events")
        return self._sit(caller)

    async def report(self, document: Document, memory: Memory) -> None:
        """Keep what the device is; raises LineLost where that isn't this line's to say any more."""
        if self.caller is None:
            raise LineLost("nobody introduced itself")
        kept = Kept(account_id=self.caller.account_id, turn=self.caller.turn, document=document, memory=memory)
        try:
            counts = await self._exchange.keeper.keep(kept)
        except psycopg.OperationalError as error:
            await self._end_with_the_database(error)
            raise LineLost("the database is away") from None
        if not counts:
            self._later(self.hang_up("this line doesn't count any more"))
            raise LineLost("this line doesn't count any more")

    async def _end_with_the_database(self, error: psycopg.OperationalError) -> None:
        """At once: a device that hears nothing tells again at its next call, one that is refused may forget."""
        _log.warning("a line ended with the database", error=str(error))
        await self._line.close(_TRY_AGAIN_LATER, "call again later")

    def hand_over(self, command: DeviceCommand) -> None:
        """Tell the device something that it wasn't told on this line."""
        if command.command_id not in self._tried and command.state in (CommandState.PENDING, CommandState.SENDING):
            self._tried.add(command.command_id)
            self._later(self._tell(command))

    async def _tell(self, command: DeviceCommand) -> None:
        caller = self.caller
        if caller is not None:
            async with self._one_at_a_time:
                await tell(command, self._conversation, scopes=caller.scopes, ledger=self._exchange.ledger)

    async def hang_up(self, reason: str) -> None:
        """End the line."""
        self._exchange.leave(self)
        await self._line.close(_POLICY, reason)

    async def _hang_up_on_guest(self) -> None:
        await asyncio.sleep(_GUEST_SECONDS)
        if self.caller is None:
            await self.hang_up("who are you?")

    async def _hang_up_soon(self) -> None:
        await asyncio.sleep(_GOODBYE_SECONDS)
        await self.hang_up("this device isn't welcome here")

    def _later(self, doing: "asyncio._CoroutineLike[None]") -> None:
        begun = asyncio.create_task(self._guarded(doing))
        self._doing.add(begun)
        begun.add_done_callback(self._doing.discard)

    async def _guarded(self, doing: "asyncio._CoroutineLike[None]") -> None:
        try:
            await doing  # type: ignore[misc]
        except LineLost:
            pass
        except Exception:
            _log.exception("something on a line failed", vendor=self._vendor)
