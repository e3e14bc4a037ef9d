"""Stories of leaving: nothing is visited or saved afterwards, and every access is withdrawn when the vendor can."""

import asyncio

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.support.accounts import CONFIRM_AFTER, World
from wattlink.connectors.devices import Kind
from wattlink.connectors.simulation import Fault
from wattlink.domain.access.ids import AccountId
from wattlink.domain.accounts import leave, store
from wattlink.domain.accounts.batch import prepare, take_due
from wattlink.domain.accounts.link import take_back
from wattlink.domain.accounts.model import AccountState, Outcome, VisitError
from wattlink.domain.accounts.revocations.status import work_status
from wattlink.domain.accounts.revocations.trying import store as trying
from wattlink.domain.accounts.revocations.trying.attempt import give_up_overdue
from wattlink.domain.accounts.save import save
from wattlink.domain.devices.cut_off import out_of_reach
from wattlink.domain.devices.delete import delete_of_user
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import ConnectionsLimitReached, NotFound
from wattlink.domain.users import store as users

ADA = "ada@example.com"
WITHDRAWN = {"easee": "/api/accounts/logout", "tesla": "/oauth2/v3/revoke"}


async def linked(world: World, vendor: str = "easee", user: str = "ada", **knobs: object) -> AccountId:
    """Ada's login, linked by a user."""
    await world.sandbox.open(vendor, ADA, knobs=knobs)
    return await world.link(vendor, ADA, user=user)


async def deauthorize(world: World, user: str = "ada") -> None:
    user_id = await world.user(user)
    async with world.hub.db.transaction() as tx:
        await leave.deauthorize(tx, world.access, user_id, vault=world.hub.vault, now=world.clock())


async def disconnect(world: World, vendor: str, *kinds: Kind, user: str = "ada") -> None:
    user_id = await world.user(user)
    async with world.hub.db.transaction() as tx:
        await leave.disconnect(
            tx, world.access, user_id, vendor, kinds or None, vault=world.hub.vault, now=world.clock()
        )


async def delete(world: World, user: str = "ada") -> None:
    """What deleting a user does to its accounts and devices."""
    user_id = await world.user(user)
    async with world.hub.db.transaction() as tx:
        await leave.hand_over_for_revocation(tx, world.access, user_id, vault=world.hub.vault, now=world.clock())
        await delete_of_user(tx, world.access, user_id, now=world.clock())
        await users.delete(tx, user_id, now=world.clock())


async def withdrawals(world: World, vendor: str = "easee") -> list[int]:
    """What the vendor answered when access was withdrawn."""
    return [seen.status for seen in await world.sandbox.requests(vendor) if seen.path == WITHDRAWN[vendor]]


def cut_off(device: Device) -> Device:
    """The device, its values as they were, while nobody has access to it."""
    return replace(device, document=out_of_reach(device.document))


async def left_over(world: World) -> int:
    """How many revocations there are."""
    async with world.hub.db.read() as reader:
        return await reader.one(int, "SELECT count(*) FROM revocation")


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


async def test_a_vendor_that_is_down_is_asked_again_until_it_has_withdrawn(world: World) -> None:
    await linked(world)
    await disconnect(world, "easee")
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    assert await world.revoke_due() == 1
    assert await world.revoke_due(seconds=60) == 0
    assert await world.revoke_due(minutes=2) == 1
    async with world.hub.db.read() as reader:
        (status,) = await work_status(reader, world.clock())
        assert status.failing == (("failed, tried again later", 1),)
        await world.sandbox.vendor_fault("easee")
        assert await world.revoke_due(hours=1) == 1
        (status,) = await work_status(reader, world.clock())
    assert (status.due, status.failing) == (0, ())
    assert (await withdrawals(world))[-1] == 204


async def test_after_thirty_days_the_secret_is_destroyed_and_operators_see_it(world: World) -> None:
    await linked(world)
    await disconnect(world, "easee")
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    await world.revoke_due()
    assert await give_up_overdue(world.hub.db, clock=world.clock) == 0
    world.clock.forward(days=31)
    assert await give_up_overdue(world.hub.db, clock=world.clock) == 1
    async with world.hub.db.read() as reader:
        assert await reader.all(bool, "SELECT sealed IS NULL FROM revocation") == [True]
        (status,) = await work_status(reader, world.clock())
    assert status.failing == (("given up, secret destroyed", 1),)
    assert await world.revoke_due(days=1) == 0
    world.clock.forward(days=60)
    await give_up_overdue(world.hub.db, clock=world.clock)
    async with world.hub.db.read() as reader:
        assert await reader.one(int, "SELECT count(*) FROM revocation") == 0


async def test_a_grant_that_another_account_lives_on_is_not_withdrawn(world: World) -> None:
    await linked(world, "tesla")
    await world.link("tesla", ADA, user="bob")
    await disconnect(world, "tesla")
    assert await world.revoke_due(days=1) == 0
    assert await world.visit_due(hours=9) == 1
    assert len(await world.devices(Kind.VEHICLE)) == 1

    await disconnect(world, "tesla", user="bob")
    assert await world.revoke_due() == 1
    assert await withdrawals(world, "tesla") == [200]


async def test_a_new_grant_cancels_a_withdrawal_that_would_end_it_too(world: World) -> None:
    await linked(world, "tesla")
    await disconnect(world, "tesla")
    await world.link("tesla", ADA)
    assert await world.revoke_due(days=1) == 0
    assert await world.visit_due(days=1) == 1
    assert len(await world.devices(Kind.VEHICLE)) == 1


async def test_one_that_is_in_flight_is_waited_for_and_the_new_grant_proved(world: World) -> None:
    await linked(world, "tesla")
    await disconnect(world, "tesla")
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE revocation SET turn = 1, busy_until = clock_timestamp() + interval '30 seconds'")
    by = await world.linked_by("tesla", "ada")
    await world.save(by, await world.grant("tesla", ADA))
    assert await world.visit_due(seconds=24) == 0
    before = await world.sandbox.last_request()
    assert await world.visit_due(seconds=1) == 1
    asked = [seen.path for seen in await world.sandbox.requests("tesla", before)]
    assert asked[0] == "/oauth2/v3/token"
    assert await world.publish(by)


async def test_one_that_fails_in_flight_is_not_tried_again_after_a_new_grant(world: World) -> None:
    await linked(world, "tesla")
    await disconnect(world, "tesla")
    async with world.hub.db.transaction() as tx:
        (taken,) = await trying.take(tx, now=world.clock(), limit=1)
    by = await world.linked_by("tesla", "ada")
    await world.save(by, await world.grant("tesla", ADA))
    assert await world.visit_due() == 0
    async with world.hub.db.transaction() as tx:
        await trying.failed(tx, taken.credential_id, taken.turn, "the vendor is down")
    assert await world.visit_due(seconds=26) == 1
    await world.publish(by)
    assert await world.revoke_due(minutes=5) == 0
    assert await left_over(world) == 0


async def test_one_that_is_lost_in_flight_is_forgotten_after_a_new_grant(world: World) -> None:
    await linked(world, "tesla")
    await disconnect(world, "tesla")
    async with world.hub.db.transaction() as tx:
        await trying.take(tx, now=world.clock(), limit=1)
    await world.save(await world.linked_by("tesla", "ada"), await world.grant("tesla", ADA))
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE revocation SET busy_until = clock_timestamp()")  # its process was killed
    assert await world.revoke_due(minutes=5) == 0
    await give_up_overdue(world.hub.db, clock=world.clock)
    assert await left_over(world) == 0


async def test_what_is_broken_keeps_no_grant_of_somebody_else_alive(world: World) -> None:
    await world.sandbox.open("tesla", ADA)
    await world.link("tesla", ADA, user="bob")
    await world.sandbox.withdraw("tesla", ADA)
    await world.visit_due(hours=8)
    await world.visit_due(minutes=2)
    await world.link("tesla", ADA)
    await disconnect(world, "tesla")
    assert await world.revoke_due() == 1


async def test_whoever_is_on_call_reads_how_a_revocation_fares(world: World) -> None:
    await linked(world)
    await disconnect(world, "easee")
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    with capture_logs() as entries:
        await world.revoke_due()
        await world.sandbox.vendor_fault("easee")
        await world.revoke_due(minutes=3)
    told = [(entry["event"], entry["vendor"]) for entry in entries]
    assert told == [("a revocation failed, and will be tried again", "easee"), ("a revocation is done", "easee")]


async def test_a_revocation_whose_registration_does_not_open_holds_up_no_other(world: World) -> None:
    await linked(world, "tesla")
    await linked(world, "easee")
    await disconnect(world, "tesla")
    await disconnect(world, "easee")
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE registration SET sealed = 'damaged' WHERE vendor = 'tesla'")
    world.hub.connectors.forget()
    assert await world.revoke_due() == 2
    assert (await withdrawals(world))[-1] == 204
    assert await left_over(world) == 1


async def test_only_tokens_are_withdrawn_where_the_vendor_knows_no_grants(world: World) -> None:
    await linked(world)
    await world.link("easee", ADA, user="bob")
    await disconnect(world, "easee")
    assert await world.revoke_due() == 1
    assert await world.visit_due(hours=1) == 1
    assert [device.user for device in await world.devices(Kind.CHARGER)] == ["bob"]


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
