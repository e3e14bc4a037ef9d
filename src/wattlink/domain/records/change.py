"""Change what a record says, or where it is seen."""

from datetime import datetime, timedelta

import msgspec

from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists
from wattlink.domain.records import store
from wattlink.domain.records.check import check
from wattlink.domain.records.model import Record, RecordChanges, RecordKind
from wattlink.domain.records.permitted import check_owns
from wattlink.domain.records.scoping import scopes_of_changed

_TICK = timedelta(milliseconds=1)  # a change shows in the time of the last one


async def change(tx: Transaction, access: Access, record: Record, changes: RecordChanges, *, now: datetime) -> Record:
    """The changed record, which the caller holds. Raises NotPermitted, InvalidInput, NotFound."""
    check_owns(access, record)
    merged = {**record.document, **changes.document}
    document = {field: value for field, value in merged.items() if value is not None}
    if record.kind is RecordKind.ACTION_TYPE and document.get("name") != record.name:
        raise AlreadyExists(f"action type {record.name!r}, whose name stays")
    if changes.document:
        await check(tx, access, record.kind, document, before=record.document)
    scopes = await scopes_of_changed(tx, access, record.scopes, changes)
    changed = msgspec.structs.replace(
        record,
        document=document,
        name=document.get("name", record.name),
        projects=scopes.projects,
        users=scopes.users,
        is_for_all_users=scopes.is_for_all_users,
        updated_at=max(now, record.updated_at + _TICK),
    )
    await store.update(tx, changed, record)
    return changed
