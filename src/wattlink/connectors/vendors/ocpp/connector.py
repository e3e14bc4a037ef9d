"""A charge point's line, in the version of OCPP that it speaks."""

import asyncio
import contextlib
from datetime import datetime

from ocpp.exceptions import OCPPError

from wattlink.base.clock import Clock
from wattlink.connectors.commands import Command
from wattlink.connectors.devices import Charger, Document
from wattlink.connectors.dial_in import Conversation, Line, LineLost, Platform, Seat
from wattlink.connectors.registry import manifest_of
from wattlink.connectors.vendors.ocpp import mapping
from wattlink.connectors.vendors.ocpp.station import ANSWERS_WITHIN, Ear
from wattlink.connectors.vendors.ocpp.v16 import ChargePoint16
from wattlink.connectors.vendors.ocpp.v201 import ChargePoint201

_POINTS = {"ocpp2.0.1": ChargePoint201, "ocpp1.6": ChargePoint16}
_ASK_AFTER_SECONDS = 5.0  # what a charge point says by itself, it says before

_MANIFEST = manifest_of("ocpp")


class OcppConversation(Conversation):
    """One charge point's line."""

    protocols = tuple(_POINTS)

    def __init__(self, *, line: Line, platform: Platform, protocol: str, clock: Clock) -> None:
        self._point = _POINTS[protocol]("", line, response_timeout=ANSWERS_WITHIN, logger=Ear())
        self._point.meet(platform, clock)

    async def run(self, seat: Seat | None) -> None:
        """Talk until the line ends."""
        if seat is not None:
            await self._point.sit_down(seat)
        asking = asyncio.create_task(self._ask(is_known=seat is not None))
        try:
            await self._point.start()
        finally:
            asking.cancel()

    async def _ask(self, *, is_known: bool) -> None:
        await asyncio.sleep(_ASK_AFTER_SECONDS)
        with contextlib.suppress(OCPPError, TimeoutError, LineLost):  # it may know nothing of such questions
            if not self._point.met.is_set():
                await self._point.ask_who()
                await self._point.met.wait()
                await asyncio.sleep(_ASK_AFTER_SECONDS)
            if is_known or not self._point.has_told_outlets:
                await self._point.ask_outlets()
            await self._point.wish()

    async def tell(self, command: Command) -> None:
        """Tell it something, in the words of its version."""
        await self._point.tell(command)

    @staticmethod
    def silent(document: Document, *, since: datetime, is_long: bool) -> Document:
        """A charger of which nothing was heard since."""
        assert isinstance(document, Charger)
        return mapping.silent(document, since=since, intervention=_MANIFEST.intervention("silent") if is_long else None)
