"""Users who leave at once, whose shares and records lead to each other, don't wait for each other forever."""

import asyncio
from datetime import UTC, datetime

from tests.support.users import get_or_create
from wattlink.base.ids import new_id, new_short_id
from wattlink.base.vault import Vault
from wattlink.db.database import Database
from wattlink.domain.access.ids import RoleId, ShareId
from wattlink.domain.access.model import Access
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.organizations.create import create_application
from wattlink.domain.sharing.shares import store as shares

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_ROUNDS, _PEOPLE = 3, 6


async def test_friends_leave_at_the_same_moment(db: Database) -> None:
    vault = Vault({"k1": bytes(32)})
    async with db.transaction() as tx:
        access = Access(applications=((await create_application(tx, "Voltly")).application_id,))
    for _ in range(_ROUNDS):
        await _friends(db, access)
        async with asyncio.timeout(60):
            await asyncio.gather(*(_leave(db, access, f"user {number}", vault) for number in range(_PEOPLE)))
        async with db.read() as reader:
            assert await reader.one(int, "SELECT count(*) FROM share") == 0
            assert await reader.one(int, "SELECT count(*) FROM record") == 0


async def _friends(db: Database, access: Access) -> None:
    async with db.transaction() as tx:
        people = [await get_or_create(tx, access, f"user {number}", now=_NOW) for number in range(_PEOPLE)]
        for owner in people:
            await tx.execute(
                """
                INSERT INTO record (record_id, kind, organization_id, application_id, user_id, users, document,
                                    created_at, updated_at)
                SELECT %(record_id)s, 'thng', organization_id, application_id, %(user_id)s, %(users)s, '{}', now(),
                       now()
                  FROM application
                """,
                record_id=new_id(),
                user_id=owner.user_id,
                users=[person.user_id for person in people],
            )
            for actor in people[::-1]:
                share_id = ShareId(new_short_id())
                await shares.add(
                    tx,
                    access.application_id,
                    share_id,
                    RoleId("base_app_user"),
                    owner_id=owner.user_id,
                    actor_id=actor.user_id,
                    now=_NOW,
                )


async def _leave(db: Database, access: Access, external_id: str, vault: Vault) -> None:
    async with db.transaction() as tx:
        await delete_user(tx, access, external_id, vault=vault, now=_NOW)
