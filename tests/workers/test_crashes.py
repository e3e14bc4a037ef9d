"""Stories of what else goes wrong on a machine: the database crashes under its workers, a worker is suspended."""

import asyncio
import os
import signal
from functools import partial
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from tests.support.killing import Village, eventually
from tests.support.receiver import Receiver, Reply
from wattlink.db.embedded import EmbeddedPostgres

CRASHES, EVENTS = 5, 1_000

pytestmark = pytest.mark.slow


async def test_no_event_is_lost_to_a_database_that_crashes_and_its_worker_goes_on_by_itself(
    village: Village, durable: EmbeddedPostgres
) -> None:
    async with Receiver() as receiver:
        await village.subscribe(receiver.url())
        worker = await village.worker()
        happening = asyncio.create_task(_keep_happening(village))
        for crash in range(1, CRASHES + 1):
            await eventually(partial(_has_arrived, receiver, crash * EVENTS // (2 * CRASHES)))
            await _crash(durable)
        recorded = await happening
        assert len(recorded) == EVENTS
        await eventually(partial(_have_arrived, receiver, recorded))
        assert await worker.end(signal.SIGTERM) == 0


async def _has_arrived(receiver: Receiver, number: int) -> bool:
    return len(_arrived(receiver)) >= number


async def _have_arrived(receiver: Receiver, markers: set[str]) -> bool:
    return markers <= _arrived(receiver)


def _arrived(receiver: Receiver) -> set[str]:
    return {event["user"]["id"] for request in receiver.received for event in request.events if "user" in event}


async def _crash(server: EmbeddedPostgres) -> None:
    """It ends without writing anything out, and starts again."""
    os.kill(_pid_of(server), signal.SIGQUIT)

    async def is_down() -> bool:
        return not server.running

    await eventually(is_down)
    server.start()


def _pid_of(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.dsn) as connection:
        [folder] = connection.execute("SHOW data_directory").fetchone() or ("",)
    return int(Path(folder, "postmaster.pid").read_text().split()[0])


async def _keep_happening(village: Village) -> set[str]:
    """Record all events, ten at a time; the markers of those that were surely recorded."""
    numbers, markers = count(), set[str]()
    while len(markers) < EVENTS:
        batch = [f"marker {next(numbers)}" for _ in range(10)]
        try:
            await village.happen(batch)
        except (psycopg.OperationalError, PoolTimeout):
            continue
        markers.update(batch)
        await asyncio.sleep(0.02)
    return markers


async def test_a_worker_that_was_suspended_beyond_its_lease_overwrites_nothing(village: Village) -> None:
    async with Receiver() as receiver:
        receiver.answer = lambda received: Reply(500 if received is receiver.received[0] else 200)
        await village.subscribe(receiver.url())
        suspended = await village.worker()
        receiver.hold()
        await village.happen(["first"])
        await receiver.until(1)
        suspended.suspend()
        receiver.go_on()  # its refusal waits for somebody who doesn't listen
        await village.let_leases_pass()
        other = await village.worker()
        await eventually(lambda: _is_delivered(village))
        suspended.resume()
        await village.happen(["second"])
        await receiver.until(3)
        await eventually(lambda: _is_delivered(village))
        assert (await suspended.end(signal.SIGTERM), await other.end(signal.SIGTERM)) == (0, 0)
        first, again, second = receiver.received
    assert (first.body, first.headers["webhook-id"]) == (again.body, again.headers["webhook-id"])
    assert [event["user"]["id"] for event in second.events] == ["second"]
    assert await village.count("SELECT count(*) FROM subscription_cursor WHERE failing_since IS NOT NULL") == 0
    assert await village.count("SELECT count(*) FROM delivery WHERE state <> 'delivered'") == 0


async def _is_delivered(village: Village) -> bool:
    return await village.count("SELECT count(*) FROM delivery WHERE state = 'open'") == 0
