"""Stories of workers that die: `kill -9` again and again, with a database that writes to disk.

Each story is told by one village: 200 accounts with rotating tokens at a vendor in a process of its own.
"""

import asyncio
import random
import signal
from datetime import datetime
from itertools import count

import pytest

from tests.support.killing import Village, eventually
from tests.support.receiver import Receiver
from wattlink.base.clock import system_clock
from wattlink.domain.accounts.refresh import REQUESTS_AT_ONCE

ACCOUNTS, EVENTS = 200, 2_000
KILLS_WITH_GRACE, KILLS_WITHOUT, DEPLOYS = 8, 3, 3
GRACE_SECONDS = 3_600  # longer than any machine takes to come back
MOST_LOST_BEFORE_THE_LAST = (KILLS_WITHOUT - 1) * REQUESTS_AT_ONCE

pytestmark = pytest.mark.slow


async def renewals(village: Village) -> int:
    """How often a credential was renewed and stored, altogether."""
    return await village.count("SELECT sum(generation - 1)::bigint FROM credential")


async def work_and_end(village: Village, how: signal.Signals, chance: random.Random, *, most: int) -> int:
    """A worker that has begun to renew everybody's credential is ended after at most so many; the exit code."""
    worker = await village.worker()
    await village.renew_all()
    before = await renewals(village)
    enough = before + chance.randrange(5, most)
    await eventually(lambda: more_than(village, enough))
    code = await worker.end(how)
    await village.let_leases_pass()
    return code


async def more_than(village: Village, number: int) -> bool:
    return await renewals(village) > number


async def work_until_calm(village: Village) -> None:
    """A last worker visits everybody once more."""
    began = system_clock()
    worker = await village.worker()
    await village.renew_all()
    await eventually(lambda: is_calm(village, began))
    assert await worker.end(signal.SIGTERM) == 0


async def is_calm(village: Village, since: datetime) -> bool:
    visited = await village.count(
        """
        SELECT count(*) FROM account JOIN visit USING (account_id)
         WHERE (state = 'good' AND ended_at >= %(since)s AND error IS NULL)
            OR (state = 'suspect' AND ended_at >= %(since)s) OR state = 'broken'
        """,
        since=since,
    )
    return visited == ACCOUNTS


async def lost(village: Village) -> int:
    """How many accounts would need their users."""
    return await village.count("SELECT count(*) FROM account WHERE state IN ('suspect', 'broken')")


async def test_no_event_and_no_account_is_lost_to_kills(village: Village) -> None:
    chance = random.Random(18)  # noqa: S311
    await village.settle(ACCOUNTS, grace_seconds=GRACE_SECONDS)
    async with Receiver() as receiver:
        await village.subscribe(receiver.url())
        happening = asyncio.create_task(keep_happening(village))
        for _ in range(KILLS_WITH_GRACE):
            assert await work_and_end(village, signal.SIGKILL, chance, most=ACCOUNTS - 20) == -signal.SIGKILL
        recorded = await happening
        await work_until_calm(village)
        told = [event for request in receiver.received for event in request.events]
        arrived = {event["user"]["id"] for event in told if "user" in event}
    assert recorded - arrived == set()
    assert len(recorded) == EVENTS
    assert await lost(village) == 0


async def keep_happening(village: Village) -> set[str]:
    """Record all events, ten at a time; their markers."""
    numbers, markers = count(), set[str]()
    while len(markers) < EVENTS:
        batch = [f"marker {next(numbers)}" for _ in range(10)]
        await village.happen(batch)
        markers.update(batch)
        await asyncio.sleep(0.05)
    return markers


async def test_without_grace_no_more_is_lost_than_was_being_asked_for(
    village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(19)  # noqa: S311
    await village.settle(ACCOUNTS, grace_seconds=0)
    for _ in range(KILLS_WITHOUT):
        await work_and_end(village, signal.SIGKILL, chance, most=ACCOUNTS - MOST_LOST_BEFORE_THE_LAST)
    await work_until_calm(village)
    missing = await lost(village)
    with capsys.disabled():
        print(f"\n{missing} of {ACCOUNTS} accounts lost to {KILLS_WITHOUT} kills at a vendor without grace")  # noqa: T201
    assert missing <= KILLS_WITHOUT * REQUESTS_AT_ONCE
    assert await village.count("SELECT count(*) FROM account WHERE state = 'good'") == ACCOUNTS - missing


async def test_without_grace_nothing_is_lost_to_deploys(village: Village) -> None:
    chance = random.Random(20)  # noqa: S311
    await village.settle(ACCOUNTS, grace_seconds=0)
    for _ in range(DEPLOYS):
        assert await work_and_end(village, signal.SIGTERM, chance, most=ACCOUNTS - 20) == 0
    await work_until_calm(village)
    assert await lost(village) == 0
