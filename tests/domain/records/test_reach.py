"""Who sees which record, and who may change it."""

import msgspec
import pytest

from tests.domain.records.conftest import NOW, Account, user_id_of
from wattlink.db.database import Database
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.access.paging import PageRequest, Position
from wattlink.domain.errors import AlreadyExists, InvalidInput, NotFound, NotPermitted
from wattlink.domain.records import store
from wattlink.domain.records.change import change
from wattlink.domain.records.delete import delete
from wattlink.domain.records.filters import Condition
from wattlink.domain.records.listing import store as listing
from wattlink.domain.records.model import NewRecord, Record, RecordChanges, RecordKind, Scopes, Wanted
from wattlink.domain.records.record_action import record_action


async def seen(db: Database, access: Access, kind: RecordKind = RecordKind.THNG) -> list[str | None]:
    """The names of what a caller sees, newest first; each is also read by its id."""
    async with db.read() as reader:
        found = await listing.page(reader, access, Wanted(kind=kind), PageRequest())
        for record in found:
            assert await store.get(reader, access, kind, record.record_id) == record
    return [record.name for record in found]


async def test_a_users_record_is_seen_by_that_user_the_apps_server_and_operators(
    account: Account, db: Database
) -> None:
    ada, bob, eve = await account.user("ada"), await account.user("bob"), await account.user("ada", 1)
    made = await account.make(ada, name="kettle")
    assert made.scopes == Scopes(projects=account.projects[:1], users=(user_id_of(ada),))
    assert made.created_by == ada.caller
    for access in (ada, account.server(), account.operator):
        assert await seen(db, access) == ["kettle"]
    for access in (bob, eve, account.server(1)):
        assert await seen(db, access) == []
        async with db.read() as reader:
            with pytest.raises(NotFound):
                await store.get(reader, access, RecordKind.THNG, made.record_id)


async def test_what_is_for_all_users_is_seen_within_its_projects_and_changed_by_no_user(
    account: Account, db: Database
) -> None:
    ada, eve = await account.user("ada"), await account.user("ada", 1)
    made = await account.make(account.server(), RecordKind.PRODUCT, name="Kettle 3000")
    assert made.scopes == Scopes(projects=account.projects[:1], is_for_all_users=True)
    assert await seen(db, ada, RecordKind.PRODUCT) == ["Kettle 3000"]
    assert await seen(db, eve, RecordKind.PRODUCT) == []
    async with db.transaction() as tx:
        with pytest.raises(NotPermitted):
            await change(tx, ada, made, RecordChanges(document={"name": "mine"}), now=NOW)
        with pytest.raises(NotPermitted):
            await delete(tx, ada, made)


@pytest.mark.parametrize("name", [None, "Kettle 3000"])
async def test_with_a_public_key_only_what_is_for_all_users_is_seen(
    account: Account, db: Database, name: str | None
) -> None:
    """The key stands in what every user carries: what is one user's would be everybody's."""
    ada, public = await account.user("ada"), account.server(kind=KeyKind.APPLICATION)
    own = await account.make(ada, RecordKind.PRODUCT, name="Kettle 3000")
    some = Scopes(users=(user_id_of(ada),))
    named = await account.make(account.server(), RecordKind.PRODUCT, scopes=some, name="Kettle 3000")
    shown = await account.make(account.server(), RecordKind.PRODUCT, name="Kettle 3000")
    async with db.read() as reader:
        wanted = Wanted(kind=RecordKind.PRODUCT, name=name)
        assert await listing.page(reader, public, wanted, PageRequest()) == [shown]
        for record in (own, named):
            with pytest.raises(NotFound):
                await store.get(reader, public, RecordKind.PRODUCT, record.record_id)
    for record in (own, named):
        with pytest.raises(NotFound):
            await act(account, public, type="scans", product=str(record.record_id))


async def test_an_operators_record_is_in_no_project_until_it_is_put_there(account: Account, db: Database) -> None:
    ada, bob = await account.user("ada"), await account.user("bob")
    made = await account.make(account.operator, name="pallet")
    assert await seen(db, account.operator) == ["pallet"]
    for access in (ada, account.server(), account.server(1)):
        assert await seen(db, access) == []
    changes = RecordChanges(projects=account.projects, users=(user_id_of(ada),), is_for_all_users=False)
    async with db.transaction() as tx:
        changed = await change(tx, account.operator, made, changes, now=NOW)
    assert changed.updated_at > made.updated_at
    for access in (ada, account.server(), account.server(1)):
        assert await seen(db, access) == ["pallet"]
    assert await seen(db, bob) == []


async def test_scopes_stay_within_the_askers_reach(account: Account, db: Database) -> None:
    ada, eve = await account.user("ada"), await account.user("ada", 1)
    other_project, other_user = Scopes(projects=account.projects[1:]), Scopes(users=(user_id_of(eve),))
    with pytest.raises(NotPermitted):
        await account.make(account.server(), scopes=other_project, name="pallet")
    with pytest.raises(InvalidInput):
        await account.make(account.server(), scopes=other_user, name="pallet")
    with pytest.raises(NotPermitted):
        await account.make(ada, scopes=other_user, name="pallet")
    own = await account.make(ada, name="kettle")
    async with db.transaction() as tx:
        with pytest.raises(NotPermitted):
            await change(tx, ada, own, RecordChanges(is_for_all_users=True), now=NOW)


async def test_an_applications_public_key_makes_no_thngs(account: Account) -> None:
    with pytest.raises(NotPermitted):
        await account.make(account.server(kind=KeyKind.APPLICATION), name="kettle")


async def test_what_is_made_with_a_lent_key_is_the_lenders(account: Account, db: Database) -> None:
    ada, bob = await account.user("ada"), await account.user("bob")
    lent = msgspec.structs.replace(ada, caller=bob.caller)
    made = await account.make(lent, name="kettle")
    assert (made.user_id, made.created_by, made.users) == (ada.only_user, bob.caller, (ada.only_user,))
    assert await seen(db, ada) == ["kettle"]
    assert await seen(db, bob) == []


async def act(account: Account, access: Access, **document: object) -> Record:
    async with account.db.transaction() as tx:
        return await record_action(tx, access, NewRecord(kind=RecordKind.ACTION, document=document), now=NOW)


async def test_an_action_is_its_makers_and_about_what_the_maker_sees(account: Account, db: Database) -> None:
    ada, bob = await account.user("ada"), await account.user("bob")
    product = await account.make(account.server(), RecordKind.PRODUCT, name="Kettle 3000")
    kettle = await account.make(ada, name="kettle", product=str(product.record_id))
    action = await act(account, ada, type="scans", thng=str(kettle.record_id))
    assert action.document["product"] == str(product.record_id)
    assert action.document["user"] == str(ada.caller)
    assert await seen(db, ada, RecordKind.ACTION) == ["scans"]
    assert await seen(db, bob, RecordKind.ACTION) == []
    with pytest.raises(NotFound):
        await act(account, bob, type="scans", thng=str(kettle.record_id))
    with pytest.raises(NotPermitted):
        await act(account, bob, type="scans", product=str(product.record_id), user=str(ada.caller))
    by_app = await act(account, account.server(kind=KeyKind.APPLICATION), type="scans", product=str(product.record_id))
    assert by_app.scopes == Scopes(projects=account.projects[:1])
    assert await seen(db, bob, RecordKind.ACTION) == []


async def test_action_types_are_known_before_they_are_used(account: Account) -> None:
    ada = await account.user("ada")
    with pytest.raises(NotFound):
        await act(account, ada, type="_packed")
    await account.make(account.server(), RecordKind.ACTION_TYPE, name="_packed")
    assert (await act(account, ada, type="_packed")).name == "_packed"
    with pytest.raises(AlreadyExists):
        await account.make(account.operator, RecordKind.ACTION_TYPE, name="_packed")
    with pytest.raises(AlreadyExists):
        await account.make(account.operator, RecordKind.ACTION_TYPE, name="scans")
    with pytest.raises(InvalidInput):
        await account.make(account.operator, RecordKind.ACTION_TYPE, name="packed")
    with pytest.raises(NotPermitted):
        await account.make(ada, RecordKind.ACTION_TYPE, name="_mine")


async def test_thngs_of_a_product_that_goes_are_of_none(account: Account, db: Database) -> None:
    product = await account.make(account.server(), RecordKind.PRODUCT, name="Kettle 3000")
    kettle = await account.make(account.server(), name="kettle", product=str(product.record_id))
    async with db.transaction() as tx:
        await delete(tx, account.server(), product)
        assert "product" not in (await store.get(tx, account.operator, RecordKind.THNG, kettle.record_id)).document


async def test_names_cannot_be_blank(account: Account) -> None:
    for name in ("", "  ", None):
        with pytest.raises(InvalidInput, match="cannot be blank"):
            await account.make(account.operator, name=name)


async def test_lists_are_narrowed_and_paged(account: Account, db: Database) -> None:
    made = [await account.make(account.operator, name=f"pallet {at % 2}", tags=[str(at)]) for at in range(6)]
    even = Wanted(kind=RecordKind.THNG, conditions=(Condition(path=("name",), value="pallet 0"),))
    async with db.read() as reader:
        first = await listing.page(reader, account.operator, even, PageRequest(limit=2))
        edge = Position(first[-1].created_at, first[-1].record_id)
        rest = await listing.page(reader, account.operator, even, PageRequest(limit=2, after=edge))
        among = Wanted(kind=RecordKind.THNG, ids=(made[0].record_id, made[3].record_id))
        chosen = await listing.page(reader, account.operator, among, PageRequest())
        nowhere = Wanted(kind=RecordKind.THNG, project_id=account.projects[0])
        assert await listing.page(reader, account.operator, nowhere, PageRequest()) == []
    assert [*first, *rest] == [made[4], made[2], made[0]]
    assert chosen == [made[3], made[0]]


async def test_a_user_takes_along_what_is_the_users(account: Account, db: Database) -> None:
    ada, bob = await account.user("ada"), await account.user("bob")
    await account.make(ada, name="kettle")
    both = Scopes(projects=account.projects[:1], users=(user_id_of(ada), user_id_of(bob)))
    await account.make(account.server(), scopes=both, name="oven")
    async with db.transaction() as tx:
        await store.delete_of_user(tx, user_id_of(ada))
    assert await seen(db, account.operator) == ["oven"]
    assert await seen(db, bob) == ["oven"]
    assert await seen(db, ada) == []
