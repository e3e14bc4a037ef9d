"""Stories of workers that die while cars wait for their boosts: none is forgotten, and none makes two commands."""

import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.support.killing import Village, eventually, open_village
from tests.workers.conftest import new_database
from tests.workers.test_command_kills import let_looks_come
from wattlink.base.clock import system_clock
from wattlink.connectors.devices import Kind
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.commands.boosts.boost import boost
from wattlink.domain.devices.listing import store as devices

CARS = 24
_AWAY = {"routine": [{"do": "park", "minutes": 1e6}], "leg": 0, "sleeps_after": 1e6, "charging": False}
_PLUGGED_IN = {"routine": [{"do": "charge", "minutes": 1e6}], "charging": False}
_AWAY_SEEN = """
    SELECT count(*) FROM device_state JOIN device USING (device_id)
     WHERE kind = 'vehicle' AND document #>> '{charge_state,is_plugged_in}' = 'false'
"""
_DUE = "SELECT count(*) FROM boost WHERE due_at IS NOT NULL OR command_id IS NOT NULL"
_BEGUN = "SELECT count(*) FROM command"
_TAKEN = "SELECT count(*) FROM command WHERE state IN ('sent', 'confirmed')"
_SENDING = "SELECT count(*) FROM command WHERE state = 'sending'"

pytestmark = pytest.mark.slow


@pytest.fixture
async def garages(durable: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[Village]:
    """A village of drivers."""
    async with open_village(new_database(durable), tmp_path, "tesla") as opened:
        yield opened


async def test_each_boost_is_one_command_whoever_is_killed_between_the_wish_and_the_car(garages: Village) -> None:
    chance, again = random.Random(7), 0  # noqa: S311
    await garages.settle(CARS, grace_seconds=86_400)
    await turn_knobs(garages, _AWAY)
    await boost_all(garages)
    assert await garages.count("SELECT count(*) FROM boost WHERE is_armed") == CARS
    await turn_knobs(garages, _PLUGGED_IN)
    for what in (_DUE, _BEGUN, _TAKEN):  # seen to be plugged in, begun, told
        worker = await garages.worker()
        surely = min(CARS, await garages.count(what) + chance.randrange(1, CARS // 3))
        await eventually(partial(has_reached, garages, what, surely))
        assert await worker.end(signal.SIGKILL) == -signal.SIGKILL
        again += await garages.count(_SENDING)  # nobody knows whether the car heard of it
        await garages.let_leases_pass()
        await let_looks_come(garages)

    worker = await garages.worker()
    await eventually(partial(has_reached, garages, "SELECT count(*) FROM command WHERE state = 'confirmed'", CARS))
    assert await worker.end(signal.SIGTERM) == 0
    assert await garages.count("SELECT count(DISTINCT device_id) FROM command") == CARS
    assert await garages.count(_BEGUN) == CARS
    assert await garages.count("SELECT count(*) FROM boost WHERE is_armed") == 0
    assert await told(garages, "command.updated") == {1: CARS}
    assert await told(garages, "device.preferences_updated") == {2: CARS}  # asked for, and begun
    requests = await garages.sandbox.requests("tesla")
    sent = Counter(seen.path for seen in requests if seen.path.endswith("/charge_start") and seen.status == 200)
    assert len(sent) == CARS
    assert sent.total() <= CARS + again


async def turn_knobs(garages: Village, knobs: dict[str, object]) -> None:
    """Of every linked car; a visit is due that sees it."""
    for account in await garages.sandbox.control("GET", "/accounts"):
        if account["username"].startswith("user"):
            turned = {device["vendor_device_id"]: knobs for device in account["devices"] if device["kind"] == "vehicle"}
            await garages.sandbox.change("tesla", account["username"], devices=turned)
    await let_looks_come(garages)


async def boost_all(garages: Village) -> None:
    """Once a worker has found every car, each is boosted; none is plugged in yet."""
    worker = await garages.worker()
    await eventually(partial(has_reached, garages, _AWAY_SEEN, CARS))
    assert await worker.end(signal.SIGTERM) == 0
    async with garages.hub.db.read() as reader:
        cars = await devices.page(reader, garages.access, Kind.VEHICLE, page=PageRequest(limit=CARS))
    for car in cars:
        async with garages.hub.db.transaction() as tx:
            await boost(tx, garages.access, car.device_id, now=system_clock())


async def has_reached(garages: Village, counted: str, number: int) -> bool:
    """Whether it counts so many by now."""
    return await garages.count(counted) >= number


async def told(garages: Village, event_type: str) -> Counter[int]:
    """How many cars there are of which so many such events were recorded."""
    async with garages.hub.db.read() as reader:
        counts = await reader.all(
            int, "SELECT count(*) FROM event WHERE type = %(event_type)s GROUP BY device_id", event_type=event_type
        )
    return Counter(counts)
