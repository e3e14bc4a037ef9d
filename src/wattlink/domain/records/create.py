"""Keep a new record."""

from datetime import datetime
from uuid import UUID

from wattlink.base.ids import new_id
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import RecordId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import AlreadyExists
from wattlink.domain.records import store
from wattlink.domain.records.check import check
from wattlink.domain.records.model import NewRecord, Record, RecordKind
from wattlink.domain.records.permitted import check_may_make
from wattlink.domain.records.scoping import scopes_of_new


async def create(tx: Transaction, access: Access, new: NewRecord, *, now: datetime) -> Record:
    """The new record, of the user with whose key it is made.

    Raises NotPermitted, InvalidInput, NotFound for what it refers to, AlreadyExists for an action type.
    """
    check_may_make(access, new.kind)
    await check(tx, access, new.kind, new.document)
    return await add(tx, access, new, now=now)


async def add(tx: Transaction, access: Access, new: NewRecord, *, now: datetime) -> Record:
    """The new record, when what it says was checked."""
    scopes = await scopes_of_new(tx, access, new)
    record = Record(
        record_id=RecordId(new_id()),
        kind=new.kind,
        organization_id=await store.organization_of(tx, access),
        application_id=access.application_id if access.kind not in (KeyKind.OPERATOR, KeyKind.DEVICE) else None,
        user_id=access.only_user,
        created_by=maker(access),
        projects=scopes.projects,
        users=scopes.users,
        is_for_all_users=scopes.is_for_all_users,
        name=new.document["type" if new.kind is RecordKind.ACTION else "name"],
        document={field: value for field, value in new.document.items() if value is not None},
        created_at=now,
        updated_at=now,
    )
    if not await store.insert(tx, record):
        raise AlreadyExists(f"{new.kind} {record.name!r}")
    return record


def maker(access: Access) -> UUID | None:
    """Who acts: a user, an operator, an application or a device."""
    match access.kind:
        case KeyKind.USER:
            return access.caller
        case KeyKind.OPERATOR:
            return access.actor
        case KeyKind.DEVICE:
            return access.subject_id
        case _:
            return access.application_id
