"""A village of accounts whose workers are real processes, which may be killed at any moment."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp

from tests.support.linking import Login, link
from tests.support.loopback import LOOPBACK
from tests.support.processes import free_ports, plain_environment
from tests.support.sandbox import KEY, RunningSandbox
from tests.support.users import get_or_create
from wattlink.base.clock import system_clock
from wattlink.base.ids import new_id
from wattlink.connectors.registry import manifests, simulator
from wattlink.domain.access.ids import RegistrationId, SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts.link import publish, save_grant
from wattlink.domain.accounts.model import LinkedBy
from wattlink.domain.events.model import EventType, Fact, Payload
from wattlink.domain.events.record import record
from wattlink.domain.organizations.create import create_application
from wattlink.domain.vendors.register import register
from wattlink.domain.webhooks.create import create
from wattlink.domain.webhooks.model import NewSubscription
from wattlink.settings.model import Settings
from wattlink.wiring import Hub, open_hub

VENDOR = "easee"
_MASTER_KEY = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


async def eventually(is_so: Callable[[], Awaitable[bool]], *, seconds: float = 60.0) -> None:
    """Wait for something that happens soon; fails if it doesn't."""
    for _ in range(int(seconds / 0.05)):
        if await is_so():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


class Running:
    """`wattlink ...` as a process of its own, whose log is kept."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @classmethod
    async def start(cls, *words: str, environ: dict[str, str], folder: Path) -> "Running":
        """Start a command."""
        log = folder / f"{words[0]}-{new_id()}.log"
        with log.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wattlink", *words, env=environ, stdout=file, stderr=file
            )
        return cls(process, log)

    async def says(self, words: str) -> None:
        """Wait for this in its log."""

        async def said() -> bool:
            assert self._process.returncode is None, self._log.read_text()
            return words in self._log.read_text()

        await eventually(said)

    def suspend(self) -> None:
        """Let it stand still, as a machine does that is put to sleep."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on, as if nothing had happened."""
        os.kill(self._process.pid, signal.SIGCONT)

    async def end(self, how: signal.Signals) -> int:
        """Send the signal and wait; the exit code."""
        if self._process.returncode is None:
            os.kill(self._process.pid, how)
        return await self._process.wait()


@dataclass
class Village:
    """Users with an account each, their vendor in another process, and the database that all share."""

    hub: Hub
    sandbox: RunningSandbox
    access: Access
    registration_id: RegistrationId
    environ: dict[str, str]
    folder: Path
    vendor: str = VENDOR

    async def settle(self, number: int, *, grace_seconds: int) -> None:
        """So many users with a linked account each."""
        gate = asyncio.Semaphore(16)

        async def one(name: str) -> None:
            async with gate:
                await self.sandbox.open(self.vendor, name, knobs={"grace_seconds": grace_seconds})
                await self._link(name)

        await asyncio.gather(*(one(f"user{each}@example.com") for each in range(number)))

    async def _link(self, name: str) -> None:
        async with self.hub.db.read() as reader:
            connector = self.hub.connectors.of(await self.hub.connectors.open(reader, self.registration_id))
        grant = await link(self.vendor, connector, self.hub.outbound, Login(name, "right"))
        now = system_clock()
        async with self.hub.db.transaction() as tx:
            user = await get_or_create(tx, self.access, name, now=now)
            by = LinkedBy(
                session_id=SessionId(new_id()),
                application_id=self.access.application_id,
                user_id=user.user_id,
                registration_id=self.registration_id,
                vendor=self.vendor,
                kinds=manifests()[self.vendor].kinds,
                scopes=tuple(manifests()[self.vendor].scopes),
            )
            await save_grant(tx, by, grant, vault=self.hub.vault, now=now)
            await publish(tx, by.session_id, now=now)

    async def subscribe(self, url: str) -> None:
        """Deliver every event there."""
        new = NewSubscription(dialect="enode", url=url, secret="a secret of the village")
        async with self.hub.db.transaction() as tx:
            await create(
                tx,
                self.access,
                new,
                vault=self.hub.vault,
                now=system_clock(),
                heartbeat_every=timedelta(hours=1),
                allows_http=lambda _: True,
            )

    async def happen(self, markers: Sequence[str]) -> None:
        """Record an event for each marker, which its receiver sees as the user's id."""
        async with self.hub.db.transaction() as tx:
            await record(tx, [_invalidated(self.access, marker) for marker in markers], now=system_clock())
        self.hub.notifier.wake("events")

    async def renew_all(self) -> None:
        """Every credential is to be renewed, at a visit that is due now."""
        async with self.hub.db.transaction() as tx:
            await tx.execute("UPDATE credential SET must_prove = true")
            await tx.execute("UPDATE visit SET due_at = least(due_at, %(now)s)", now=system_clock())
        self.hub.notifier.wake("visits")

    async def let_leases_pass(self) -> None:
        """The two minutes after everybody died."""
        async with self.hub.db.transaction() as tx:
            await tx.execute("UPDATE visit SET busy_until = '-infinity'")
            await tx.execute("UPDATE delivery SET busy_until = '-infinity', due_at = now() WHERE state = 'open'")

    async def count(self, sql: str, **params: object) -> int:
        """The number that a statement gives."""
        async with self.hub.db.read() as reader:
            return await reader.one(int, sql, **params)

    async def worker(self) -> Running:
        """A new worker process, at work."""
        worker = await Running.start("work", environ=self.environ, folder=self.folder)
        await worker.says("working")
        return worker


@asynccontextmanager
async def open_village(dsn: str, folder: Path, vendor: str = VENDOR) -> AsyncIterator[Village]:
    """An empty village; its sandbox ends with the block."""
    port = free_ports(1)
    environ = plain_environment(
        WATTLINK_DATABASE_URL=dsn,
        WATTLINK_MASTER_KEYS=_MASTER_KEY,
        WATTLINK_OUTBOUND_ALLOW=",".join(map(str, LOOPBACK)),
        WATTLINK_CONFIRM_AFTER_SECONDS="1",
        WATTLINK_LOG_LEVEL="info",
    )
    settings = Settings(
        database_url=dsn,
        master_keys={"k1": bytes(range(32))},
        public_url="http://localhost:1",
        outbound_allow=LOOPBACK,
    )
    key = folder / "key"
    key.write_text(KEY)
    vendors = await Running.start("sandbox", f"--port={port}", f"--key-file={key}", environ=environ, folder=folder)
    try:
        headers = {"Authorization": f"Bearer {KEY}"}
        async with aiohttp.ClientSession(headers=headers) as control, open_hub(settings) as hub:
            sandbox = RunningSandbox(f"http://127.0.0.1:{port}", control)
            await eventually(lambda: _answers(sandbox))
            yield await _founded(hub, sandbox, environ, folder, vendor)
    finally:
        await vendors.end(signal.SIGTERM)


async def _founded(hub: Hub, sandbox: RunningSandbox, environ: dict[str, str], folder: Path, vendor: str) -> Village:
    async with hub.db.transaction() as tx:
        made = await create_application(tx, "Voltly")
        registration_id = await register(
            tx,
            vendor=vendor,
            application_id=None,
            registration=simulator(vendor).DEMO_REGISTRATION,
            hosts=sandbox.hosts(vendor),
            is_sandbox=True,
            vault=hub.vault,
        )
    return Village(hub, sandbox, Access(applications=(made.application_id,)), registration_id, environ, folder, vendor)


async def _answers(sandbox: RunningSandbox) -> bool:
    try:
        await sandbox.control("GET", "/accounts")
    except aiohttp.ClientError:
        return False
    return True


def _invalidated(access: Access, marker: str) -> Fact:
    return Fact(
        type=EventType.CREDENTIALS_INVALIDATED,
        application_id=access.application_id,
        user_id=UserId(new_id()),
        payload=Payload(user=marker, vendor=VENDOR),
    )
