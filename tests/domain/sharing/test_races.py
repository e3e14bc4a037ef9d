"""Two at the same moment: the same share given twice, and a role deleted while it is given."""

import asyncio
from typing import NamedTuple

import pytest

from tests.support.clock import StillClock
from wattlink.base.ids import new_id
from wattlink.base.vault import Vault
from wattlink.db.database import Database, Reader
from wattlink.domain.access.ids import OrganizationId, RoleId, UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import DomainError, NotPermitted, StillInUse
from wattlink.domain.organizations.create import create_application, create_organization
from wattlink.domain.organizations.projects import store as projects
from wattlink.domain.sharing.own.open import own_share
from wattlink.domain.sharing.roles.change import RoleChanges, create_role, delete_role
from wattlink.domain.sharing.shares.give import end, give
from wattlink.domain.sharing.shares.model import Share
from wattlink.domain.users.logins.activate import activate
from wattlink.domain.users.logins.sign_up import sign_up
from wattlink.domain.users.model import NewUser

_NOW = StillClock()()
_VAULT = Vault({"k1": bytes(32)})


class Scene(NamedTuple):
    """Ada and Bob, and a role that Ada may give."""

    organization_id: OrganizationId
    ada: Access
    role_id: RoleId


@pytest.fixture
async def scene(db: Database) -> Scene:
    async with db.transaction() as tx:
        organization_id = await create_organization(tx, "Voltly")
        made = await create_application(tx, "Voltly", organization_id=organization_id)
        lent = await create_role(tx, organization_id, RoleChanges(name="Lent"), is_for_users=True, now=_NOW)
        changes = RoleChanges(name="Giver", grantable_roles=(lent.role_id,))
        giver = await create_role(tx, organization_id, changes, is_for_users=True, now=_NOW)
        await projects.describe(tx, made.application_id, {"default_role": giver.role_id}, now=_NOW)
    access = Access(applications=(made.application_id,), kind=KeyKind.APPLICATION)
    ada, _ = await _user(db, access, "ada@example.com"), await _user(db, access, "bob@example.com")
    acting = Access(applications=access.applications, kind=KeyKind.USER, only_user=ada, caller=ada)
    return Scene(organization_id, acting, lent.role_id)


async def test_a_share_given_at_the_same_moment_is_one_with_one_key(db: Database, scene: Scene) -> None:
    shares = await asyncio.gather(*(_give(db, scene) for _ in range(6)))
    assert len({share.share_id for share in shares}) == 1
    async with db.read() as reader:
        assert await _keys(reader, shares[0]) == 1


async def test_given_and_ended_at_the_same_moment_it_has_a_key_or_isnt_there(db: Database, scene: Scene) -> None:
    for _ in range(5):
        first = await _give(db, scene)
        ended, again = await asyncio.gather(_end(db, scene, first), _give(db, scene), return_exceptions=True)
        assert ended is None
        async with db.read() as reader:
            if isinstance(again, Share) and again.share_id != first.share_id:
                assert await _keys(reader, again) == 1
            assert await _keys(reader, first) == 0


async def test_no_share_is_by_a_role_that_is_gone(db: Database, scene: Scene) -> None:
    given, deleted = await asyncio.gather(_give(db, scene), _delete(db, scene), return_exceptions=True)
    if isinstance(given, Share):
        assert isinstance(deleted, StillInUse)
    else:
        assert isinstance(given, NotPermitted)
        assert deleted is None


async def _user(db: Database, access: Access, email: str) -> UserId:
    new = NewUser(user_id=UserId(new_id()), shown_id=email, email=email)
    async with db.transaction() as tx:
        made = await sign_up(tx, access, new, "hash", vault=_VAULT, now=_NOW)
        await activate(tx, access, new.user_id, now=_NOW)
        await own_share(tx, access, made.user, now=_NOW)
    return new.user_id


async def _keys(reader: Reader, share: Share) -> int:
    return await reader.one(
        int, "SELECT count(*) FROM access_key WHERE share_id = %(share_id)s", share_id=share.share_id
    )


async def _give(db: Database, scene: Scene) -> Share:
    async with db.transaction() as tx:
        return await give(tx, scene.ada, "bob@example.com", scene.role_id, vault=_VAULT, now=_NOW)


async def _end(db: Database, scene: Scene, share: Share) -> None:
    async with db.transaction() as tx:
        await end(tx, scene.ada, share.share_id)


async def _delete(db: Database, scene: Scene) -> DomainError | None:
    async with db.transaction() as tx:
        await delete_role(tx, scene.organization_id, scene.role_id)
    return None
