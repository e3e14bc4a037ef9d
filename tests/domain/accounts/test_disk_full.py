"""While the disk of the database is full nothing is lost: neither what a vendor gives then, nor what was there."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest

from tests.support.accounts import World
from tests.support.disk import full_disk
from wattlink.connectors.devices import Kind
from wattlink.domain.accounts.model import AccountState

_PATIENCE_SECONDS = 60.0
_NORA, _REFRESHED = "nora@example.com", "/api/accounts/refresh_token"


async def test_a_credential_that_was_renewed_meanwhile_is_saved_once_there_is_room(world: World, dsn: str) -> None:
    await world.sandbox.open("easee", _NORA, knobs={"grace_seconds": 0})
    account_id = await world.link("easee", _NORA)
    await world.sandbox.change("easee", _NORA, latency_seconds=0.5)
    world.clock.forward(hours=25)  # the access token has expired
    (prepared,) = await world.visits.take("easee")
    visiting = asyncio.create_task(world.visits.visit(prepared))
    await world.asked("easee", _REFRESHED)
    with full_disk(dsn) as refused:
        await _until(lambda: refused() >= 2)  # the vendor has rotated, and we have tried again
    await visiting
    await world.sandbox.change("easee", _NORA, latency_seconds=0)
    assert await world.visit_due(hours=25) == 1
    assert (await world.account(account_id)).state is AccountState.GOOD
    renewals = [seen.status for seen in await world.sandbox.requests("easee") if seen.path == _REFRESHED]
    assert renewals == [200, 200]


async def test_an_outcome_that_found_no_room_is_no_outcome(world: World, dsn: str) -> None:
    await world.sandbox.open("easee", _NORA)
    account_id = await world.link("easee", _NORA)
    (charger,) = await world.devices(Kind.CHARGER)
    await world.sandbox.change("easee", _NORA, add_devices=1)
    world.clock.forward(hours=1)
    (prepared,) = await world.visits.take("easee")
    events = await world.events()
    with full_disk(dsn), pytest.raises(psycopg.errors.DiskFull):
        await world.visits.visit(prepared)
    assert (await world.devices(Kind.CHARGER), await world.events()) == ([charger], events)
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE visit SET busy_until = clock_timestamp()")  # its lease is over
    assert await world.visit_due(minutes=3) == 1
    assert len(await world.devices(Kind.CHARGER)) == 2
    assert (await world.account(account_id)).state is AccountState.GOOD


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
