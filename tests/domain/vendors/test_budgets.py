"""Budgets are shared by all processes, and never overspent."""

import asyncio
import time

import msgspec
import pytest

from tests.support.accounts import World
from wattlink.base.ids import new_id
from wattlink.connectors.contract import Credential
from wattlink.connectors.errors import CredentialsRejected, VendorUnavailable
from wattlink.connectors.registry import Window
from wattlink.db.database import Database
from wattlink.domain.access.ids import AccountId, RegistrationId
from wattlink.domain.vendors.budgets.spend import Budgets, forget_old


async def spend(budgets: Budgets, registration_id: RegistrationId, window: Window, *, urgent: bool = True) -> bool:
    """Whether there was a request left."""
    try:
        await budgets.purse(registration_id, None, window).spend(urgent=urgent)
    except VendorUnavailable as error:
        return error.reason != "quota" or error.retry_after is None
    return True


async def test_two_processes_together_spend_no_more_than_there_is(world: World, dsn: str) -> None:
    registration_id = await world.register("easee")
    window = Window(requests=100, seconds=20)
    async with Database(dsn, size=4) as one, Database(dsn, size=4) as other:
        processes = [Budgets(one), Budgets(other)]
        spent = await asyncio.gather(*(spend(processes[number % 2], registration_id, window) for number in range(160)))
    assert sum(spent) <= 100
    assert sum(spent) >= 50  # what was leased and isn't used within its second is lost


async def test_a_tenth_is_kept_for_what_a_person_waits_for(world: World) -> None:
    registration_id = await world.register("easee")
    window, budgets = Window(requests=50, seconds=3600), Budgets(world.hub.db)
    polled = [await spend(budgets, registration_id, window, urgent=False) for _ in range(60)]
    assert sum(polled) == 45
    assert [await spend(budgets, registration_id, window) for _ in range(6)] == [True] * 5 + [False]


async def test_accounts_have_budgets_of_their_own(world: World) -> None:
    registration_id = await world.register("easee")
    window, budgets = Window(requests=2, seconds=3600), Budgets(world.hub.db)
    for _ in range(2):
        purse = budgets.purse(registration_id, AccountId(new_id()), window)
        for _ in range(2):
            await purse.spend(urgent=True)
        with pytest.raises(VendorUnavailable):
            await purse.spend(urgent=True)


@pytest.mark.parametrize("is_sandbox", [True, False])
async def test_simulators_serve_without_a_limit_for_everybody(world: World, is_sandbox: bool) -> None:
    registration_id = await world.register("myuplink")
    async with world.hub.db.read() as reader:
        opened = await world.hub.connectors.open(reader, registration_id)
    connector = world.hub.connectors.of(msgspec.structs.replace(opened, is_sandbox=is_sandbox), urgent=True)
    dead = Credential(access_token="dead", refresh_token="dead", expires_at=world.clock())
    refusals = []
    for _ in range(30):
        with pytest.raises((CredentialsRejected, VendorUnavailable)) as refused:
            await connector.refresh(dead)
        refusals.append(refused.type)
    assert refusals == [CredentialsRejected] * (30 if is_sandbox else 25) + [VendorUnavailable] * (
        0 if is_sandbox else 5
    )


async def test_a_window_slides(world: World) -> None:
    registration_id = await world.register("easee")
    window, budgets = Window(requests=4, seconds=1), Budgets(world.hub.db)
    began, sent = time.monotonic(), list[tuple[float, float]]()
    while time.monotonic() - began < 4:
        asked_at = time.monotonic()
        if await spend(budgets, registration_id, window):
            sent.append((asked_at, time.monotonic()))
        await asyncio.sleep(0.05)
    assert len(sent) > 4
    for (asked_at, _), (_, sent_at) in zip(sent, sent[4:], strict=False):
        assert sent_at - asked_at > 1  # however long a busy machine thinks about it


async def test_old_slots_are_forgotten(world: World) -> None:
    registration_id = await world.register("easee")
    await spend(Budgets(world.hub.db), registration_id, Window(requests=4, seconds=2))
    assert await forget_old(world.hub.db) == 0
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE budget_window SET window_start = window_start - interval '1 year'")
    assert await forget_old(world.hub.db) == 1
