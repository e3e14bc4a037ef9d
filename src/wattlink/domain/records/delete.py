"""Remove a record."""

from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.records import store
from wattlink.domain.records.model import Record, RecordKind
from wattlink.domain.records.permitted import check_owns


async def delete(tx: Transaction, access: Access, record: Record) -> None:
    """The record, which the caller holds, goes, and its device key with it; the thngs of a product are of none then."""
    check_owns(access, record)
    if record.kind is RecordKind.PRODUCT:
        await store.forget_product(tx, record.organization_id, record.record_id)
    await store.delete(tx, record.record_id)
