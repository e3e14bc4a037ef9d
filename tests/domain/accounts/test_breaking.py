"""Stories of broken links: only a credential refused twice where it is proved breaks, and a sign-in mends it."""

import asyncio

import pytest
from structlog.testing import capture_logs

from tests.support.accounts import World
from wattlink.connectors.devices import Charger, Kind, Vehicle
from wattlink.connectors.simulation import Fault
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId, UserId
from wattlink.domain.accounts import leave, store
from wattlink.domain.accounts.breaking.incidents import watch
from wattlink.domain.accounts.breaking.status import work_status
from wattlink.domain.accounts.model import AccountState
from wattlink.domain.interventions.catalogue import LINK_AGAIN
from wattlink.domain.vendors.circuits import store as circuits
from wattlink.domain.visits import store as visits

ADA = "ada@example.com"
TOLD_BROKEN = [("device.updated", ("is_reachable", "capabilities")), ("credentials.invalidated", ())]


async def state(world: World, account_id: AccountId) -> AccountState:
    """How the account stands."""
    return (await world.account(account_id)).state


async def linked(world: World, vendor: str = "easee", username: str = ADA, user: str = "ada") -> AccountId:
    """An account whose tokens live for an hour."""
    await world.sandbox.open(vendor, username, knobs={"access_seconds": 3600})
    return await world.link(vendor, username, user=user)


async def is_valid(world: World, user_id: UserId) -> list[bool]:
    """What the application is told of the user's links."""
    async with world.hub.db.read() as reader:
        return [linked.is_valid for linked in await store.linked_vendors(reader, world.access, user_id)]


async def test_a_refused_credential_is_suspect_then_broken_and_told_once(world: World) -> None:
    account_id = await linked(world)
    (before,) = await world.devices(Kind.CHARGER)
    await world.sandbox.withdraw("easee", ADA)

    await world.visit_due(minutes=50)
    assert await state(world, account_id) is AccountState.SUSPECT
    assert await world.devices(Kind.CHARGER) == [before]
    assert await world.visit_due(seconds=59) == 0
    assert await world.visit_due(seconds=2) == 1
    assert await state(world, account_id) is AccountState.BROKEN

    (after,) = await world.devices(Kind.CHARGER)
    assert isinstance(before.document, Charger)
    assert isinstance(after.document, Charger)
    assert after.document.charge_state == before.document.charge_state
    assert after.document.last_seen == before.document.last_seen
    assert after.document.is_reachable is False
    assert after.document.capabilities.information.interventions == (LINK_AGAIN,)
    assert (await world.events())[1:] == TOLD_BROKEN
    assert await is_valid(world, after.user_id) == [False]

    async with world.hub.db.transaction() as tx:
        assert await visits.want(tx, account_id, world.clock()) is False
    assert await world.visit_due(days=2) == 0
    assert (await world.events())[1:] == TOLD_BROKEN


async def test_a_capability_that_a_device_never_had_asks_for_nothing(world: World) -> None:
    await world.sandbox.open("tesla", ADA)
    account_id = await world.link("tesla", ADA)
    (before,) = await world.devices(Kind.VEHICLE)
    assert isinstance(before.document, Vehicle)
    await world.sandbox.withdraw("tesla", ADA)
    await world.visit_due(hours=9)
    await world.visit_due(minutes=2)
    assert await state(world, account_id) is AccountState.BROKEN
    (after,) = await world.devices(Kind.VEHICLE)
    assert isinstance(after.document, Vehicle)
    for name in before.document.capabilities.__struct_fields__:
        had = getattr(before.document.capabilities, name)
        has = getattr(after.document.capabilities, name)
        assert (LINK_AGAIN in has.interventions) is (had.is_capable or bool(had.interventions))
        assert not has.is_capable


async def test_signing_in_again_mends_the_same_devices_with_fresh_data(world: World) -> None:
    account_id = await linked(world)
    (before,) = await world.devices(Kind.CHARGER)
    await world.sandbox.withdraw("easee", ADA)
    await world.visit_due(minutes=50)
    await world.visit_due(minutes=2)

    by = await world.linked_by("easee", "ada", relink_account_id=account_id)
    await world.save(by, await world.grant("easee", ADA))
    assert await state(world, account_id) is AccountState.GOOD
    assert await world.visit_due() == 1
    (after,) = await world.devices(Kind.CHARGER)
    assert after.device_id == before.device_id
    assert isinstance(after.document, Charger)
    assert after.document.is_reachable
    assert after.document.capabilities.information.is_capable
    assert after.document.last_seen > before.document.last_seen
    assert (await world.events())[3:] == [("device.updated", ("is_reachable", "capabilities"))]
    assert await is_valid(world, after.user_id) == [True]


async def test_a_sign_in_during_the_visit_that_would_break_it_wins(world: World) -> None:
    account_id = await linked(world)
    await world.sandbox.withdraw("easee", ADA)
    await world.visit_due(minutes=50)
    world.clock.forward(minutes=2)
    (running,) = await world.visits.take("easee")
    by = await world.linked_by("easee", "ada", relink_account_id=account_id)
    before = await world.sandbox.last_request()
    await world.save(by, await world.grant("easee", ADA))
    await world.visits.visit(running)
    asked = [seen.path for seen in await world.sandbox.requests("easee", before)]
    assert "/api/accounts/refresh_token" not in asked
    assert await state(world, account_id) is AccountState.GOOD
    assert await world.visit_due() == 1
    assert await world.events() == [("device.discovered", ())]


async def test_one_refusal_between_acceptances_breaks_nothing(world: World) -> None:
    account_id = await linked(world)
    for _ in range(3):
        await world.sandbox.fault("easee", ADA, Fault.REFRESH_REFUSED)
        await world.visit_due(minutes=50)
        assert await state(world, account_id) is AccountState.SUSPECT
        await world.sandbox.fault("easee", ADA)
        await world.visit_due(seconds=61)
        assert await state(world, account_id) is AccountState.GOOD
    assert await world.events() == [("device.discovered", ())]


async def test_an_outage_after_a_refusal_decides_nothing(world: World) -> None:
    account_id = await linked(world)
    await world.sandbox.withdraw("easee", ADA)
    await world.visit_due(minutes=50)
    await world.sandbox.fault("easee", ADA, Fault.OUTAGE)
    for _ in range(2):
        await world.visit_due(hours=1)
    assert await state(world, account_id) is AccountState.SUSPECT
    await world.sandbox.fault("easee", ADA)
    await world.visit_due(hours=2)
    assert await state(world, account_id) is AccountState.BROKEN


@pytest.mark.parametrize(
    "fault", [Fault.OUTAGE, Fault.QUOTA, Fault.GARBAGE, Fault.FORBIDDEN, Fault.ASLEEP, Fault.SCOPE_MISSING]
)
@pytest.mark.parametrize("vendor", ["easee", "tesla"])
async def test_nothing_but_a_refused_credential_ever_breaks_a_link(world: World, vendor: str, fault: Fault) -> None:
    await world.sandbox.open(vendor, ADA)
    account_id = await world.link(vendor, ADA)
    await world.sandbox.fault(vendor, ADA, fault)
    for _ in range(8):
        await world.visit_due(hours=6)
    assert await state(world, account_id) is AccountState.GOOD
    assert "credentials.invalidated" not in [name for name, _ in await world.events()]


async def test_two_accounts_of_one_vendor_break_apart(world: World) -> None:
    await linked(world)
    await linked(world, username="work@example.com")
    await world.sandbox.withdraw("easee", ADA)
    await world.visit_due(minutes=50)
    await world.visit_due(minutes=2)
    reachable = [device.document.is_reachable for device in await world.devices(Kind.CHARGER)]
    assert sorted(map(bool, reachable)) == [False, True]
    assert await is_valid(world, (await world.devices(Kind.CHARGER))[0].user_id) == [False]


async def many(world: World, count: int) -> list[AccountId]:
    """So many users, each with an account."""
    return [await linked(world, username=f"user{number}@example.com", user=f"user{number}") for number in range(count)]


async def test_among_many_the_proof_of_another_account_is_waited_for(world: World) -> None:
    accounts = await many(world, 22)
    await world.sandbox.withdraw("easee", "user0@example.com")
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE visit SET due_at = NULL WHERE account_id <> %(first)s", first=accounts[0])
    await world.visit_due(minutes=50)
    await world.visit_due(minutes=2)
    assert await state(world, accounts[0]) is AccountState.SUSPECT

    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE visit SET due_at = %(now)s WHERE due_at IS NULL", now=world.clock())
    await world.visit_due()
    await world.visit_due(minutes=10)
    assert await state(world, accounts[0]) is AccountState.BROKEN


async def test_among_many_ten_calm_minutes_do_as_well(world: World) -> None:
    accounts = await many(world, 21)
    await world.sandbox.withdraw("easee", "user0@example.com")
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE visit SET due_at = NULL WHERE account_id <> %(first)s", first=accounts[0])
    await world.visit_due(minutes=50)
    await world.visit_due(minutes=2)
    assert await state(world, accounts[0]) is AccountState.SUSPECT
    await world.visit_due(minutes=9)
    assert await state(world, accounts[0]) is AccountState.BROKEN


async def test_in_an_incident_nobody_is_asked_to_sign_in(world: World) -> None:
    accounts = await many(world, 24)
    await world.sandbox.withdraw("easee", "user0@example.com")
    await world.visit_due(minutes=50)
    await world.visit_due(minutes=2)
    assert await state(world, accounts[0]) is AccountState.BROKEN

    # The vendor loses everybody's grants, and finds them again half an hour later.
    for number in range(24):
        await world.sandbox.fault("easee", f"user{number}@example.com", Fault.REFRESH_REFUSED)
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE credential SET must_prove = true")
        await tx.execute("UPDATE visit SET due_at = %(now)s WHERE due_at IS NOT NULL", now=world.clock())
    await world.visit_due(minutes=1)
    assert await watch(world.hub.db, clock=world.clock) == 1
    for _ in range(3):
        await world.visit_due(minutes=10)
        await watch(world.hub.db, clock=world.clock)
    assert {await state(world, account_id) for account_id in accounts} == {AccountState.SUSPECT}
    told = [name for name, _ in await world.events()]
    assert told.count("credentials.invalidated") == 1
    assert all(bool(device.document.is_reachable) for device in await world.devices(Kind.CHARGER))

    for number in range(1, 24):
        await world.sandbox.fault("easee", f"user{number}@example.com")
    await world.visit_due(hours=2)
    await watch(world.hub.db, clock=world.clock)
    assert [await state(world, account_id) for account_id in accounts].count(AccountState.GOOD) == 23
    assert [name for name, _ in await world.events()].count("credentials.invalidated") == 1
    await world.visit_due(hours=2)
    assert await state(world, accounts[0]) is AccountState.BROKEN


async def somebody_waits(tx: Transaction) -> None:
    """Until another transaction waits for a lock."""
    for _ in range(500):
        if await tx.one(bool, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def test_an_account_that_is_deauthorized_meanwhile_is_not_revived(world: World) -> None:
    account_id = await linked(world)
    await world.sandbox.withdraw("easee", ADA)
    await world.visit_due(minutes=50)
    await world.visit_due(minutes=2)
    assert await state(world, account_id) is AccountState.BROKEN
    user_id, registration_id = await world.user("ada"), await world.register("easee")
    async with world.hub.db.transaction() as tx:
        await circuits.begin_incident(tx, registration_id, world.clock())
    async with world.hub.db.transaction() as tx:
        await leave.deauthorize(tx, world.access, user_id, vault=world.hub.vault, now=world.clock())
        watching = asyncio.create_task(watch(world.hub.db, clock=world.clock))
        await somebody_waits(tx)
    assert await watching == 0
    assert await state(world, account_id) is AccountState.DEAUTHORIZED
    async with world.hub.db.read() as reader:
        assert await reader.one(bool, "SELECT due_at IS NULL FROM visit")


async def test_whoever_is_on_call_reads_how_an_account_fares(world: World) -> None:
    with capture_logs() as entries:
        account_id = await linked(world)
        await world.sandbox.withdraw("easee", ADA)
        await world.visit_due(minutes=50)
        await world.visit_due(minutes=2)
        await world.link("easee", ADA)
    assert [(told["event"], told["log_level"]) for told in entries if told.get("account") == str(account_id)] == [
        ("an account is suspect", "warning"),
        ("an account is broken, its user is asked to sign in", "warning"),
        ("an account was mended by its user", "info"),
    ]


async def test_however_long_an_incident_lasts_nobody_is_asked_and_nothing_breaks_and_mends_in_turns(
    world: World,
) -> None:
    accounts = await many(world, 20)
    for number in range(20):
        await world.sandbox.withdraw("easee", f"user{number}@example.com")
    for _ in range(10):
        await world.visit_due(hours=5)
        await watch(world.hub.db, clock=world.clock)
    assert {await state(world, account_id) for account_id in accounts} == {AccountState.SUSPECT}
    assert "credentials.invalidated" not in [name for name, _ in await world.events()]


async def test_operators_see_suspects_and_broken_accounts(world: World) -> None:
    await linked(world)
    await world.sandbox.withdraw("easee", ADA)
    await world.visit_due(minutes=50)
    world.clock.forward(seconds=30)
    async with world.hub.db.read() as reader:
        (status,) = await work_status(reader, world.clock())
        assert (status.due, status.oldest_age, status.failing) == (1, 30.0, ())
        await world.visit_due(minutes=2)
        (status,) = await work_status(reader, world.clock())
    assert (status.due, status.failing) == (0, (("broken, waiting for the user", 1),))
