"""Stories of linking: what a sign-in brings is seen when its session completes, and only then."""

import asyncio

import pytest

from tests.support.accounts import World
from wattlink.connectors.devices import Kind
from wattlink.connectors.simulation import Fault
from wattlink.domain.access.ids import AccountId
from wattlink.domain.accounts.credentials.sealing import unseal
from wattlink.domain.accounts.link import discovery, revoke_grant, save_grant, take_back
from wattlink.domain.accounts.model import AccountState, Discovery, LinkedBy, WrongAccount
from wattlink.domain.accounts.store import load
from wattlink.domain.errors import ConnectionsLimitReached, NotFound

SEEN, WITHDRAWN = "/api/chargers", "/api/accounts/logout"


async def found(world: World, by: LinkedBy) -> Discovery:
    """How discovering stands for the account that a session linked."""
    async with world.hub.db.read() as reader:
        account_id = await reader.one(
            AccountId, "SELECT account_id FROM account WHERE user_id = %(user_id)s", user_id=by.user_id
        )
        return await discovery(reader, account_id, world.clock())


async def give_up(world: World, by: LinkedBy) -> None:
    """End a link session without success."""
    async with world.hub.db.transaction() as tx:
        await take_back(tx, by.session_id, vault=world.hub.vault, now=world.clock())


async def asked(world: World, vendor: str, path: str) -> int:
    """How often a vendor was asked for a path."""
    return sum(seen.path == path for seen in await world.sandbox.requests(vendor))


async def test_a_new_account_is_provisional_until_its_session_completes(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com", devices=2)
    by = await world.linked_by("easee", "ada")
    account_id = await world.save(by, await world.grant("easee", "ada@example.com"))
    assert (await world.account(account_id)).state is AccountState.PROVISIONAL

    assert await world.visit_due() == 1
    discovered = await found(world, by)
    assert discovered.finished
    assert len(discovered.devices) == 2
    assert await world.devices(Kind.CHARGER) == []
    assert await world.events() == []

    published = await world.publish(by)
    assert sorted(device.device_id for device in await world.devices(Kind.CHARGER)) == sorted(published)
    assert await world.events() == [("device.discovered", ())] * 2
    assert (await world.account(account_id)).state is AccountState.GOOD
    assert (await world.account(account_id)).kinds == (Kind.CHARGER,)


async def test_a_session_that_fails_leaves_nothing_and_withdraws_its_access(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com")
    by = await world.linked_by("easee", "ada")
    account_id = await world.save(by, await world.grant("easee", "ada@example.com"))
    await world.visit_due()

    await give_up(world, by)
    with pytest.raises(NotFound):
        await world.account(account_id)
    assert await world.events() == []
    assert await world.revoke_due() == 1
    assert await asked(world, "easee", WITHDRAWN) == 1
    assert await world.revoke_due(days=1) == 0


async def test_signing_in_again_keeps_account_and_devices_and_destroys_the_older_access(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com")
    account_id = await world.link("easee", "ada@example.com")
    before = await world.devices(Kind.CHARGER)

    assert await world.link("easee", "ada@example.com") == account_id
    assert [device.device_id for device in await world.devices(Kind.CHARGER)] == [before[0].device_id]
    assert await world.revoke_due(days=1) == 0
    assert await asked(world, "easee", WITHDRAWN) == 0


async def test_cancelling_a_second_link_of_a_linked_account_takes_nothing_away(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com")
    account_id = await world.link("easee", "ada@example.com")
    by = await world.linked_by("easee", "ada")
    await world.save(by, await world.grant("easee", "ada@example.com"))

    await give_up(world, by)
    assert (await world.account(account_id)).state is AccountState.GOOD
    assert await world.visit_due() == 1
    assert len(await world.devices(Kind.CHARGER)) == 1
    assert await world.revoke_due(days=1) == 0


async def test_of_two_sessions_for_one_new_login_either_may_complete(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com")
    first, second = await world.linked_by("easee", "ada"), await world.linked_by("easee", "ada")
    account_id = await world.save(first, await world.grant("easee", "ada@example.com"))
    assert await world.save(second, await world.grant("easee", "ada@example.com")) == account_id
    await world.visit_due()

    assert len(await world.publish(first)) == 1
    await give_up(world, second)
    assert len(await world.devices(Kind.CHARGER)) == 1
    assert (await world.account(account_id)).state is AccountState.GOOD


async def test_a_relink_with_another_login_is_refused_and_that_login_withdrawn(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com")
    await world.sandbox.open("easee", "eve@example.com")
    account_id = await world.link("easee", "ada@example.com")
    by = await world.linked_by("easee", "ada", relink_account_id=account_id)
    grant = await world.grant("easee", "eve@example.com")

    with pytest.raises(WrongAccount):
        await world.save(by, grant)
    async with world.hub.db.transaction() as tx:
        await revoke_grant(tx, by.registration_id, "easee", grant, vault=world.hub.vault, now=world.clock())
    assert await world.revoke_due() == 1
    logouts = [seen for seen in await world.sandbox.requests("easee") if seen.path == WITHDRAWN]
    assert [seen.account for seen in logouts] == ["eve@example.com"]


async def test_an_application_links_no_more_accounts_than_its_limit(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com")
    await world.sandbox.open("easee", "bob@example.com")
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE application SET connections_limit = 1")
    await world.link("easee", "ada@example.com")

    with pytest.raises(ConnectionsLimitReached):
        await world.link("easee", "bob@example.com", user="bob")
    assert await world.link("easee", "ada@example.com")


async def test_discovering_says_why_it_waits(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com")
    by = await world.linked_by("easee", "ada")
    await world.save(by, await world.grant("easee", "ada@example.com"))
    for fault, error in ((Fault.OUTAGE, "vendor_down"), (Fault.QUOTA, "vendor_busy"), (Fault.GARBAGE, "vendor_down")):
        await world.sandbox.fault("easee", "ada@example.com", fault)
        assert await world.visit_due(hours=2) == 1
        discovered = await found(world, by)
        assert (discovered.finished, discovered.error) == (False, error)

    await world.sandbox.fault("easee", "ada@example.com")
    await world.visit_due(hours=2)
    assert (await found(world, by)).finished


async def test_discovering_tells_a_refusal_without_breaking_anything(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com")
    by = await world.linked_by("easee", "ada")
    account_id = await world.save(by, await world.grant("easee", "ada@example.com"))
    await world.sandbox.withdraw("easee", "ada@example.com")
    for _ in range(3):
        await world.visit_due(hours=1)
    assert (await found(world, by)).error == "revoked"
    assert (await world.account(account_id)).state is AccountState.PROVISIONAL
    assert await world.events() == []


async def test_scopes_follow_what_was_granted_last(world: World) -> None:
    await world.sandbox.open("tesla", "ada@example.com")
    account_id = await world.link("tesla", "ada@example.com")
    device = (await world.devices(Kind.VEHICLE))[0]
    assert "vehicle:read:location" in device.scopes

    by = await world.linked_by("tesla", "ada", scopes=("vehicle:read:data",), relink_account_id=account_id)
    await world.save(by, await world.grant("tesla", "ada@example.com", scopes=["vehicle:read:data"]))
    assert (await world.devices(Kind.VEHICLE))[0].scopes == ("vehicle:read:data",)


async def test_a_change_that_a_visit_sees_while_its_devices_are_published_is_told(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com")
    by = await world.linked_by("easee", "ada")
    await world.save(by, await world.grant("easee", "ada@example.com"))
    await world.visit_due()
    world.clock.forward(minutes=10)
    (running,) = await world.visits.take("easee")
    first = await world.first_device("ada@example.com")
    await world.sandbox.change("easee", "ada@example.com", devices={first: {"enabled": False}})
    await world.publish(by)
    await world.visits.visit(running)
    assert await world.visit_due() == 1
    assert await world.events() == [("device.discovered", ()), ("device.updated", ("capabilities",))]


async def test_a_renewal_that_a_sign_in_overtakes_is_not_stored(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com", knobs={"access_seconds": 600})
    account_id = await world.link("easee", "ada@example.com")
    grant = await world.grant("easee", "ada@example.com")
    by = await world.linked_by("easee", "ada", relink_account_id=account_id)
    world.clock.forward(minutes=9)
    (running,) = await world.visits.take("easee")
    async with world.hub.db.transaction() as tx:
        # The renewal is confirmed, its request is sent, and its saving waits for this transaction.
        await tx.execute("SELECT FROM credential FOR UPDATE")
        visiting = asyncio.create_task(world.visits.visit(running))
        await world.asked("easee", "/api/accounts/refresh_token")
        await save_grant(tx, by, grant, vault=world.hub.vault, now=world.clock())
    await visiting
    async with world.hub.db.read() as reader:
        (stored,) = await load(reader, [account_id])
    assert unseal(stored.sealed, stored.credential_id, world.hub.vault) == grant.credential
    assert await world.revoke_due(days=1) == 0
