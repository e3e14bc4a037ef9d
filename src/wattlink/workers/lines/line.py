"""A device's line, bounded: one message at a time, no faster than its pace, none that nobody takes."""

import asyncio

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from wattlink.connectors.dial_in import LineLost

_SEND_SECONDS = 10.0


class Pace:
    """So many messages at once, then so many a second; who keeps being faster for too long is sent away."""

    def __init__(self, *, at_once: int = 30, per_second: float = 10.0, patience: int = 300) -> None:
        """`patience` is after how many messages in a row that had to wait it ends."""
        self._most = float(at_once)
        self._per_second = per_second
        self._patience = patience
        self._left = self._most
        self._since = asyncio.get_running_loop().time()
        self._waited = 0

    async def keep(self) -> bool:
        """Wait until the next message may be dealt with; False: there is no patience left."""
        now = asyncio.get_running_loop().time()
        self._left = min(self._most, self._left + (now - self._since) * self._per_second)
        self._since = now
        self._left -= 1.0
        if self._left >= 0.0:
            self._waited = 0
            return True
        self._waited += 1
        await asyncio.sleep(-self._left / self._per_second)
        return self._waited < self._patience


class BoundedLine:
    """What a conversation has of a socket."""

    def __init__(self, socket: ServerConnection, pace: Pace) -> None:
        self._socket = socket
        self._pace = pace

    async def recv(self) -> str:
        """The next message; what comes faster stays in the network, where its sender feels it."""
        try:
            message = await self._socket.recv()
        except ConnectionClosed as error:
            raise LineLost(str(error)) from None
        if not isinstance(message, str):
            await self.close(1003, "text only")
            raise LineLost("a binary message")
        if not await self._pace.keep():
            await self.close(1008, "too many messages")
            raise LineLost("too many messages")
        return message

    async def send(self, message: str) -> None:
        """Say something; a device that doesn't listen loses its line."""
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await self._socket.send(message)
        except ConnectionClosed as error:
            raise LineLost(str(error)) from None
        except TimeoutError:
            self._socket.transport.abort()
            raise LineLost("it doesn't listen") from None

    async def close(self, code: int, reason: str) -> None:
        """End it, for this reason."""
        await self._socket.close(code, reason)
