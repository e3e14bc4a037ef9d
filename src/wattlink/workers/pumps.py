"""Everything that happens in the background, listed; the `work` process runs it all, in any number of copies."""

import asyncio
import contextlib
import signal
from collections.abc import Sequence

import psycopg

from wattlink.base.log import get_logger
from wattlink.base.memory import collect_seldom
from wattlink.db.database import Database
from wattlink.settings.model import Settings
from wattlink.wiring import Hub, open_hub
from wattlink.workers import (
    commands,
    deliveries,
    housekeeping,
    retention,
    revocations,
    sessions,
    silence,
    users,
    visits,
)
from wattlink.workers.pump import Runs

_log = get_logger(__name__)
_DRAIN_SECONDS = 30.0

_FACTORIES = (
    visits.pumps,
    commands.pumps,
    silence.pumps,
    revocations.pumps,
    sessions.pumps,
    deliveries.pumps,
    retention.pumps,
    users.pumps,
    housekeeping.pumps,
)


def all_pumps(hub: Hub) -> list[Runs]:
    """Every pump."""
    return [pump for factory in _FACTORIES for pump in factory(hub)]


async def run(settings: Settings) -> None:
    """Run every pump until SIGTERM or SIGINT, then let each finish what it holds."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with open_hub(settings) as hub:
        collect_seldom()
        await run_pumps(hub.db, all_pumps(hub), stop)


async def run_pumps(db: Database, pumps: Sequence[Runs], stop: asyncio.Event) -> None:
    """Run these pumps until `stop` is set and their work in hand is saved."""
    _log.info("working", pumps=len(pumps))
    _log.debug("pumps", names=[pump.name for pump in pumps])
    running = [asyncio.create_task(pump.run(stop), name=pump.name) for pump in pumps]
    listening = asyncio.create_task(_listen(db, pumps))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([stopped, *running], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    stopped.cancel()
    for pump in pumps:
        pump.wake()
    _, late = await asyncio.wait(running, timeout=_DRAIN_SECONDS)
    for pump_run in (*late, listening):
        pump_run.cancel()
    results = await asyncio.gather(*running, listening, return_exceptions=True)
    failed = [result for result in results if isinstance(result, Exception)]
    _log.info("stopped", unfinished=[pump_run.get_name() for pump_run in late])
    if failed:
        raise ExceptionGroup("pumps that ended by themselves", failed)


async def _listen(db: Database, pumps: Sequence[Runs]) -> None:
    """Wake the pumps of a channel; while there is no connection their own polling finds everything."""
    channels = sorted({pump.channel for pump in pumps if pump.channel is not None})
    while True:
        with contextlib.suppress(psycopg.Error):
            async for channel, _ in db.listen(channels):
                for pump in pumps:
                    if pump.channel == channel:
                        pump.wake()
        await asyncio.sleep(1.0)
