"""What charge points of both versions have in common: how they are met, remembered and told."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from ocpp import exceptions

from wattlink.base.clock import Clock, rfc3339
from wattlink.base.log import get_logger
from wattlink.connectors.commands import Command
from wattlink.connectors.devices import Document
from wattlink.connectors.dial_in import Introduction, Line, LineLost, Memory, Platform, Seat
from wattlink.connectors.errors import CommandRefusal, CommandRefused, UnexpectedAnswer
from wattlink.connectors.registry import manifest_of
from wattlink.connectors.vendors.ocpp import mapping
from wattlink.connectors.vendors.ocpp.memory import ChargePointMemory, socket_of
from wattlink.connectors.vendors.ocpp.metering import moment
from wattlink.connectors.vendors.ocpp.texts import storable

HEARTBEAT_SECONDS = 300
SAMPLE_SECONDS = 60
ID_TAG = "wattlink"
ANSWERS_WITHIN = 30  # seconds
_LONG_AGO = timedelta(days=1)

_MANIFEST = manifest_of("ocpp")
_REFUSALS = (
    exceptions.NotImplementedError,
    exceptions.NotSupportedError,
    exceptions.SecurityError,
    exceptions.InternalError,
    exceptions.GenericError,
)

_log = get_logger(__name__)


class Station:
    """One charge point's side of our memory; mixed into the library's class of its version."""

    _connection: Line
    _call_lock: asyncio.Lock
    start: Callable[[], Awaitable[None]]

    def meet(self, platform: Platform, clock: Clock) -> None:
        """Before the first message."""
        self._platform = platform
        self._clock = clock
        self._memory: ChargePointMemory | None = None
        self._scopes: frozenset[str] = frozenset()
        self._keeping = asyncio.Lock()
        self.met = asyncio.Event()

    @property
    def memory(self) -> ChargePointMemory:
        """What is known; a charge point that didn't introduce itself may say nothing else."""
        if self._memory is None:
            raise exceptions.SecurityError(description="BootNotification comes first")
        return self._memory

    @property
    def has_told_outlets(self) -> bool:
        """Whether it has said of any outlet how that is."""
        return any(socket.status is not None for socket in self.memory.sockets.values())

    def now(self) -> str:
        """The time, as it is told to charge points."""
        return rfc3339(self._clock())

    async def sit_down(self, seat: Seat) -> None:
        """A charge point that was here before called again: it is within reach."""
        self._take(seat, None)
        await self.keep(lambda memory: memory)

    async def introduced(self, said: Introduction) -> bool:
        """Whether a charge point that says this of itself is welcome."""

        def begin(seat: Seat) -> tuple[Document, Memory]:
            self._take(seat, said)
            return self._document(self.memory), msgspec.to_builtins(self.memory)

        async with self._keeping:
            return await self._platform.introduce(said, begin) is not None

    def _take(self, seat: Seat, said: Introduction | None) -> None:
        self._scopes = seat.scopes
        known = self._memory
        if known is None and seat.memory:
            known = msgspec.convert(seat.memory, ChargePointMemory)
        if said is not None:
            known = ChargePointMemory(introduction=said) if known is None else _replace(known, introduction=said)
        self._memory = known
        if known is not None:
            self.met.set()

    async def keep(self, change: Callable[[ChargePointMemory], ChargePointMemory]) -> ChargePointMemory:
        """Remember something for good; one change at a time."""
        async with self._keeping:
            changed = change(self.memory)
            await self._platform.report(self._document(changed), msgspec.to_builtins(changed))
            self._memory = changed
            return changed

    def _document(self, memory: ChargePointMemory) -> Document:
        now = self._clock()
        return mapping.charger(memory, scopes=self._scopes, intervention=_MANIFEST.intervention, now=now)

    async def ask_who(self) -> None:
        """Ask who it is, which it hasn't said by itself."""
        raise NotImplementedError

    async def ask_outlets(self) -> None:
        """Ask how its outlets are."""
        raise NotImplementedError

    async def wish(self) -> None:
        """Ask for readings as we like them; what it can't, it leaves."""
        raise NotImplementedError

    async def told(self, command: Command) -> None:
        """Tell it something, in the words of its version."""
        raise NotImplementedError

    async def tell(self, command: Command) -> None:
        """Tell it something; see `Conversation.tell`."""
        try:
            await self.told(command)
        except _REFUSALS as error:
            raise CommandRefused(CommandRefusal.PRECONDITION, f"The charger answered {error.code}.") from None
        except exceptions.OCPPError as error:
            raise UnexpectedAnswer(f"an answer of another shape: {error.code}") from None

    def transaction_at(self, number: int) -> str:
        """The transaction that is under way at an outlet; raises CommandRefused."""
        transaction = socket_of(self.memory, number).transaction
        if transaction is None:
            raise CommandRefused(CommandRefusal.PRECONDITION, "The charger has no transaction that could be stopped.")
        return transaction

    def schedule(self, amps: float) -> Mapping[str, Any]:
        """From now on no more than this; it began long ago, since a charger's clock may be behind ours."""
        return {
            "start_schedule": rfc3339(self._clock() - _LONG_AGO),
            "charging_rate_unit": "A",
            "charging_schedule_period": [{"start_period": 0, "limit": round(amps, 1)}],
        }

    async def route_message(self, raw_msg: str) -> None:
        """An answer that nobody waits for isn't kept; of texts, what no database holds isn't either."""
        raw_msg = storable(raw_msg)
        if raw_msg.lstrip()[1:].lstrip()[:1] in ("3", "4") and not self._call_lock.locked():
            return
        await super().route_message(raw_msg)  # type: ignore[misc]


def at(text: object, otherwise: datetime) -> datetime:
    """When a charge point says that something happened, but never later than now."""
    from_it = moment(text)
    return otherwise if from_it is None else min(from_it, otherwise)


def refused(status: object, *, because: str) -> None:
    """Raise CommandRefused unless it was accepted."""
    if str(status) != "Accepted":
        raise CommandRefused(CommandRefusal.PRECONDITION, f"The charger {because} ({status}).")


class Ear(logging.Logger):
    """What the library would log: whole messages. Only what is a mistake of ours is worth a line."""

    def __init__(self) -> None:
        super().__init__("ocpp", logging.CRITICAL)

    def exception(self, *_: Any, **__: Any) -> None:
        """Something went wrong with a message."""
        error = sys.exc_info()[1]
        if not isinstance(error, (exceptions.OCPPError, LineLost)):
            _log.error("a charge point's message failed", exc_info=error)


_replace = msgspec.structs.replace
