"""Stories of revocations: every access is withdrawn when the vendor can, but none on which a live account stands."""

from structlog.testing import capture_logs

from tests.domain.accounts.leaving import ADA, disconnect, left_over, linked, withdrawals
from tests.support.accounts import World
from wattlink.connectors.devices import Kind
from wattlink.connectors.simulation import Fault
from wattlink.domain.accounts.revocations.status import work_status
from wattlink.domain.accounts.revocations.trying import store as trying
from wattlink.domain.accounts.revocations.trying.attempt import give_up_overdue


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
