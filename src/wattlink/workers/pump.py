"""A pump does one kind of background work again and again until it is told to stop."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from typing import Protocol

from wattlink.base.log import get_logger

_log = get_logger(__name__)
_LONGEST_PAUSE_SECONDS = 30.0


class Runs(Protocol):
    """What `work` starts: something with a name that runs until `stop` is set, then finishes what it holds."""

    @property
    def name(self) -> str: ...

    @property
    def channel(self) -> str | None:
        """The notifications that wake it; None: only time does."""
        ...

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        ...

    def wake(self) -> None:
        """There may be work now."""
        ...


class Pump:
    """Calls `work` at once again while it finds something to do, else when woken or after `every` seconds."""

    def __init__(
        self, name: str, work: Callable[[], Awaitable[int]], *, every: float = 1.0, channel: str | None = None
    ) -> None:
        """`work` returns how many rows it dealt with."""
        self.name = name
        self.channel = channel
        self._work = work
        self._every = every
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be work now."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; an error is logged and the next round waits longer, with jitter."""
        failures = 0
        while not stop.is_set():
            self._woken.clear()
            try:
                done = await self._work()
                failures = 0
            except Exception:
                failures += 1
                done = 0
                _log.exception("pump failed", pump=self.name, failures=failures)
            if done == 0:
                pause = min(self._every * 2**failures, _LONGEST_PAUSE_SECONDS) * random.uniform(0.8, 1.2)  # noqa: S311
                await _first_of(pause, stop, self._woken)


async def _first_of(seconds: float, *events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
