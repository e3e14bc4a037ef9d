"""A receiver that costs next to nothing, in a process of its own: counts requests, notes when each arrived.

It answers every POST with 204. `GET /count` tells how many arrived, `GET /arrivals` the time of each by its
`webhook-id`, `GET /reset` forgets them all.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import aiohttp
import uvloop

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_ID = re.compile(rb"(?i)\r\nwebhook-id: *([^\r]+)")
_ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"


class Arrivals:
    """What came so far."""

    def __init__(self) -> None:
        self.count = 0
        self.times: dict[str, float] = {}


class Receiving(asyncio.Protocol):
    """HTTP/1.1 as far as our own clients speak it."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = _LENGTH.search(head)
            total = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < total:
                return
            self._buffer = self._buffer[total:]
            self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        if head.startswith(b"POST"):
            self._arrivals.count += 1
            if sent := _ID.search(head):
                self._arrivals.times.setdefault(sent[1].decode(), time.time())
            return _ACCEPTED
        if head.startswith(b"GET /reset"):
            self._arrivals.__init__()  # type: ignore[misc]
        told = self._arrivals.times if head.startswith(b"GET /arrivals") else self._arrivals.count
        body = json.dumps(told).encode()
        return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body


async def serve() -> None:
    """Serve on a free port of loopback, whose number is printed, until standard input ends."""
    arrivals = Arrivals()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Receiving(arrivals), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


class RunningReceiver:
    """The receiver's process, seen from the benchmark."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.url = base + "/hook"
        self._base = base
        self._session = session

    async def reset(self) -> None:
        """Forget what arrived."""
        await self._get("/reset")

    async def count(self) -> int:
        """How many requests arrived."""
        number: int = await self._get("/count")
        return number

    async def arrivals(self) -> dict[str, float]:
        """When each delivery arrived first."""
        times: dict[str, float] = await self._get("/arrivals")
        return times

    async def _get(self, path: str) -> Any:
        async with self._session.get(self._base + path) as answer:
            return await answer.json()


@asynccontextmanager
async def running_receiver() -> AsyncIterator[RunningReceiver]:
    """Start the process, and end it."""
    command = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            async with aiohttp.ClientSession() as session:
                yield RunningReceiver(f"http://127.0.0.1:{port}", session)
        finally:
            process.stdin.close()


if __name__ == "__main__":
    uvloop.run(serve())
