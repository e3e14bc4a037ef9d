"""A web server in this process that answers what a test says, and remembers what it was asked."""

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from aiohttp import web

Reply = tuple[int, Any]
"""A status, and a body: bytes as they are, anything else as JSON."""


class Answering:
    """`answer` may be replaced at any time; it is given the path and the query."""

    def __init__(self, answer: Callable[[str, dict[str, str]], Reply], content_type: str) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = ""
        self._content_type = content_type

    async def handle(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        self.asked.append((request.path, query))
        status, body = self.answer(request.path, query)
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return web.Response(status=status, body=content, content_type=self._content_type)


@contextlib.asynccontextmanager
async def answering(
    answer: Callable[[str, dict[str, str]], Reply], content_type: str = "application/json"
) -> AsyncIterator[Answering]:
    """The server, until the block ends."""
    server = Answering(answer, content_type)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()
