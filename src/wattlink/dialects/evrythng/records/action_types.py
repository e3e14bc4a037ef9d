"""Types of actions: the predefined ones first, then the organization's own, which are addressed by name."""

from litestar import Response
from litestar.params import FromPath, JSONBody

from wattlink.dialects.evrythng.listing import asked
from wattlink.dialects.evrythng.records.paging import paged, wanted_of
from wattlink.dialects.evrythng.records.showing import action_type_of, changes_of, new_of
from wattlink.dialects.evrythng.records.wire import ActionTypeDocument, ActionTypePayload
from wattlink.dialects.evrythng.wire import created
from wattlink.domain.access.paging import Position
from wattlink.domain.records import store
from wattlink.domain.records.change import change
from wattlink.domain.records.check import PREDEFINED
from wattlink.domain.records.create import create
from wattlink.domain.records.delete import delete
from wattlink.domain.records.filters import fulfils
from wattlink.domain.records.listing import store as listing
from wattlink.domain.records.model import RecordKind
from wattlink.web.call import Call


async def create_action_type(request: Call, data: JSONBody[ActionTypePayload]) -> Response[ActionTypeDocument]:
    """Make a type of actions."""
    found = asked(request)
    new = new_of(RecordKind.ACTION_TYPE, data, found.project_id)
    async with request.hub.db.transaction() as tx:
        made = await create(tx, request.access, new, now=request.hub.clock())
    shown = action_type_of(made, with_scopes=found.with_scopes)
    return created(request, shown, f"/actions/{shown.name}")


async def list_action_types(request: Call) -> Response[list[ActionTypeDocument]]:
    """The types within scope, newest first; the predefined ones stand before the first page and aren't counted."""
    found = asked(request)
    wanted = wanted_of(RecordKind.ACTION_TYPE, found)
    own = await paged(
        request,
        found,
        lambda reader, page: listing.page(reader, request.access, wanted, page),
        lambda made: Position(made.created_at, made.record_id),
        lambda made: action_type_of(made, with_scopes=found.with_scopes),
    )
    if found.token is None and found.ids is None:
        names = [name for name in PREDEFINED if fulfils({"name": name}, wanted.conditions)]
        own.content = [*(ActionTypeDocument(name=name) for name in names), *own.content]
    return own


async def update_action_type(
    request: Call, action_type: FromPath[str], data: JSONBody[ActionTypePayload]
) -> ActionTypeDocument:
    """Change what is sent; the name stays."""
    access, changes = request.access, changes_of(data)
    async with request.hub.db.transaction() as tx:
        made = await store.get_named(tx, access, RecordKind.ACTION_TYPE, action_type, and_lock=True)
        changed = await change(tx, access, made, changes, now=request.hub.clock())
    return action_type_of(changed, with_scopes=asked(request).with_scopes)


async def delete_action_type(request: Call, action_type: FromPath[str]) -> None:
    """Delete a type; actions that were recorded stay."""
    access = request.access
    async with request.hub.db.transaction() as tx:
        await delete(tx, access, await store.get_named(tx, access, RecordKind.ACTION_TYPE, action_type, and_lock=True))
