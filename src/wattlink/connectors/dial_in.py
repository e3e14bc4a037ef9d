"""What the platform and a connector say to each other whose devices dial in: no cloud, no visits, a line per device.

A `Conversation` is one device's line from its beginning to its end. It may remember: its `memory` is kept with the
device's state, and is there again when the device calls the next time, wherever that is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol

import msgspec

from wattlink.base.clock import Clock
from wattlink.connectors.commands import Command
from wattlink.connectors.devices import Document

Memory = Mapping[str, Any]
"""What a connector must know again at a device's next call, as JSON."""


class LineLost(Exception):
    """The device isn't this line's any more: it called elsewhere, or may not call any longer."""


class Introduction(msgspec.Struct, frozen=True, kw_only=True):
    """What a device says of itself; `subject` is the same whenever the same device says it."""

    subject: str | None
    brand: str
    model: str
    serial_number: str | None = None
    firmware: str | None = None


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """A device's place with us: what we know of it, and what of ours was granted."""

    scopes: frozenset[str]
    memory: Memory | None  # None: it never called before


Begin = Callable[[Seat], tuple[Document, Memory]]
"""What a device is and what must be known at its next call, in a seat that it takes."""


class Line(Protocol):
    """A device's line, which the platform keeps from being flooded."""

    async def recv(self) -> str:
        """The next message."""
        ...

    async def send(self, message: str) -> None:
        """Say something."""
        ...


class Platform(Protocol):
    """What a conversation may ask of us. Each may raise LineLost."""

    async def introduce(self, introduction: Introduction, begin: Begin) -> Seat | None:
        """The device's seat, made if it may have one; None: this device isn't welcome here.

        What `begin` says that it is in this seat is kept with it.
        """
        ...

    async def report(self, document: Document, memory: Memory) -> None:
        """Keep what a device is now; returns once nothing can lose it, so that the device may be thanked for it."""
        ...


class Conversation:
    """One line with a device."""

    protocols: ClassVar[tuple[str, ...]] = ()
    """The WebSocket subprotocols that are understood, the best first."""

    def __init__(self, *, line: Line, platform: Platform, protocol: str, clock: Clock) -> None:
        """`protocol` is the one that was agreed on."""

    async def run(self, seat: Seat | None) -> None:
        """Talk until the line or the welcome ends; `seat` is None for a device that must introduce itself first."""
        raise NotImplementedError

    async def tell(self, command: Command) -> None:
        """Tell the device what to do; returns when it accepted it.

        It certainly isn't done after CommandRefused; after UnexpectedAnswer and TimeoutError it may be.
        """
        raise NotImplementedError

    @staticmethod
    def silent(document: Document, *, since: datetime, is_long: bool) -> Document:
        """The same device, of which nothing was heard since; so long that its user must look, or not yet."""
        raise NotImplementedError
