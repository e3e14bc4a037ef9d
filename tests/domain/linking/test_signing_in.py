"""What a sign-in gives is kept or given back, whatever breaks on our side; and no session hangs in it."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import psycopg
import pytest

from tests.support.accounts import World, open_world
from wattlink.connectors.contract import Grant
from wattlink.connectors.devices import Kind
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.linking import store
from wattlink.domain.linking.bind import bind
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.model import Cause, LinkSession, NewLinkSession, State
from wattlink.domain.linking.signing_in import store as signing_in
from wattlink.domain.linking.signing_in.settle import keep_grant
from wattlink.domain.linking.signing_in.sign_in import Typed, sign_in
from wattlink.domain.vendors.circuits import store as circuits
from wattlink.domain.vendors.health.look import look_at

NAME = "ada@example.com"
ASKED = NewLinkSession(
    kinds=(Kind.CHARGER,),
    scopes=("charger:read:data", "charger:control:charging"),
    vendor="easee",
    language="en",
    redirect_uri="yourapp://done",
)


@pytest.fixture
async def session(world: World) -> LinkSession:
    return await _session(world)


async def _session(world: World) -> LinkSession:
    """A session that asks for what Easee's sign-in needs."""
    await world.sandbox.open("easee", NAME)
    await world.register("easee")
    made = await create(world.hub.db, world.access, "ada", ASKED, now=world.clock())
    async with world.hub.db.transaction() as tx:
        await bind(tx, await store.get(tx, made.session_id), "browser", now=world.clock())
        return await store.get(tx, made.session_id)


async def _exchanging(world: World, session: LinkSession) -> LinkSession:
    async with world.hub.db.transaction() as tx:
        await signing_in.start_exchange(tx, session.session_id, State.ASKING_CREDENTIALS, None, now=world.clock())
        return await store.get(tx, session.session_id)


async def _sign_in(world: World, session: LinkSession) -> None:
    hub, typed = world.hub, Typed(NAME, "right")
    await sign_in(hub.db, session, typed, connectors=hub.connectors, vault=hub.vault, clock=hub.clock)


async def _keep(world: World, session: LinkSession, grant: Grant) -> None:
    await keep_grant(world.hub.db, session, grant, vault=world.hub.vault, now=world.clock())


async def _stands(world: World, session: LinkSession) -> tuple[State, Cause | None]:
    async with world.hub.db.read() as reader:
        found = await store.get(reader, session.session_id)
    return found.state, found.cause


async def _rows(world: World) -> tuple[int, int]:
    """How many accounts and revocations there are."""
    async with world.hub.db.read() as reader:
        accounts = await reader.one(int, "SELECT count(*) FROM account")
        return accounts, await reader.one(int, "SELECT count(*) FROM revocation")


@pytest.mark.parametrize("names", [{"label": "Ada\0"}, {"subject": "\0ada"}])
async def test_a_login_with_a_name_that_nothing_can_hold_is_given_back(
    world: World, session: LinkSession, names: dict[str, str]
) -> None:
    grant = msgspec.structs.replace(await world.grant("easee", NAME), **names)
    await _keep(world, await _exchanging(world, session), grant)
    assert await _stands(world, session) == (State.BOUND, Cause.VENDOR_REFUSED)
    assert await _rows(world) == (0, 1)
    assert await world.revoke_due() == 1


async def test_a_grant_that_cannot_be_saved_is_given_back(world: World, session: LinkSession, dsn: str) -> None:
    grant, trying = await world.grant("easee", NAME), await _exchanging(world, session)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ALTER TABLE pending_kind ADD CONSTRAINT broken CHECK (false)")
        try:
            await _keep(world, trying, grant)
        finally:
            connection.execute("ALTER TABLE pending_kind DROP CONSTRAINT broken")
    assert await _stands(world, session) == (State.BOUND, Cause.INTERRUPTED)
    assert await _rows(world) == (0, 1)


async def test_a_database_that_is_away_for_a_moment_costs_no_grant(new_database: Callable[[], str]) -> None:
    dsn = new_database()
    async with open_world(dsn) as world:
        session = await _session(world)
        grant, trying = await world.grant("easee", NAME), await _exchanging(world, session)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()
                """
            )
        await _keep(world, trying, grant)
        assert await _stands(world, session) == (State.DISCOVERING, None)
        assert await _rows(world) == (1, 0)


async def test_a_grant_is_kept_once_though_nobody_heard_of_its_commit(world: World, session: LinkSession) -> None:
    grant, trying = await world.grant("easee", NAME), await _exchanging(world, session)
    for _ in range(2):
        await _keep(world, trying, grant)
    assert await _stands(world, session) == (State.DISCOVERING, None)
    assert await _rows(world) == (1, 0)


async def test_a_sign_in_that_breaks_on_our_side_can_be_tried_again(world: World, session: LinkSession) -> None:
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE registration SET sealed = 'no ciphertext'")
    world.hub.connectors.forget()
    await _sign_in(world, session)
    assert await _stands(world, session) == (State.BOUND, Cause.INTERRUPTED)


async def test_a_sign_in_that_works_ends_an_outage(world: World, session: LinkSession) -> None:
    registration_id = RegistrationId(await world.register("easee"))
    now = world.clock()
    async with world.hub.db.transaction() as tx:
        await circuits.open_circuit(tx, registration_id, reason="503", now=now, probe_at=now + timedelta(hours=1))
    await _sign_in(world, session)
    async with world.hub.db.read() as reader:
        assert (await look_at(reader, registration_id, now=world.clock())).may_link
    assert await _stands(world, session) == (State.DISCOVERING, None)
