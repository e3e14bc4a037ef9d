"""A process may keep a verified key for a second, whatever else takes time and however the clock is set."""

import asyncio
from typing import NamedTuple

import psycopg
import pytest

from tests.support.clock import StillClock
from wattlink.base.ids import new_id
from wattlink.base.vault import Vault
from wattlink.db.database import Database
from wattlink.domain.access.ids import ShareId, UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import NotAuthenticated
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.keys.access import store as access_keys
from wattlink.domain.sharing.keys.door import Door
from wattlink.domain.sharing.own.open import LoginKey, Opened, open_own
from wattlink.domain.users.logins.begin_anonymous import begin_anonymous


class Anonymous(NamedTuple):
    """A user whose uses are noted, and the key."""

    db: Database
    clock: StillClock
    user_id: UserId
    opened: Opened

    async def end(self) -> None:
        async with self.db.transaction() as tx:
            await access_keys.end_of_share(tx, ShareId(self.opened.share.share_id))


@pytest.fixture
async def ada(db: Database) -> Anonymous:
    clock, user_id = StillClock(), UserId(new_id())
    async with db.transaction() as tx:
        made = await create_application(tx, "Voltly")
        access = Access(applications=(made.application_id,), kind=KeyKind.APPLICATION)
        user = await begin_anonymous(tx, access, user_id, "ada", now=clock())
        opened = await open_own(tx, access, user, which=LoginKey.NEW, vault=Vault({"k1": bytes(32)}), now=clock())
    return Anonymous(db, clock, user_id, opened)


async def test_the_second_runs_from_when_the_key_was_looked_at(ada: Anonymous, dsn: str) -> None:
    door = Door(ada.db, ada.clock)
    async with await psycopg.AsyncConnection.connect(dsn) as holding:
        await holding.execute("SELECT FROM app_user FOR UPDATE")  # so that its use can't be noted
        verifying = asyncio.create_task(door.access_of(ada.opened.key))
        while await _waiting(ada.db) == 0:
            pass
        await ada.end()
        await asyncio.sleep(1.0)
    assert (await verifying).caller == ada.user_id
    with pytest.raises(NotAuthenticated):
        await door.access_of(ada.opened.key)


@pytest.mark.parametrize("hours", [-48, 48])
async def test_a_clock_that_is_set_keeps_no_key_longer(ada: Anonymous, hours: int) -> None:
    door = Door(ada.db, ada.clock)
    await door.access_of(ada.opened.key)
    await ada.end()
    ada.clock.forward(hours=hours)
    await asyncio.sleep(1.0)
    with pytest.raises(NotAuthenticated):
        await door.access_of(ada.opened.key)


async def _waiting(db: Database) -> int:
    async with db.read() as reader:
        return await reader.one(
            int,
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        )
