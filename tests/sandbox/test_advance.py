"""Time jumps for one sandbox application: what waits comes nearer, and nobody else notices."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from tests.support.accounts import World, open_world
from wattlink.connectors.commands import SetMaxCurrent
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests
from wattlink.connectors.simulation import Fault
from wattlink.domain.access.ids import AccountId, ApplicationId, CommandId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts.model import AccountState
from wattlink.domain.accounts.store import load
from wattlink.domain.commands import store as commands
from wattlink.domain.commands.create import create as tell
from wattlink.domain.commands.ending.end import end_overdue
from wattlink.domain.commands.model import CommandState
from wattlink.domain.errors import InvalidInput, NotASandbox
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.ending.end_sessions import expire
from wattlink.domain.linking.model import NewLinkSession
from wattlink.domain.organizations.create import create_application
from wattlink.sandbox.advance import advance

VENDOR = next(name for name, manifest in manifests().items() if manifest.sign_in.way == "form")


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    async with open_world(dsn) as world:
        yield world


async def _advance(world: World, **time: float) -> timedelta:
    return await _advance_of(world, world.access.application_id, timedelta(**time))


async def _advance_of(world: World, application_id: ApplicationId, by: timedelta) -> timedelta:
    async with world.hub.db.transaction() as tx:
        return await advance(tx, application_id, by, now=world.clock())


async def _link(world: World, username: str = "ada@example.com") -> AccountId:
    await world.sandbox.open(VENDOR, username, application=str(world.access.application_id))
    return await world.link(VENDOR, username)


async def test_visits_come_nearer_and_those_of_others_do_not(world: World) -> None:
    await _link(world)
    assert await world.visit_due() == 0
    ours = world.access
    world.access = Access(applications=(await _another_application(world),))
    await world.sandbox.open(VENDOR, "bob@example.com")
    await world.link(VENDOR, "bob@example.com", user="bob")
    await _advance_of(world, ours.application_id, timedelta(hours=2))
    assert await world.visit_due() == 1
    assert await world.visit_due() == 0


async def test_a_credential_expires_by_the_advanced_time_and_a_new_one_lives_its_whole_life(world: World) -> None:
    await _link(world)
    assert await _advance(world, days=3) == timedelta(days=3)
    assert await _renewals(world) == 1  # what had expired is renewed, once
    assert await _renewals(world, minutes=20) == 0
    assert await _renewals(world, hours=23) == 1
    await _link(world, "eve@example.com")  # a sign-in in advanced time
    assert await _renewals(world, minutes=20) == 0
    assert await _advance(world, hours=23) == timedelta(days=3, hours=23)
    assert await _renewals(world) == 2


async def _renewals(world: World, **time: float) -> int:
    last = await world.sandbox.last_request()
    assert await world.visit_due(**time) > 0
    return sum(seen.path.endswith("/refresh_token") for seen in await world.sandbox.requests(VENDOR, after=last))


async def test_what_the_vendor_tells_is_of_the_advanced_time(world: World) -> None:
    await _link(world)
    await _advance(world, hours=2)
    await world.visit_due()
    (device,) = await world.devices(manifests()[VENDOR].kinds[0])
    seen: datetime | None = device.document.last_seen
    assert seen is not None
    assert timedelta(hours=2, minutes=-2) < seen - world.clock() <= timedelta(hours=2)


async def test_a_suspicion_is_confirmed_without_waiting(world: World) -> None:
    account_id = await _link(world)
    await world.sandbox.fault(VENDOR, "ada@example.com", Fault.REFRESH_REFUSED)
    await _advance(world, hours=23)
    await world.visit_due()
    assert (await world.account(account_id)).state is AccountState.SUSPECT
    assert await world.visit_due() == 0
    await _advance(world, minutes=1)
    await world.visit_due()
    assert (await world.account(account_id)).state is AccountState.BROKEN


async def test_a_command_of_which_nobody_knows_whether_it_was_sent_ends_in_advanced_time(world: World) -> None:
    await _link(world)
    command_id = await _told(world)
    await world.sandbox.fault(VENDOR, "ada@example.com", Fault.OUTAGE)
    await world.visit_due()
    assert await _stands(world, command_id) == CommandState.SENDING
    await _advance(world, minutes=2)
    assert await end_overdue(world.hub.db, world.clock()) == 0  # what the device does meanwhile is to be seen first
    world.clock.forward(seconds=10)
    assert await end_overdue(world.hub.db, world.clock()) == 1
    assert await _stands(world, command_id) == CommandState.FAILED


async def _told(world: World) -> CommandId:
    (device,) = await world.devices(Kind.CHARGER)
    async with world.hub.db.transaction() as tx:
        command = SetMaxCurrent(max_current=7)
        told = await tell(tx, world.access, device.device_id, Kind.CHARGER, command, now=world.clock())
    return told.command_id


async def _stands(world: World, command_id: CommandId) -> CommandState:
    async with world.hub.db.read() as reader:
        return (await commands.get(reader, world.access, command_id, Kind.CHARGER)).state


async def test_a_link_session_expires(world: World) -> None:
    new = NewLinkSession(
        kinds=manifests()[VENDOR].kinds,
        scopes=tuple(manifests()[VENDOR].scopes),
        language="en",
        redirect_uri="https://app.example.com",
    )
    await create(world.hub.db, world.access, "ada", new, now=world.clock())
    assert await expire(world.hub.db, vault=world.hub.vault, clock=world.clock) == 0
    await _advance(world, hours=24)
    assert await expire(world.hub.db, vault=world.hub.vault, clock=world.clock) == 1


async def test_leases_stay_as_they_are(world: World) -> None:
    await _link(world)
    world.clock.forward(hours=1)
    (prepared,) = await world.visits.take(VENDOR)
    await _advance(world, days=1)
    assert await world.visits.take(VENDOR) == []
    await world.visits.visit(prepared)
    assert await world.visit_due() == 1  # which was wanted while somebody was there


async def test_only_a_sandbox_may_and_only_forward(world: World) -> None:
    with pytest.raises(NotASandbox):
        await _advance_of(world, await _another_application(world), timedelta(hours=1))
    for wrong in ({"hours": 0.0}, {"hours": -1.0}, {"days": 4000.0}):
        with pytest.raises(InvalidInput):
            await _advance(world, **wrong)


async def _another_application(world: World) -> ApplicationId:
    async with world.hub.db.transaction() as tx:
        return (await create_application(tx, "Amply")).application_id


async def test_accounts_at_real_vendors_stay_in_the_present(world: World) -> None:
    await world.sandbox.open(VENDOR, "ada@example.com")  # whose vendor lives in the present, as a real one does
    account_id = await world.link(VENDOR, "ada@example.com")
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE registration SET is_sandbox = false")
    world.hub.connectors.forget()
    assert await _advance(world, days=3) == timedelta(days=3)
    assert await world.visit_due() == 0
    assert await _renewals(world, minutes=20) == 0
    async with world.hub.db.read() as reader:
        (account,) = await load(reader, [account_id])
    assert account.clock_ahead == timedelta()
