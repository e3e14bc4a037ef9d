"""The work, all at once and each at its rate: visits that fall due, reads, and events to deliver."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

import aiohttp
import psycopg

from bench.deliveries import update_of
from bench.receiver import RunningReceiver
from bench.scale.filling import Known
from bench.serving import cpu_seconds
from wattlink.base.clock import system_clock
from wattlink.db.database import Database, Notifier
from wattlink.domain.access.ids import ApplicationId, SubscriptionId
from wattlink.domain.events.record import record

VISITS_PER_SECOND, READS_PER_SECOND, DELIVERIES_PER_SECOND = 200, 100, 100
_HEAD_START = timedelta(seconds=1)
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What runs, and the ids of the processes whose CPU time counts, by name.

    `own` is the benchmark's connection: it takes no part in what is counted of sequential scans.
    """

    db: Database
    own: psycopg.Connection
    api: str
    tokens: Sequence[str]
    receiver: RunningReceiver
    applications: Sequence[ApplicationId]
    subscriptions: Sequence[SubscriptionId]
    processes: dict[str, int]

    def cpu(self) -> dict[str, float]:
        """CPU seconds that each has used so far."""
        return {name: cpu_seconds(pid) for name, pid in self.processes.items()}


@dataclass(frozen=True)
class Spent:
    """CPU microseconds per operation, by process; `told` deliveries went out meanwhile."""

    cpu: dict[str, float]
    told: int

    @property
    def total(self) -> float:
        """Of all processes."""
        return sum(self.cpu.values())


async def everything(ground: Ground, group: Sequence[Known], devices: Sequence[tuple[Known, int]]) -> Spent:
    """The visits of a group, and reads and deliveries for as long as they take."""
    seconds = len(group) / VISITS_PER_SECOND
    asked, told = int(seconds * READS_PER_SECOND), int(seconds * DELIVERIES_PER_SECOND)
    begin = fall_due(ground, group)

    async def work() -> None:
        async with asyncio.TaskGroup() as at_once:
            at_once.create_task(visits(ground, group, begin))
            at_once.create_task(reads(ground, devices, asked))
            at_once.create_task(deliveries(ground, told))
        await _until(lambda: _holds(ground, _ALL_IS_TOLD))

    await asyncio.sleep((begin - system_clock()).total_seconds())
    return await _measured(ground, len(group) + asked + told, work)


def fall_due(ground: Ground, group: Sequence[Known]) -> datetime:
    """Every account of the group falls due, one after the other; when the first does."""
    begin = system_clock() + _HEAD_START
    accounts = [account.account_id for account in group]
    ground.own.execute(_FALL_DUE, {"begin": begin, "accounts": accounts, "rate": VISITS_PER_SECOND})
    return begin


async def visits(ground: Ground, group: Sequence[Known], begin: datetime) -> None:
    """Wait until all of the group, due since `begin`, were visited."""
    accounts = [account.account_id for account in group]
    await asyncio.sleep((begin - system_clock()).total_seconds() + len(group) / VISITS_PER_SECOND)
    await _until(lambda: _holds(ground, _ALL_IS_VISITED, begin=begin, accounts=accounts))


_FALL_DUE = """
    UPDATE visit SET due_at = %(begin)s + interval '1 second' * (wanted.place / %(rate)s::float8), tries = 0
      FROM unnest(%(accounts)s::uuid[]) WITH ORDINALITY AS wanted (account_id, place)
     WHERE visit.account_id = wanted.account_id
"""
_ALL_IS_VISITED = """
    SELECT count(*) = cardinality(%(accounts)s::uuid[])
      FROM visit WHERE account_id = ANY(%(accounts)s) AND ended_at >= %(begin)s AND error IS NULL
"""
_ALL_IS_TOLD = """
    SELECT NOT EXISTS (SELECT FROM delivery WHERE state = 'open')
       AND NOT EXISTS (SELECT FROM subscription_cursor AS place,
                                   events_behind(place.application_id, place.epoch, place.xid, place.position,
                                                 place.recorded_at))
"""


async def reads(ground: Ground, devices: Sequence[tuple[Known, int]], number: int) -> None:
    """Devices, users, a user's devices and pages of fifty; each device with the place of its application."""
    async with aiohttp.ClientSession() as session:

        async def one(at: int) -> None:
            known, place = random.choice(devices)
            user, headers = f"user{known.number}", {"authorization": f"Bearer {ground.tokens[place]}"}
            path = (f"/chargers/{known.device_id}", f"/users/{user}", f"/users/{user}/chargers", "/chargers")[
                (0, 0, 0, 1, 0, 0, 2, 0, 0, 3)[at % 10]
            ]
            async with session.get(f"{ground.api}/enode{path}", headers=headers) as answer:
                body = await answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"{path} answered {answer.status}: {body[:200]!r}")

        await paced(number, READS_PER_SECOND, one)


async def deliveries(ground: Ground, number: int) -> None:
    """An event of each application in turn, to be delivered by itself."""
    notifier = Notifier(ground.db)

    async def one(at: int) -> None:
        async with ground.db.transaction() as tx:
            await record(tx, [update_of(ground.applications[at % len(ground.applications)])], now=system_clock())
        notifier.wake("events")

    await paced(number, DELIVERIES_PER_SECOND, one)


async def paced(number: int, per_second: float, one: Callable[[int], Awaitable[None]]) -> None:
    """Begin this many at a steady rate, however long each takes."""
    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for at in range(number):
            await asyncio.sleep(max(0.0, start + at / per_second - time.perf_counter()))
            group.create_task(_awaited(one, at))


async def _awaited(one: Callable[[int], Awaitable[None]], at: int) -> None:
    await one(at)


async def _measured(ground: Ground, operations: int, work: Callable[[], Awaitable[None]]) -> Spent:
    told, before = await ground.receiver.count(), ground.cpu()
    await work()
    after = ground.cpu()
    spent = {name: (after[name] - before[name]) / operations * 1e6 for name in after}
    return Spent(spent, await ground.receiver.count() - told)


def _holds(ground: Ground, statement: LiteralString, **params: Any) -> bool:
    return ground.own.execute(statement, params).fetchone() == (True,)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.25)
