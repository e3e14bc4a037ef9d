"""The HTTP server: dialects under their prefixes and at their own roots, the Link UI, public pages, the sandbox.

Litestar apps stay apart, each with its errors and its OpenAPI document; this file only chooses between them.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from litestar import Litestar
from litestar.exceptions import HTTPException

from wattlink.base.log import set_up_logs
from wattlink.base.memory import collect_seldom
from wattlink.dialects.registry import DIALECTS
from wattlink.link.app import make_app as make_link_app
from wattlink.link.public.app import ROUTES as PUBLIC_PAGES
from wattlink.link.public.app import make_public_apps
from wattlink.sandbox.api import PREFIX as SANDBOX
from wattlink.sandbox.api.app import make_app as make_sandbox_app
from wattlink.settings.load import load_settings
from wattlink.settings.model import Settings
from wattlink.wiring import Hub, open_hub

Scope = dict[str, Any]
Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]
_BODY_SECONDS = 30.0


class Server:
    """An ASGI app that opens its hub at start-up and hands each request to the app of its prefix or host."""

    def __init__(
        self, open_: Callable[[], contextlib.AbstractAsyncContextManager[Hub]], *, body_seconds: float = _BODY_SECONDS
    ) -> None:
        """A request's body must have come within `body_seconds`."""
        self._open = open_
        self._body_seconds = body_seconds
        self._apps: Mapping[str, Litestar] = {}
        self._hosts: Mapping[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif (prefix := self._prefix_of(scope)) is None:
            await _not_found(scope, send)
        else:
            received = receive if scope["method"] in ("GET", "HEAD") else _in_time(receive, self._body_seconds)
            await self._apps[prefix](_below(scope, prefix), received, send)  # type: ignore[arg-type]

    def _prefix_of(self, scope: Scope) -> str | None:
        """The app's own, by the longest of its paths; or the one whose host this is, which may have such paths too."""
        first, second = (*str(scope["path"]).split("/", 3), "", "")[1:3]
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        at_root = self._hosts.get(host.lower())
        for prefix in (f"/{first}/{second}", f"/{first}"):
            if prefix in self._apps and not (at_root and prefix in PUBLIC_PAGES):
                return prefix
        return at_root

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._running() as (apps, hosts):
            self._apps, self._hosts = apps, hosts
            collect_seldom()
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[tuple[dict[str, Litestar], dict[str, str]]]:
        async with self._open() as hub, contextlib.AsyncExitStack() as stack:
            apps = {f"/{name}": make(hub) for name, make in DIALECTS.items()}
            apps["/link"] = make_link_app(hub)
            apps |= make_public_apps(hub)
            apps[SANDBOX] = make_sandbox_app(hub)
            for app in apps.values():
                await stack.enter_async_context(app.lifespan())
            yield apps, {host: f"/{name}" for host, name in hub.settings.dialect_hosts.items()}


def create_app() -> Server:
    """What granian starts in each of its processes: settings come from the environment."""
    settings = load_settings(os.environ, needed=("database_url", "master_keys"))
    set_up_logs(as_json=settings.log_format == "json", level=settings.log_level)
    return server_of(settings)


def server_of(settings: Settings) -> Server:
    """The server of these settings."""
    return Server(lambda: open_hub(settings))


def _in_time(receive: Receive, seconds: float) -> Receive:
    """Whoever sends a body letter by letter holds a connection for no longer than that."""
    ends, is_whole = asyncio.get_running_loop().time() + seconds, False

    async def received() -> Any:
        nonlocal is_whole
        if is_whole:
            return await receive()
        try:
            async with asyncio.timeout_at(ends):
                message = await receive()
        except TimeoutError:
            raise HTTPException(status_code=408, detail="The body didn't come in time.") from None
        is_whole = not message.get("more_body", False)
        return message

    return received


def _below(scope: Scope, prefix: str) -> Scope:
    if not scope["path"].startswith(prefix):
        return scope
    raw = scope.get("raw_path")
    return {
        **scope,
        "path": scope["path"].removeprefix(prefix) or "/",
        "raw_path": None if raw is None else bytes(raw).removeprefix(prefix.encode()) or b"/",
        "root_path": scope.get("root_path", "") + prefix,
    }


async def _not_found(scope: Scope, send: Send) -> None:
    if scope["type"] != "http":
        return
    detail = b"Nothing answers at this address; /llms.txt lists what does."
    body = b'{"type":"about:blank","title":"Not Found","detail":"%s"}' % detail
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})
