"""What becomes of sessions in time, and of those that are made while their user is being deleted."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.clock import StillClock
from wattlink.base.vault import Vault
from wattlink.connectors.devices import Kind
from wattlink.db.database import Database
from wattlink.domain.access.model import Access
from wattlink.domain.linking import store
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.ending.end_sessions import end_sessions, expire
from wattlink.domain.linking.model import Cause, CreatedSession, NewLinkSession, State
from wattlink.domain.linking.status import work_status
from wattlink.domain.organizations.create import create_application
from wattlink.domain.users import store as users

VAULT = Vault({"k1": bytes(32)})
ASKED = NewLinkSession(
    kinds=(Kind.CHARGER,), scopes=("charger:read:data",), language="en", redirect_uri="yourapp://done"
)


@pytest.fixture
async def access(db: Database) -> Access:
    async with db.transaction() as tx:
        application = await create_application(tx, "Voltly")
    return Access(applications=(application.application_id,))


async def _create(db: Database, access: Access, clock: StillClock, user: str = "kari") -> CreatedSession:
    return await create(db, access, user, ASKED, now=clock())


async def test_a_session_expires_after_a_day_and_is_forgotten_after_a_month(
    db: Database, access: Access, clock: StillClock
) -> None:
    session = await _create(db, access, clock)
    clock.forward(hours=23, minutes=59)
    assert await expire(db, vault=VAULT, clock=clock) == 0
    clock.forward(minutes=1)
    assert await expire(db, vault=VAULT, clock=clock) == 1
    async with db.read() as reader:
        found = await store.get(reader, session.session_id)
    assert (found.state, found.cause) == (State.EXPIRED, Cause.SESSION_EXPIRED)
    assert await expire(db, vault=VAULT, clock=clock) == 0
    clock.forward(days=30)
    assert await expire(db, vault=VAULT, clock=clock) == 0
    clock.forward(seconds=1)
    assert await expire(db, vault=VAULT, clock=clock) == 1


async def test_many_sessions_expire_in_rounds(db: Database, access: Access, clock: StillClock) -> None:
    for number in range(250):
        await _create(db, access, clock, f"user {number}")
    clock.forward(hours=24)
    assert [await expire(db, vault=VAULT, clock=clock) for _ in range(3)] == [200, 50, 0]


async def test_of_a_deleted_user_only_the_way_back_is_left_and_only_for_the_day(
    db: Database, access: Access, clock: StillClock
) -> None:
    session = await _create(db, access, clock)
    async with db.transaction() as tx:
        user = await users.lock(tx, access, "kari")
        await end_sessions(tx, access, user.user_id, vault=VAULT, now=clock())
        await users.delete(tx, user.user_id, now=clock())
        left = await store.get(tx, session.session_id)
    assert (left.user_id, left.state, left.cause) == (None, State.CANCELLED, Cause.WITHDRAWN)
    clock.now += timedelta(hours=24, seconds=1)
    assert await expire(db, vault=VAULT, clock=clock) == 1


async def test_another_applications_sessions_stay(db: Database, access: Access, clock: StillClock) -> None:
    session = await _create(db, access, clock)
    async with db.transaction() as tx:
        other = await create_application(tx, "Amply")
        user = await users.get(tx, access, "kari")
        elsewhere = Access(applications=(other.application_id,))
        await end_sessions(tx, elsewhere, user.user_id, vault=VAULT, now=clock())
        assert (await store.get(tx, session.session_id)).state is State.CREATED


async def test_a_link_call_while_the_user_is_deleted_makes_a_new_user(
    db: Database, access: Access, clock: StillClock
) -> None:
    await _create(db, access, clock)
    async with db.transaction() as tx:
        old = await users.lock(tx, access, "kari")
        calling = asyncio.create_task(_create(db, access, clock))
        await asyncio.sleep(0.2)  # it waits for us, or comes later: both must do
        await end_sessions(tx, access, old.user_id, vault=VAULT, now=clock())
        await users.delete(tx, old.user_id, now=clock())
    made = await calling
    async with db.read() as reader:
        new = await users.get(reader, access, "kari")
        assert (await store.get(reader, made.session_id)).user_id == new.user_id != old.user_id


async def test_the_status_tells_what_goes_on_and_what_fails(db: Database, access: Access, clock: StillClock) -> None:
    first, second = await _create(db, access, clock), await _create(db, access, clock)
    async with db.transaction() as tx:
        for session, state, cause in ((first, "discovering", None), (second, "bound", "vendor_down")):
            await tx.execute(
                "UPDATE link_session SET state = %(state)s, cause = %(cause)s WHERE session_id = %(session_id)s",
                state=state,
                cause=cause,
                session_id=session.session_id,
            )
        (status,) = await work_status(tx, clock() + timedelta(seconds=7))
    assert (status.kind, status.due, status.oldest_age) == ("link sessions", 1, 7.0)
    assert status.failing == (("vendor_down", 1),)
