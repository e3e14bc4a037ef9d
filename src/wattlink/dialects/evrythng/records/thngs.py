"""Thngs: plain ones that can be changed, and beside them a user's linked devices, which can't."""

from collections.abc import Sequence

from litestar import Response
from litestar.params import FromPath, JSONBody

from wattlink.db.database import Reader, Transaction
from wattlink.dialects.evrythng.ids import uuid_of
from wattlink.dialects.evrythng.listing import asked
from wattlink.dialects.evrythng.records import linked
from wattlink.dialects.evrythng.records.paging import paged, wanted_of
from wattlink.dialects.evrythng.records.showing import changes_of, new_of, thng_of
from wattlink.dialects.evrythng.records.wire import ThngDocument, ThngPayload
from wattlink.dialects.evrythng.wire import created
from wattlink.domain.access.ids import DeviceId, RecordId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest, Position
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import NotFound, NotPermitted
from wattlink.domain.records import store
from wattlink.domain.records.change import change
from wattlink.domain.records.create import create
from wattlink.domain.records.delete import delete
from wattlink.domain.records.listing import store as listing
from wattlink.domain.records.model import Record, RecordKind, Wanted
from wattlink.web.call import Call


async def create_thng(request: Call, data: JSONBody[ThngPayload]) -> Response[ThngDocument]:
    """Keep a thng; a user's is the user's own."""
    found = asked(request)
    new = new_of(RecordKind.THNG, data, found.project_id)
    async with request.hub.db.transaction() as tx:
        thng = await create(tx, request.access, new, now=request.hub.clock())
    shown = thng_of(thng, with_scopes=found.with_scopes)
    return created(request, shown, f"/thngs/{shown.id}")


async def list_thngs(request: Call) -> Response[list[ThngDocument]]:
    """Thngs within scope, a user's linked devices among them."""
    access, found = request.access, asked(request)
    wanted = wanted_of(RecordKind.THNG, found)
    return await paged(
        request,
        found,
        lambda reader, page: _both(reader, access, wanted, page),
        _position,
        lambda thng: _shown(thng, access, with_scopes=found.with_scopes),
    )


async def get_thng(request: Call, thng_id: FromPath[str]) -> ThngDocument:
    """A thng, or a linked device."""
    async with request.hub.db.read() as reader:
        thng = await either(reader, request.access, thng_id)
    return _shown(thng, request.access, with_scopes=asked(request).with_scopes)


async def update_thng(request: Call, thng_id: FromPath[str], data: JSONBody[ThngPayload]) -> ThngDocument:
    """Change what is sent; a linked device is as its vendor tells."""
    changes = changes_of(data)
    async with request.hub.db.transaction() as tx:
        thng = await _plain(tx, request.access, thng_id)
        changed = await change(tx, request.access, thng, changes, now=request.hub.clock())
    return thng_of(changed, with_scopes=asked(request).with_scopes)


async def delete_thng(request: Call, thng_id: FromPath[str]) -> None:
    """Delete a thng, whose device key ends; a linked device goes when its link does."""
    async with request.hub.db.transaction() as tx:
        await delete(tx, request.access, await _plain(tx, request.access, thng_id))
    request.hub.door.forget()


async def either(reader: Reader, access: Access, thng_id: str) -> Record | Device:
    """The plain thng or the linked device of this id; raises NotFound."""
    row_id = uuid_of("thng", thng_id)
    try:
        return await store.get(reader, access, RecordKind.THNG, RecordId(row_id))
    except NotFound:
        return await linked.get(reader, access, DeviceId(row_id))


async def _plain(tx: Transaction, access: Access, thng_id: str) -> Record:
    row_id = uuid_of("thng", thng_id)
    try:
        return await store.get(tx, access, RecordKind.THNG, RecordId(row_id), and_lock=True)
    except NotFound:
        await linked.get(tx, access, DeviceId(row_id))
        raise NotPermitted("a linked device can only be read") from None


async def _both(reader: Reader, access: Access, wanted: Wanted, page: PageRequest) -> Sequence[Record | Device]:
    """A page of both kinds in one order: of what stands on it, the rows next to where it begins."""
    plain = await listing.page(reader, access, wanted, page)
    devices = await linked.wanted_of(reader, access, wanted, page)
    if not devices:
        return plain
    merged: list[Record | Device] = sorted([*plain, *devices], key=lambda thng: _place(_position(thng)), reverse=True)
    return merged[-page.limit :] if page.is_backwards else merged[: page.limit]


def _position(thng: Record | Device) -> Position:
    return Position(thng.created_at, thng.record_id if isinstance(thng, Record) else thng.device_id)


def _place(position: Position) -> tuple[object, object]:
    return position.created_at, position.row_id


def _shown(thng: Record | Device, access: Access, *, with_scopes: bool) -> ThngDocument:
    if isinstance(thng, Record):
        return thng_of(thng, with_scopes=with_scopes)
    return linked.thng_of(thng, access, with_scopes=with_scopes)
