"""Stories of leaving: nothing is visited or saved afterwards, and linking again revives what was kept."""

import asyncio

import pytest
from msgspec.structs import replace

from tests.domain.accounts.leaving import ADA, deauthorize, delete, disconnect, linked, withdrawals
from tests.support.accounts import CONFIRM_AFTER, World
from wattlink.connectors.devices import Kind
from wattlink.domain.accounts import leave, store
from wattlink.domain.accounts.batch import prepare, take_due
from wattlink.domain.accounts.link import take_back
from wattlink.domain.accounts.model import AccountState, Outcome, VisitError
from wattlink.domain.accounts.save import save
from wattlink.domain.devices.cut_off import out_of_reach
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import ConnectionsLimitReached, NotFound


def cut_off(device: Device) -> Device:
    """The device, its values as they were, while nobody has access to it."""
    return replace(device, document=out_of_reach(device.document))


async def test_a_deauthorized_account_keeps_its_devices_and_is_visited_no_more(world: World) -> None:
    account_id = await linked(world)
    before = await world.devices(Kind.CHARGER)
    await deauthorize(world)
    assert await world.visit_due(days=1) == 0
    assert await world.devices(Kind.CHARGER) == [cut_off(device) for device in before]
    assert await world.events() == [("device.discovered", ())]
    async with world.hub.db.read() as reader:
        assert await store.linked_vendors(reader, world.access, before[0].user_id) == []
    assert await world.revoke_due() == 1
    assert (await withdrawals(world))[-1] == 204
    assert (await world.account(account_id)).state is AccountState.DEAUTHORIZED


async def test_linking_a_deauthorized_account_again_revives_the_same_ids(world: World) -> None:
    account_id = await linked(world)
    (before,) = await world.devices(Kind.CHARGER)
    await deauthorize(world)
    await world.revoke_due()
    await world.sandbox.change("easee", ADA, devices={await world.first_device(ADA): {"enabled": False}})

    by = await world.linked_by("easee", "ada")
    assert await world.save(by, await world.grant("easee", ADA)) == account_id
    await world.visit_due()
    assert await world.devices(Kind.CHARGER) == [cut_off(before)]
    assert await world.events() == [("device.discovered", ())]

    assert await world.publish(by) == [before.device_id]
    (after,) = await world.devices(Kind.CHARGER)
    assert after.document != before.document
    assert await world.events() == [("device.discovered", ()), ("device.updated", ("is_reachable", "capabilities"))]


async def test_a_cancelled_revival_leaves_the_account_deauthorized(world: World) -> None:
    account_id = await linked(world)
    before = await world.devices(Kind.CHARGER)
    await deauthorize(world)
    await world.revoke_due()
    by = await world.linked_by("easee", "ada")
    await world.save(by, await world.grant("easee", ADA))
    await world.visit_due(hours=1)
    async with world.hub.db.transaction() as tx:
        await take_back(tx, by.session_id, vault=world.hub.vault, now=world.clock())
    assert (await world.account(account_id)).state is AccountState.DEAUTHORIZED
    assert await world.devices(Kind.CHARGER) == [cut_off(device) for device in before]
    assert await world.visit_due(days=1) == 0
    assert await world.revoke_due() == 1


async def test_disconnecting_removes_everything_and_linking_again_makes_new_ids(world: World) -> None:
    account_id = await linked(world)
    (before,) = await world.devices(Kind.CHARGER)
    await disconnect(world, "easee")
    assert await world.devices(Kind.CHARGER) == []
    assert [name for name, _ in await world.events()] == ["device.discovered", "device.deleted"]
    with pytest.raises(NotFound):
        await world.account(account_id)
    assert await world.revoke_due() == 1
    assert await withdrawals(world) == [204]

    assert await world.link("easee", ADA) != account_id
    (after,) = await world.devices(Kind.CHARGER)
    assert after.device_id != before.device_id


async def test_disconnecting_touches_no_other_vendor_and_no_other_user(world: World) -> None:
    await linked(world)
    await linked(world, "tesla")
    await world.link("easee", ADA, user="bob")
    await disconnect(world, "easee")
    assert len(await world.devices(Kind.VEHICLE)) == 1
    assert [device.user for device in await world.devices(Kind.CHARGER)] == ["bob"]
    with pytest.raises(NotFound):
        await disconnect(world, "easee")


async def test_disconnecting_a_kind_that_is_not_there_changes_nothing(world: World) -> None:
    await linked(world)
    with pytest.raises(NotFound):
        await disconnect(world, "easee", Kind.VEHICLE)
    await disconnect(world, "easee", Kind.CHARGER)
    assert await world.devices(Kind.CHARGER) == []
    assert await world.revoke_due() == 1


async def test_nothing_of_a_visit_that_runs_meanwhile_comes_back(world: World) -> None:
    await linked(world)
    world.clock.forward(minutes=10)
    (running,) = await world.visits.take("easee")
    await delete(world)
    assert await world.revoke_due() == 0
    await world.visits.visit(running)
    async with world.hub.db.read() as reader:
        for table in ("app_user", "account", "credential", "visit", "device", "device_state"):
            assert await reader.one(int, f"SELECT count(*) FROM {table}") == 0  # noqa: S608
    assert await world.revoke_due() == 1


async def test_a_visit_that_loses_its_account_before_it_begins_holds_no_withdrawal_up(world: World) -> None:
    await linked(world)
    world.clock.forward(minutes=10)
    taken = await take_due(world.hub.db, "easee", now=world.clock(), limit=1)
    await delete(world)
    assert await world.revoke_due() == 0
    assert await prepare(world.hub.db, world.hub.connectors, taken) == []
    assert await world.revoke_due() == 1


async def test_only_the_visit_that_holds_a_credential_lets_go_of_it(world: World) -> None:
    """One that was lost, and ends late all the same, says nothing of its successor's."""
    await linked(world)
    world.clock.forward(minutes=20)
    (late,) = await world.visits.take("easee")
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE visit SET busy_until = clock_timestamp() - interval '1 second'")
    world.clock.forward(minutes=3)
    (successor,) = await world.visits.take("easee")
    await deauthorize(world)
    await world.visits.visit(late)
    assert await world.revoke_due() == 0
    await world.visits.visit(successor)
    assert await world.revoke_due() == 1


async def test_a_visit_that_was_cut_off_may_leave_a_renewal_behind_which_is_waited_for(world: World) -> None:
    await linked(world)
    world.clock.forward(minutes=10)
    (running,) = await world.visits.take("easee")
    await delete(world)
    outcome = Outcome(visit=running.visit, account=running.account, ended_at=world.clock(), error=VisitError.CUT_OFF)
    async with world.hub.db.transaction() as tx:
        await save(tx, [outcome], now=world.clock(), confirm_after=CONFIRM_AFTER)
    assert await world.revoke_due() == 0


async def test_a_visit_that_runs_while_its_user_is_deauthorized_records_nothing(world: World) -> None:
    await linked(world)
    before = await world.devices(Kind.CHARGER)
    world.clock.forward(minutes=10)
    (running,) = await world.visits.take("easee")
    await world.sandbox.change("easee", ADA, add_devices=1)
    await deauthorize(world)
    await world.visits.visit(running)
    assert await world.devices(Kind.CHARGER) == [cut_off(device) for device in before]
    assert await world.events() == [("device.discovered", ())]
    assert await world.visit_due(days=1) == 0


async def test_a_token_renewed_while_its_account_leaves_is_the_one_that_is_withdrawn(world: World) -> None:
    await linked(world, access_seconds=60, grace_seconds=0)
    await world.sandbox.change("easee", ADA, knobs={"grace_seconds": 0})
    world.clock.forward(minutes=10)
    (running,) = await world.visits.take("easee")
    async with world.hub.db.transaction() as tx:
        # The renewal is confirmed, its request is sent, and its saving waits for this transaction.
        await tx.execute("SELECT FROM credential FOR UPDATE")
        visiting = asyncio.create_task(world.visits.visit(running))
        await world.asked("easee", "/api/accounts/refresh_token")
        user_id = await world.user("ada")
        await leave.hand_over_for_revocation(tx, world.access, user_id, vault=world.hub.vault, now=world.clock())
    await visiting
    async with world.hub.db.read() as reader:
        assert await reader.all(int, "SELECT generation FROM revocation") == [2]
    assert await world.revoke_due() == 1
    assert await withdrawals(world) == [204]


async def test_disconnecting_after_deauthorizing_removes_what_was_kept(world: World) -> None:
    account_id = await linked(world)
    await deauthorize(world)
    await disconnect(world, "easee")
    assert await world.devices(Kind.CHARGER) == []
    with pytest.raises(NotFound):
        await world.account(account_id)


async def test_a_revival_counts_for_the_limit_of_accounts(world: World) -> None:
    await linked(world)
    await deauthorize(world)
    await world.sandbox.open("easee", "bob@example.com")
    await world.link("easee", "bob@example.com", user="bob")
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE application SET connections_limit = 1")
    with pytest.raises(ConnectionsLimitReached):
        await world.link("easee", ADA)
