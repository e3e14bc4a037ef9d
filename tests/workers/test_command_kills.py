"""Stories of workers that die while they tell devices something: nothing is told twice, and nothing is left hanging."""

import random
import signal
from collections import Counter
from functools import partial

import pytest

from tests.support.killing import VENDOR, Village, eventually
from wattlink.base.clock import system_clock
from wattlink.connectors.commands import StartCharging
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.commands.create import create
from wattlink.domain.devices.listing import store as devices

CHARGERS, KILLS = 120, 4

pytestmark = pytest.mark.slow


async def test_no_command_is_sent_twice_and_each_ends_whoever_is_killed(village: Village) -> None:
    assert not manifests()[VENDOR].commands.idempotent
    chance = random.Random(21)  # noqa: S311
    await village.settle(CHARGERS, grace_seconds=60)
    await plug_everybody_in(village)
    device_ids = await read_everybody(village)
    surely = 0
    for number in range(KILLS):
        await tell_all(village, device_ids[number::KILLS])
        worker = await village.worker()
        surely = await taken(village) + chance.randrange(1, CHARGERS // KILLS // 2)
        await eventually(partial(are_taken, village, surely))
        assert await worker.end(signal.SIGKILL) == -signal.SIGKILL
        await village.let_leases_pass()
        await let_looks_come(village)

    worker = await village.worker()
    await eventually(lambda: all_are_seen_or_doubtful(village))
    async with village.hub.db.transaction() as tx:
        await tx.execute("UPDATE command SET ends_at = now() WHERE completed_at IS NULL")  # the two minutes passed
    await eventually(lambda: all_are_over(village))
    assert await worker.end(signal.SIGTERM) == 0

    requests = await village.sandbox.requests(VENDOR)
    sent = Counter(seen.path for seen in requests if seen.path.endswith("/start_charging"))
    assert set(sent.values()) == {1}
    outcomes = await outcomes_of(village)
    assert sum(outcomes.values()) == CHARGERS
    assert set(outcomes) <= {"confirmed", "failed"}
    assert surely <= outcomes["confirmed"] <= len(sent)
    assert await village.count("SELECT count(*) FROM event WHERE type = 'command.updated'") == CHARGERS


async def plug_everybody_in(village: Village) -> None:
    """A car waits at every charger."""
    tomorrow = system_clock().timestamp() + 86_400
    for account in await village.sandbox.control("GET", "/accounts"):
        if not account["username"].startswith("user"):
            continue  # of the fleet, whom nobody linked
        (device,) = account["devices"]
        knobs = {"car": "waiting", "wants_kwh": 40.0, "next": tomorrow}
        await village.sandbox.change(VENDOR, account["username"], devices={device["vendor_device_id"]: knobs})


async def read_everybody(village: Village) -> list[DeviceId]:
    """Let a worker visit everybody once; the devices that were found."""
    began = system_clock()
    worker = await village.worker()

    async def are_read() -> bool:
        return (
            await village.count("SELECT count(*) FROM visit WHERE ended_at >= %(began)s AND error IS NULL", began=began)
            == CHARGERS
        )

    await village.renew_all()
    await eventually(are_read)
    assert await worker.end(signal.SIGTERM) == 0
    async with village.hub.db.read() as reader:
        found = await devices.page(reader, village.access, Kind.CHARGER, page=PageRequest(limit=CHARGERS))
    assert len(found) == CHARGERS
    return [device.device_id for device in found]


async def tell_all(village: Village, device_ids: list[DeviceId]) -> None:
    for device_id in device_ids:
        async with village.hub.db.transaction() as tx:
            await create(tx, village.access, device_id, Kind.CHARGER, StartCharging(), now=system_clock())


async def let_looks_come(village: Village) -> None:
    """Visits were postponed when they were taken; commands are looked after at once all the same."""
    async with village.hub.db.transaction() as tx:
        await tx.execute("UPDATE visit SET due_at = least(due_at, %(now)s)", now=system_clock())


async def taken(village: Village) -> int:
    """How many commands the vendor is known to have taken."""
    return await village.count("SELECT count(*) FROM command WHERE state IN ('sent', 'confirmed')")


async def are_taken(village: Village, number: int) -> bool:
    return await taken(village) >= number


async def all_are_seen_or_doubtful(village: Village) -> bool:
    return await village.count("SELECT count(*) FROM command WHERE state IN ('pending', 'sent')") == 0


async def all_are_over(village: Village) -> bool:
    return await village.count("SELECT count(*) FROM command WHERE completed_at IS NULL") == 0


async def outcomes_of(village: Village) -> Counter[str]:
    async with village.hub.db.read() as reader:
        return Counter(await reader.all(str, "SELECT state FROM command"))
