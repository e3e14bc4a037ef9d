"""The pump of link sessions: what moves is moved, what can't be moved holds nobody up, and what waits costs nothing."""

from tests.support.accounts import World
from wattlink.connectors.devices import Kind
from wattlink.domain.access.ids import SessionId
from wattlink.domain.linking import store
from wattlink.domain.linking.bind import bind
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.ending.end_sessions import expire
from wattlink.domain.linking.ending.notice_discovery import notice_discovery
from wattlink.domain.linking.model import NewLinkSession, State
from wattlink.domain.linking.signing_in.sign_in import Typed, sign_in

ASKED = NewLinkSession(
    kinds=(Kind.CHARGER,), scopes=("charger:read:data",), vendor="easee", language="en", redirect_uri="yourapp://done"
)


async def _looking(world: World, user: str, *, devices: int = 1) -> SessionId:
    """A session of a user's whose devices are about to be looked for."""
    await world.sandbox.open("easee", f"{user}@example.com", devices=devices)
    await world.register("easee")
    hub = world.hub
    made = await create(hub.db, world.access, user, ASKED, now=world.clock())
    async with hub.db.transaction() as tx:
        await bind(tx, await store.get(tx, made.session_id), "browser", now=world.clock())
        session = await store.get(tx, made.session_id)
    typed = Typed(f"{user}@example.com", "right")
    await sign_in(hub.db, session, typed, connectors=hub.connectors, vault=hub.vault, clock=hub.clock)
    return made.session_id


async def _notice(world: World) -> int:
    return await notice_discovery(world.hub.db, vault=world.hub.vault, clock=world.clock)


async def _state(world: World, session_id: SessionId) -> State:
    async with world.hub.db.read() as reader:
        return (await store.get(reader, session_id)).state


async def _brand_goes(world: World, session_id: SessionId) -> None:
    """This installation doesn't know the brand of a session any more."""
    async with world.hub.db.transaction() as tx:
        await tx.execute(
            "UPDATE link_session SET vendor = 'gone' WHERE session_id = %(session_id)s", session_id=session_id
        )
        await tx.execute(
            """
            UPDATE account SET vendor = 'gone'
             WHERE account_id = (SELECT account_id FROM link_session WHERE session_id = %(session_id)s)
            """,
            session_id=session_id,
        )


async def test_what_waits_is_only_looked_at(world: World) -> None:
    session_id = await _looking(world, "ada")
    async with world.hub.db.read() as reader:
        locked = "SELECT xmax::text FROM app_user"
        before = await reader.one(str, locked)
        assert await _notice(world) == 0
        assert await reader.one(str, locked) == before
    await world.visit_due()
    assert await _notice(world) == 1
    assert await _state(world, session_id) is State.COMPLETED
    assert await _notice(world) == 0


async def test_a_session_that_cannot_be_moved_holds_no_other_up(world: World) -> None:
    stuck, other = await _looking(world, "ada", devices=0), await _looking(world, "bob")
    await world.visit_due()
    await _brand_goes(world, stuck)
    assert await _notice(world) == 1
    assert await _state(world, stuck) is State.DISCOVERING
    assert await _state(world, other) is State.COMPLETED


async def test_a_session_that_cannot_expire_holds_no_other_up(world: World) -> None:
    stuck, other = await _looking(world, "ada"), await _looking(world, "bob")
    await _brand_goes(world, stuck)
    world.clock.forward(hours=24)
    assert await expire(world.hub.db, vault=world.hub.vault, clock=world.clock) == 1
    assert await _state(world, stuck) is State.DISCOVERING
    assert await _state(world, other) is State.EXPIRED
    assert await expire(world.hub.db, vault=world.hub.vault, clock=world.clock) == 0
