"""Note that somebody did something, with a thng or a product."""

from datetime import datetime
from typing import Any
from uuid import UUID

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import DeviceId, RecordId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.devices import store as devices
from wattlink.domain.errors import NotFound, NotPermitted
from wattlink.domain.records import store
from wattlink.domain.records.check import PREDEFINED
from wattlink.domain.records.create import add
from wattlink.domain.records.model import NewRecord, Record, RecordKind
from wattlink.domain.records.permitted import check_may_make

_SCANS = ("scans", "implicitScans")


async def record_action(tx: Transaction, access: Access, new: NewRecord, *, now: datetime) -> Record:
    """The new action, in the name of whoever's key it is made with.

    Its type has to be known and what it is about within reach, else NotFound; raises NotPermitted for an action in
    another user's name.
    """
    name = str(new.document["type"])
    check_may_make(access, RecordKind.ACTION)
    if access.kind is KeyKind.APPLICATION and name not in _SCANS:
        raise NotPermitted("with an application's public key only scans are recorded")
    if name not in PREDEFINED:
        await store.get_named(tx, access, RecordKind.ACTION_TYPE, name)
    document = {
        **new.document,
        **await _about(tx, access, new.document),
        "user": _named(access, new.document.get("user")),
        "timestamp": new.document.get("timestamp", int(now.timestamp() * 1000)),
    }
    made = NewRecord(kind=new.kind, document=document, scopes=new.scopes, project_id=new.project_id)
    return await add(tx, access, made, now=now)


def _named(access: Access, user: Any) -> str | None:
    """The user in whose name the action is: the one who acts, with a user's key, and otherwise nobody."""
    caller = None if access.caller is None else str(access.caller)
    if user not in (None, caller):
        raise NotPermitted("an action is made in one's own name")
    return caller


async def _about(tx: Transaction, access: Access, document: dict[str, Any]) -> dict[str, Any]:
    """The thng that the action is about with its product, or the product alone."""
    thng, product = document.get("thng"), document.get("product")
    if thng is not None:
        of_thng = await _product_of(tx, access, UUID(thng))
        return {"product": of_thng or product} if of_thng or product else {}
    if product is not None:
        await store.get(tx, access, RecordKind.PRODUCT, RecordId(UUID(product)))
    return {}


async def _product_of(tx: Transaction, access: Access, thng_id: UUID) -> str | None:
    try:
        thng = await store.get(tx, access, RecordKind.THNG, RecordId(thng_id))
    except NotFound:
        if access.kind is not KeyKind.USER:
            raise
    else:
        product: str | None = thng.document.get("product")
        return product
    await devices.get(tx, access, DeviceId(thng_id))
    return None
