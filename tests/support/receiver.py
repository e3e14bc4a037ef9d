"""An app's webhook receiver on loopback: keeps what arrives, answers as it is told."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web


@dataclass(frozen=True)
class Received:
    """One request: header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        """The array that the body holds."""
        events: list[dict[str, Any]] = msgspec.json.decode(self.body)
        return events


@dataclass(frozen=True)
class Reply:
    """What the receiver answers; with `hangs` it never does."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False


Answering = Callable[[Received], Reply]


class Receiver:
    """Use as an async context manager; `answer` may be exchanged at any time."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Answering = lambda _: Reply()
        self.base = ""
        self._leaving = asyncio.Event()
        self._arrived = asyncio.Condition()
        self._answering = asyncio.Event()
        self._answering.set()

    async def __aenter__(self) -> "Receiver":
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._receive)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leaving.set()
        self._answering.set()
        await self._runner.cleanup()

    def url(self, path: str = "/hook") -> str:
        """Where to deliver."""
        return self.base + path

    def answers(self, *statuses: int) -> None:
        """Answer these statuses one after the other, then 200."""
        left = list(statuses)
        self.answer = lambda _: Reply(left.pop(0)) if left else Reply()

    def hold(self) -> None:
        """Answer nobody from now on."""
        self._answering.clear()

    def go_on(self) -> None:
        """Answer everybody who waits."""
        self._answering.set()

    async def until(self, number: int, *, seconds: float = 60.0) -> list[Received]:
        """What arrived, once there are so many."""
        async with asyncio.timeout(seconds), self._arrived:
            await self._arrived.wait_for(lambda: len(self.received) >= number)
        return self.received

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = Received(request.path, headers, await request.read())
        async with self._arrived:
            self.received.append(received)
            self._arrived.notify_all()
        await self._answering.wait()
        reply = self.answer(received)
        if reply.hangs:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), 30)
        return web.Response(status=reply.status, body=reply.body, headers=reply.headers)
