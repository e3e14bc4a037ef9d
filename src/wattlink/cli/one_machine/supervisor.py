"""Keeps a database and some processes running: starts them in order, prefixes their logs, restarts what crashes.

They end in reverse order, each before the next is told to: on Ctrl-C, SIGTERM or SIGHUP, or when one never came up. If
the supervisor itself is killed, the system tells them to end.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

import click

from wattlink.base.outbound import Outbound, OutboundError
from wattlink.base.processes import ending_with_us
from wattlink.cli.failures import Refused
from wattlink.db.embedded import EmbeddedPostgres, EmbeddedPostgresError

_LONGEST_LINE = 2**20
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 30.0
_STEADY_SECONDS = 60.0  # who ran that long starts again without delay
_START_SECONDS = 120.0
_END_SECONDS = 40.0  # `work` takes up to 30 to finish what it holds
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_COLOURS = ("cyan", "green", "magenta", "yellow", "blue")


@dataclass(frozen=True, kw_only=True)
class Child:
    """A process to keep: `wattlink` with these words."""

    name: str
    words: Sequence[str]
    environ: Mapping[str, str] = field(repr=False)
    answers_at: str | None = None  # a URL where any answer says that it is ready


async def supervise(
    children: Sequence[Child], *, database: EmbeddedPostgres, database_log: int, ready: Callable[[], None]
) -> None:
    """Keep them until told to stop; `ready` is called once everything answers. Raises Refused if one never does.

    `database` runs already and writes its log to the pipe whose reading end is `database_log`.
    """
    stop = asyncio.Event()
    hang_up = () if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else (signal.SIGHUP,)  # under nohup
    for which in (signal.SIGINT, signal.SIGTERM, *hang_up):
        asyncio.get_running_loop().add_signal_handler(which, stop.set)
    voice = _Voice("database", 0)
    async with contextlib.AsyncExitStack() as stack:  # left in reverse order
        outbound = await stack.enter_async_context(Outbound(allowed=_LOOPBACK))
        stopped = await stack.enter_async_context(_running(stop.wait()))
        await stack.enter_async_context(_running(_show(await _reader(database_log), voice)))
        kept = [_Kept(child, _Voice(child.name, number), outbound) for number, child in enumerate(children, start=1)]
        for one in kept:
            if not stop.is_set():
                stack.push_async_callback(one.end)
                await _unless(stopped, one.start())
        keeping = (_keep_database(database, voice), *(one.keep() for one in kept))
        keepers = [await stack.enter_async_context(_running(keeper)) for keeper in keeping]
        if not stop.is_set():
            ready()
        await asyncio.wait([stopped, *keepers], return_when=asyncio.FIRST_COMPLETED)


@contextlib.asynccontextmanager
async def _running(work: Coroutine[Any, Any, Any]) -> AsyncIterator[asyncio.Future[Any]]:
    """`work` in the background until the end of the block, where its error, if any, is raised."""
    doing = asyncio.ensure_future(work)
    try:
        yield doing
    finally:
        doing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await doing


@dataclass(frozen=True)
class _Voice:
    """Says something in a process's name."""

    name: str
    number: int

    def __call__(self, text: str) -> None:
        prefix = click.style(f"{self.name:<14} |", fg=_COLOURS[self.number % len(_COLOURS)])
        with contextlib.suppress(OSError):  # a closed terminal doesn't end the servers
            click.echo(f"{prefix} {text}")


class _Kept:
    """A child, whichever process it is at the moment."""

    def __init__(self, child: Child, voice: _Voice, outbound: Outbound) -> None:
        self._child = child
        self._voice = voice
        self._outbound = outbound
        self._process: Process | None = None
        self._log: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it and wait until it answers. Raises Refused if one ends before."""
        process, deadline = await self._launch(), time.monotonic() + _START_SECONDS
        while self._child.answers_at is not None:
            with contextlib.suppress(OutboundError):
                await self._outbound.send("GET", self._child.answers_at, deadline=2.0)
                return
            if process.returncode is not None:
                raise Refused(f"`{self._child.name}` ended with {process.returncode} before it was ready")
            if time.monotonic() > deadline:
                raise Refused(f"`{self._child.name}` does not answer at {self._child.answers_at}")
            await asyncio.sleep(0.1)

    async def keep(self) -> None:
        """Start it again whenever it ends, more slowly the more often that happens."""
        pause = _SHORTEST_PAUSE_SECONDS
        process, since = self._process, time.monotonic()
        while process is not None:
            code = await process.wait()
            pause = _SHORTEST_PAUSE_SECONDS if time.monotonic() - since > _STEADY_SECONDS else pause
            self._voice(f"ended with {code}; starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            process, since = await self._launch(), time.monotonic()

    async def end(self) -> None:
        """Let it finish, or end it."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_SECONDS):
                    await self._process.wait()
        self._end_leftovers()
        await self._process.wait()
        if self._log is not None:
            await self._log

    async def _launch(self) -> Process:
        self._end_leftovers()
        self._process = await asyncio.create_subprocess_exec(
            *(*ending_with_us(signal.SIGTERM), sys.executable, "-m", "wattlink", *self._child.words),
            env=self._child.environ,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            limit=_LONGEST_LINE,
            start_new_session=True,  # Ctrl-C is for us; a group of its own can be ended as a whole
        )
        assert self._process.stdout is not None
        self._log = asyncio.create_task(_show(self._process.stdout, self._voice))
        return self._process

    def _end_leftovers(self) -> None:
        """A process that crashed may have left some of its own, which hold its port."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


async def _keep_database(database: EmbeddedPostgres, voice: _Voice) -> None:
    while True:
        await asyncio.sleep(1.0)
        if not database.running:
            voice("ended; starting it again")
            try:
                database.start()  # in this thread, with which it ends
            except EmbeddedPostgresError as error:
                voice(str(error))


async def _unless(stopped: asyncio.Future[Any], start: Coroutine[Any, Any, None]) -> None:
    """Wait for a start, but no longer than until `stopped`."""
    async with _running(start) as starting:
        await asyncio.wait([starting, stopped], return_when=asyncio.FIRST_COMPLETED)


async def _show(log: asyncio.StreamReader, voice: _Voice) -> None:
    async for line in _lines(log):
        voice(line.decode(errors="replace").rstrip())


async def _lines(log: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while True:
        try:
            line = await log.readline()
        except ValueError:  # longer than any line should be
            continue
        if not line:
            return
        yield line


async def _reader(pipe: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", buffering=0)
    )
    return reader
