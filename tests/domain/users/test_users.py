"""Users are known by the app's own ids, in pages of the newest first, and never across applications."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.users import get_or_create
from wattlink.db.database import Database
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest, Position
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations.create import create_application
from wattlink.domain.users import store
from wattlink.domain.users.model import User

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ODD_IDS = ["anna@example.com", "Anna@example.com", "with space", "a/b", "a%2Fb", "jörg", "🚗", "x" * 255, "'; --"]


async def an_app(db: Database) -> Access:
    async with db.transaction() as tx:
        return Access(applications=((await create_application(tx, "Voltly")).application_id,))


async def add(db: Database, access: Access, external_id: str, *, at: datetime = NOON) -> User:
    async with db.transaction() as tx:
        return await get_or_create(tx, access, external_id, now=at)


async def test_any_id_is_a_user_of_its_own(db: Database) -> None:
    access = await an_app(db)
    made = {external_id: await add(db, access, external_id) for external_id in ODD_IDS}
    assert len({user.user_id for user in made.values()}) == len(ODD_IDS)
    async with db.read() as reader:
        for external_id, user in made.items():
            assert await store.get(reader, access, external_id) == user


async def test_another_applications_user_looks_like_none(db: Database) -> None:
    ours, theirs = await an_app(db), await an_app(db)
    user = await add(db, ours, "anna")
    async with db.read() as reader:
        with pytest.raises(NotFound):
            await store.get(reader, theirs, "anna")
        assert await store.page(reader, theirs, PageRequest()) == []
    assert (await add(db, theirs, "anna")).user_id != user.user_id


async def test_a_reach_of_one_user_ends_there(db: Database) -> None:
    access = await an_app(db)
    anna, _ = await add(db, access, "anna"), await add(db, access, "bob")
    only_anna = Access(applications=access.applications, only_user=anna.user_id)
    async with db.read() as reader:
        assert [user.external_id for user in await store.page(reader, only_anna, PageRequest())] == ["anna"]
        with pytest.raises(NotFound):
            await store.get(reader, only_anna, "bob")


async def test_pages_lead_there_and_back_even_where_times_are_equal(db: Database) -> None:
    access = await an_app(db)
    for number in range(7):
        await add(db, access, f"user {number}", at=NOON + timedelta(seconds=number // 3))
    async with db.read() as reader:
        everyone = await store.page(reader, access, PageRequest())
        first = await store.page(reader, access, PageRequest(limit=3))
        second = await store.page(reader, access, PageRequest(limit=3, after=_edge(first[-1])))
        third = await store.page(reader, access, PageRequest(limit=3, after=_edge(second[-1])))
        back = await store.page(reader, access, PageRequest(limit=3, before=_edge(third[0])))
    assert first + second + third == everyone
    assert everyone == sorted(everyone, key=lambda user: (user.created_at, user.user_id), reverse=True)
    assert back == second


def _edge(user: User) -> Position:
    return Position(user.created_at, user.user_id)


async def test_several_applications_are_one_list(db: Database) -> None:
    first, second = await an_app(db), await an_app(db)
    both = Access(applications=(*first.applications, *second.applications))
    made = [
        await add(db, (first, second)[at % 3 == 0], f"user{at}", at=NOON + timedelta(minutes=at)) for at in range(10)
    ][::-1]
    async with db.read() as reader:
        assert await store.page(reader, both, PageRequest(limit=4)) == made[:4]
        after = Position(made[3].created_at, made[3].user_id)
        assert await store.page(reader, both, PageRequest(limit=4, after=after)) == made[4:8]
        before = Position(made[8].created_at, made[8].user_id)
        assert await store.page(reader, both, PageRequest(limit=4, before=before)) == made[4:8]
