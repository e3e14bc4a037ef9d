"""What an app ends while somebody is on the way: the session hears of it, and its code is never exchanged."""

import asyncio

from tests.support.accounts import World
from wattlink.base.ids import digest
from wattlink.connectors.devices import Kind
from wattlink.domain.access.ids import SessionId
from wattlink.domain.accounts.link import take_back
from wattlink.domain.leaving.deauthorize import deauthorize
from wattlink.domain.leaving.disconnect import disconnect
from wattlink.domain.linking import store
from wattlink.domain.linking.bind import bind
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.creating.create_relink import create_relink
from wattlink.domain.linking.model import Cause, NewLinkSession, NewRelink, State
from wattlink.domain.linking.signing_in import store as signing_in

NAME = "ada@example.com"
BACK = "yourapp://done"
_WAITS = """
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')
"""


async def _link(world: World, vendor: str, kind: Kind) -> SessionId:
    """A session of the user's for a kind of devices, as the app makes one."""
    await world.register(vendor)
    asked = NewLinkSession(
        kinds=(kind,), scopes=(f"{kind}:read:data",), vendor=vendor, language="en", redirect_uri=BACK
    )
    return (await create(world.hub.db, world.access, "ada", asked, now=world.clock())).session_id


async def _broken_vehicle(world: World) -> SessionId:
    """A relink session, at the vendor now, for a car whose link broke."""
    await world.sandbox.open("tesla", NAME)
    await world.link("tesla", NAME, kinds=(Kind.VEHICLE,))
    await world.sandbox.withdraw("tesla", NAME)
    await world.visit_due(hours=9)
    await world.visit_due(minutes=2)
    device = (await world.devices(Kind.VEHICLE))[0]
    asked = NewRelink(language="en", redirect_uri=BACK)
    async with world.hub.db.transaction() as tx:
        made = await create_relink(tx, world.access, device.device_id, asked, now=world.clock())
        await bind(tx, await store.get(tx, made.session_id), "browser", now=world.clock())
        await signing_in.leave(tx, made.session_id, digest("state"), b"", now=world.clock())
    return made.session_id


async def _disconnect(world: World, vendor: str, kind: Kind | None = None) -> None:
    async with world.hub.db.transaction() as tx:
        await disconnect(tx, world.access, "ada", vendor, kind, vault=world.hub.vault, now=world.clock())


async def _stands(world: World, session_id: SessionId) -> tuple[State, Cause | None]:
    async with world.hub.db.read() as reader:
        found = await store.get(reader, session_id)
    return found.state, found.cause


async def test_disconnecting_ends_the_mending_of_what_is_disconnected(world: World) -> None:
    relink = await _broken_vehicle(world)
    await world.sandbox.open("easee", NAME)
    await world.link("easee", NAME)
    elsewhere, added = await _link(world, "easee", Kind.CHARGER), await _link(world, "tesla", Kind.VEHICLE)
    await _disconnect(world, "easee")
    assert await _stands(world, relink) == (State.AT_VENDOR, None)
    await _disconnect(world, "tesla", Kind.VEHICLE)
    assert await _stands(world, relink) == (State.CANCELLED, Cause.WITHDRAWN)
    async with world.hub.db.transaction() as tx:
        turn = await signing_in.start_exchange(tx, relink, State.AT_VENDOR, digest("state"), now=world.clock())
    assert turn is None
    for session_id in (elsewhere, added):
        assert await _stands(world, session_id) == (State.CREATED, None)


async def test_disconnecting_ends_the_session_that_is_linking_the_account(world: World) -> None:
    await world.sandbox.open("easee", NAME)
    session_id = await _link(world, "easee", Kind.CHARGER)
    by = await world.linked_by("easee", "ada", session_id=session_id)
    account_id = await world.save(by, await world.grant("easee", NAME))
    async with world.hub.db.transaction() as tx:
        await tx.execute(
            "UPDATE link_session SET state = 'discovering', account_id = %(account_id)s", account_id=account_id
        )
    await _disconnect(world, "easee", Kind.CHARGER)
    assert await _stands(world, session_id) == (State.CANCELLED, Cause.WITHDRAWN)
    assert await world.revoke_due() == 1


async def test_a_person_and_an_app_end_two_sessions_of_one_login_at_once(world: World) -> None:
    await world.sandbox.open("easee", NAME)
    sessions = [await _link(world, "easee", Kind.CHARGER) for _ in range(2)]
    for session_id in sessions:
        by = await world.linked_by("easee", "ada", session_id=session_id)
        await world.save(by, await world.grant("easee", NAME))

    async def withdraw() -> None:
        async with world.hub.db.transaction() as tx:
            await deauthorize(tx, world.access, "ada", vault=world.hub.vault, now=world.clock())

    async with world.hub.db.transaction() as tx:
        await store.end(tx, sessions[1], State.CANCELLED, Cause.CANCELLED, now=world.clock())
        withdrawing = asyncio.create_task(withdraw())
        await _somebody_waits(world)
        await take_back(tx, sessions[1], vault=world.hub.vault, now=world.clock())
    await withdrawing
    assert await _stands(world, sessions[0]) == (State.CANCELLED, Cause.WITHDRAWN)
    assert await _stands(world, sessions[1]) == (State.CANCELLED, Cause.CANCELLED)


async def _somebody_waits(world: World) -> None:
    async with world.hub.db.read() as reader:
        for _ in range(400):
            if await reader.one(bool, _WAITS):
                return
            await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")
