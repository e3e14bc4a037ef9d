"""The whole server, really served: APIs, Link UI and pumps, with simulated vendors behind them.

By default all of it runs in this process, so that a test may hold its clock; the HTTP side can be a `wattlink serve`.
"""

import asyncio
import base64
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import aiohttp
import msgspec
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server as Granian
from yarl import URL

from tests.support.loopback import LOOPBACK
from tests.support.processes import free_ports, plain_environment
from tests.support.sandbox import KEY, RunningSandbox, running_sandbox
from wattlink.base.clock import Clock, system_clock
from wattlink.connectors.registry import clouds, simulator
from wattlink.domain.access.ids import ApplicationId, RegistrationId
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.model import NewApplication
from wattlink.domain.vendors.register import register
from wattlink.sandbox.store import ahead_in
from wattlink.server import Server
from wattlink.settings.model import Settings
from wattlink.wiring import Hub, open_hub
from wattlink.workers.pumps import all_pumps, run_pumps

_MASTER_KEYS = {"k1": bytes(range(32))}


@dataclass(frozen=True)
class Stack:
    """What runs: `url` answers, `hub` is what it runs on, `sandbox` turns the vendors' knobs."""

    url: str
    hub: Hub
    sandbox: RunningSandbox
    http: aiohttp.ClientSession

    @property
    def root(self) -> str:
        """Where the dialect is that is `at_root`."""
        return self.url.replace("localhost", "127.0.0.1")

    @property
    def enode(self) -> str:
        """The base URL of the Enode dialect."""
        return f"{self.url}/enode"

    async def new_app(
        self, name: str = "Voltly", redirect_uris: Sequence[str] = (), *, is_sandbox: bool = True
    ) -> "App":
        """A new application, as the operator makes one, with its first token."""
        async with self.hub.db.transaction() as tx:
            made = await create_application(tx, name, redirect_uris, is_sandbox=is_sandbox)
        app = App(self, made)
        await app.sign_in()
        return app

    async def register(self, vendor: str, application_id: ApplicationId | None = None) -> RegistrationId:
        """Our registration at a simulated vendor; of one application it is judged by that one's accounts alone."""
        async with self.hub.db.transaction() as tx:
            return await register(
                tx,
                vendor=vendor,
                application_id=application_id,
                registration=simulator(vendor).DEMO_REGISTRATION,
                hosts=self.sandbox.hosts(vendor),
                is_sandbox=True,
                vault=self.hub.vault,
            )


@dataclass
class App:
    """An application that calls the Enode dialect, as its backend would."""

    stack: Stack
    credentials: NewApplication
    headers: dict[str, str] = field(default_factory=dict)

    async def sign_in(self) -> None:
        """Fetch a token by client credentials."""
        basic = aiohttp.encode_basic_auth(str(self.credentials.client_id), self.credentials.client_secret)
        headers, form = {"authorization": basic}, {"grant_type": "client_credentials"}
        async with self.stack.http.post(f"{self.stack.enode}/oauth2/token", headers=headers, data=form) as answer:
            answer.raise_for_status()
            token = (await answer.json())["access_token"]
        self.headers["authorization"] = f"Bearer {token}"

    async def call(self, method: str, path: str, body: Any = None, **query: str | int) -> Any:
        """The answer's JSON (None where it has no body); raises Refused for a problem."""
        answer = await self.send(method, path, body, **query)
        if answer.status >= 400:
            raise Refused(answer.status, answer.json)
        return answer.json

    async def send(self, method: str, path: str, body: Any = None, **query: str | int) -> "Answer":
        """The answer as it is. `path` is percent-encoded already; `body` bytes are sent as they are."""
        url = URL(f"{self.stack.enode}{path}", encoded=True).update_query(query)
        data = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        async with self.stack.http.request(method, url, data=data, headers=self.headers) as answer:
            content = await answer.read()
            return Answer(answer.status, answer.headers, msgspec.json.decode(content) if content else None)


class Answer(NamedTuple):
    """An answer, its JSON decoded."""

    status: int
    headers: Mapping[str, str]
    json: Any


class Refused(Exception):
    """A problem that was answered."""

    def __init__(self, status: int, problem: Any) -> None:
        super().__init__(f"{status}: {problem}")
        self.status = status
        self.problem = problem


@contextlib.asynccontextmanager
async def running_stack(
    dsn: str,
    *,
    clock: Clock = system_clock,
    apart: bool = False,
    at_root: str = "",
    public_url: str = "",
    **settings: Any,
) -> AsyncIterator[Stack]:
    """Everything, until the block ends; `apart` starts a `wattlink serve`; `settings` are those of Settings.

    `public_url` is where people find it, if something stands before it.
    `at_root` is a dialect that is also at the root of 127.0.0.1, where everything else is at localhost.
    """
    port = free_ports(2)
    if at_root:
        settings["dialect_hosts"] = {**settings.get("dialect_hosts", {}), f"127.0.0.1:{port}": at_root}
    chosen = Settings(
        database_url=dsn,
        master_keys=_MASTER_KEYS,
        public_url=public_url or f"http://localhost:{port}",
        port=port,
        outbound_allow=LOOPBACK,
        confirm_after_seconds=1.0,
        sandbox_url=f"http://localhost:{port + 1}",
        sandbox_key=KEY,
        **settings,
    )
    async with (
        open_hub(chosen, clock=clock) as hub,
        running_sandbox(clock=clock, ahead=ahead_in(hub.db), port=port + 1) as sandbox,
        aiohttp.ClientSession() as http,
    ):
        stack = Stack(f"http://localhost:{port}", hub, sandbox, http)
        for vendor in clouds():
            await stack.register(vendor)
        async with _serving_apart(chosen) if apart else _serving(hub), _working(hub):
            yield stack


@contextlib.asynccontextmanager
async def _serving(hub: Hub) -> AsyncIterator[None]:
    granian = Granian(
        Server(lambda: contextlib.nullcontext(hub)),
        port=hub.settings.port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.critical,
    )
    serving = asyncio.create_task(granian.serve())
    try:
        await _answers(hub.settings.port, lambda: not serving.done())
        yield
    finally:
        granian.stop()  # type: ignore[no-untyped-call]
        await serving


@contextlib.asynccontextmanager
async def _serving_apart(settings: Settings) -> AsyncIterator[None]:
    environment = plain_environment(
        WATTLINK_DATABASE_URL=settings.database_url,
        WATTLINK_MASTER_KEYS=f"k1:{base64.b64encode(_MASTER_KEYS['k1']).decode()}",
        WATTLINK_PUBLIC_URL=settings.public_url,
        WATTLINK_PORT=str(settings.port),
        WATTLINK_OUTBOUND_ALLOW=",".join(map(str, settings.outbound_allow)),
        WATTLINK_DIALECT_HOSTS=",".join(f"{name}={host}" for host, name in settings.dialect_hosts.items()),
        WATTLINK_SERVE_PROCESSES="1",
        WATTLINK_SANDBOX_URL=settings.sandbox_url,
        WATTLINK_SANDBOX_KEY=settings.sandbox_key,
        WATTLINK_LOG_LEVEL="warning",
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "wattlink", "serve", env=environment)
    try:
        await _answers(settings.port, lambda: process.returncode is None)
        yield
    finally:
        process.terminate()
        await process.wait()


@contextlib.asynccontextmanager
async def _working(hub: Hub) -> AsyncIterator[None]:
    stop = asyncio.Event()
    working = asyncio.create_task(run_pumps(hub.db, all_pumps(hub), stop))
    try:
        yield
    finally:
        stop.set()
        await working


async def _answers(port: int, lives: Callable[[], bool]) -> None:
    """Wait until something listens."""
    while True:
        assert lives(), "the server ended before it answered"
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.02)
