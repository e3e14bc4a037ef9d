"""An application's key becomes a token, the token a reach; both end."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from wattlink.base.ids import digest
from wattlink.db.database import Database
from wattlink.domain.errors import InvalidInput, NotAuthenticated
from wattlink.domain.organizations.authenticate import Authenticator
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.keys import store
from wattlink.domain.organizations.model import NewApplication


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def made(db: Database, name: str = "Voltly") -> NewApplication:
    async with db.transaction() as tx:
        return await create_application(tx, name)


async def end_key(db: Database, application: NewApplication) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            "UPDATE application_key SET ended_at = now() WHERE key_id = %(key_id)s", key_id=application.client_id
        )


async def test_a_token_reaches_its_own_application(db: Database) -> None:
    first, second = await made(db), await made(db, "Other")
    authenticator = Authenticator(db=db, clock=Clock())
    issued = await authenticator.issue(str(first.client_id), first.client_secret)
    access = await authenticator.access_of(issued.token)
    assert access.applications == (first.application_id,)
    assert access.application_id != second.application_id
    assert access.actor == first.client_id
    assert 3500 <= issued.expires_in < 3600


@pytest.mark.parametrize("client_id", ["", "nobody", "018f3c1e-0000-7000-8000-000000000000"])
async def test_an_unknown_client_gets_nothing(db: Database, client_id: str) -> None:
    application = await made(db)
    with pytest.raises(NotAuthenticated):
        await Authenticator(db=db, clock=Clock()).issue(client_id, application.client_secret)


async def test_a_wrong_secret_gets_nothing(db: Database) -> None:
    first, second = await made(db), await made(db)
    with pytest.raises(NotAuthenticated):
        await Authenticator(db=db, clock=Clock()).issue(str(first.client_id), second.client_secret)


async def test_a_token_ends_after_an_hour(db: Database) -> None:
    application, clock = await made(db), Clock()
    issued = await Authenticator(db=db, clock=clock).issue(str(application.client_id), application.client_secret)
    clock.now += timedelta(hours=1)
    with pytest.raises(NotAuthenticated):
        await Authenticator(db=db, clock=clock).access_of(issued.token)


async def test_an_ended_key_ends_its_tokens(db: Database) -> None:
    application = await made(db)
    authenticator = Authenticator(db=db, clock=Clock())
    issued = await authenticator.issue(str(application.client_id), application.client_secret)
    await authenticator.access_of(issued.token)
    await end_key(db, application)
    authenticator.forget()
    with pytest.raises(NotAuthenticated):
        await authenticator.access_of(issued.token)
    with pytest.raises(NotAuthenticated):
        await authenticator.issue(str(application.client_id), application.client_secret)


async def test_only_digests_of_secrets_are_stored(db: Database) -> None:
    application = await made(db)
    issued = await Authenticator(db=db, clock=Clock()).issue(str(application.client_id), application.client_secret)
    async with db.read() as reader:
        secrets = await reader.all(bytes, "SELECT secret_digest FROM application_key")
        tokens = await reader.all(bytes, "SELECT token_digest FROM access_token")
    assert secrets == [digest(application.client_secret)]
    assert tokens == [digest(issued.token)]
    assert application.client_secret not in repr(application)
    assert issued.token not in repr(issued)


async def test_expired_tokens_are_forgotten_and_live_ones_kept(db: Database) -> None:
    application, clock = await made(db), Clock()
    authenticator = Authenticator(db=db, clock=clock)
    await authenticator.issue(str(application.client_id), application.client_secret)
    clock.now += timedelta(minutes=90)
    live = await authenticator.issue(str(application.client_id), application.client_secret)
    async with db.transaction() as tx:
        assert await store.drop_expired_tokens(tx, clock.now) == 1
    assert (await authenticator.access_of(live.token)).actor == application.client_id


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
async def test_a_name_that_cant_be_shown_is_refused(db: Database, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await made(db, name)
    assert refused.value.field == "name"


async def test_what_was_verified_while_a_key_ended_isn_t_kept(db: Database, dsn: str) -> None:
    application = await made(db)
    authenticator = Authenticator(db=db, clock=Clock())
    issued = await authenticator.issue(str(application.client_id), application.client_secret)
    async with await psycopg.AsyncConnection.connect(dsn) as holding:
        await holding.execute("LOCK TABLE access_token")
        verifying = asyncio.create_task(authenticator.access_of(issued.token))
        while await waiting_for_a_lock(db) == 0:
            pass
        authenticator.forget()
    await verifying
    await end_key(db, application)
    with pytest.raises(NotAuthenticated):
        await authenticator.access_of(issued.token)


async def test_a_verified_token_is_kept_for_a_second_from_when_it_was_looked_at(db: Database, dsn: str) -> None:
    application = await made(db)
    authenticator = Authenticator(db=db, clock=Clock())
    issued = await authenticator.issue(str(application.client_id), application.client_secret)
    async with await psycopg.AsyncConnection.connect(dsn) as holding:
        await holding.execute("SELECT FROM application_key FOR UPDATE")  # so that its use can't be noted
        verifying = asyncio.create_task(authenticator.access_of(issued.token))
        while await waiting_for_a_lock(db) == 0:
            pass
        await holding.execute("UPDATE application_key SET ended_at = now()")
        await asyncio.sleep(1.0)
    await verifying
    with pytest.raises(NotAuthenticated):
        await authenticator.access_of(issued.token)


async def waiting_for_a_lock(db: Database) -> int:
    async with db.read() as reader:
        return await reader.one(
            int,
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        )
