"""Actions: what somebody did with a thng or a product, of a type, or `all` for any.

With a user's key an action is that user's, and nobody else's but the app's server and operators see it.
"""

from typing import Literal

import msgspec
from litestar import Response
from litestar.params import FromPath, JSONBody

from wattlink.dialects.evrythng.ids import id_of, uuid_of
from wattlink.dialects.evrythng.listing import asked
from wattlink.dialects.evrythng.records.paging import about, paged, wanted_of
from wattlink.dialects.evrythng.records.products import product_id_of
from wattlink.dialects.evrythng.records.showing import action_of, new_of
from wattlink.dialects.evrythng.records.thngs import either
from wattlink.dialects.evrythng.records.wire import ActionDocument, ActionPayload
from wattlink.dialects.evrythng.wire import created
from wattlink.domain.access.ids import RecordId
from wattlink.domain.access.paging import Position
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.records import store
from wattlink.domain.records.delete import delete
from wattlink.domain.records.filters import Condition
from wattlink.domain.records.listing import store as listing
from wattlink.domain.records.model import Record, RecordKind
from wattlink.domain.records.record_action import record_action
from wattlink.web.call import Call

_ANY = "all"


async def create_action(
    request: Call, action_type: FromPath[str], data: JSONBody[ActionPayload]
) -> Response[ActionDocument]:
    """Record an action; below `all` the body says of which type."""
    found = asked(request)
    if data.type in (None, msgspec.UNSET) and action_type != _ANY:
        data.type = action_type
    if not isinstance(data.type, str) or not data.type:
        raise InvalidInput("action.type", "cannot be blank")
    if action_type not in (_ANY, data.type):
        raise InvalidInput("action.type", "must be the one in the path", allowed=(action_type,))
    new = new_of(RecordKind.ACTION, data, found.project_id)
    async with request.hub.db.transaction() as tx:
        action = await record_action(tx, request.access, new, now=request.hub.clock())
    shown = action_of(action, with_scopes=found.with_scopes, with_context=_with_context(request))
    return created(request, shown, f"/actions/{shown.type}/{shown.id}")


async def list_actions(request: Call, action_type: FromPath[str]) -> Response[list[ActionDocument]]:
    """Actions within scope, of a type or of any."""
    return await _listed(request, action_type)


async def get_action(request: Call, action_type: FromPath[str], action_id: FromPath[str]) -> ActionDocument:
    """An action."""
    async with request.hub.db.read() as reader:
        action = await store.get(reader, request.access, RecordKind.ACTION, _id_of(action_id))
    _check_is_of(action, action_type)
    return action_of(action, with_scopes=asked(request).with_scopes, with_context=_with_context(request))


async def delete_action(request: Call, action_type: FromPath[str], action_id: FromPath[str]) -> None:
    """Delete an action."""
    async with request.hub.db.transaction() as tx:
        action = await store.get(tx, request.access, RecordKind.ACTION, _id_of(action_id), and_lock=True)
        _check_is_of(action, action_type)
        await delete(tx, request.access, action)


async def create_action_on_thng(
    request: Call, thng_id: FromPath[str], action_type: FromPath[str], data: JSONBody[ActionPayload]
) -> Response[ActionDocument]:
    """Record an action on a thng."""
    _check_role(request, action_type, "c")
    return await create_action(request, action_type, msgspec.structs.replace(data, thng=thng_id))


async def create_action_on_product(
    request: Call, product_id: FromPath[str], action_type: FromPath[str], data: JSONBody[ActionPayload]
) -> Response[ActionDocument]:
    """Record an action on a product."""
    _check_role(request, action_type, "c")
    return await create_action(request, action_type, msgspec.structs.replace(data, product=product_id))


async def list_actions_on_thng(
    request: Call, thng_id: FromPath[str], action_type: FromPath[str]
) -> Response[list[ActionDocument]]:
    """Actions on a thng, as far as they are within scope."""
    _check_role(request, action_type, "r")
    async with request.hub.db.read() as reader:
        await either(reader, request.access, thng_id)
    return await _listed(request, action_type, about("thng", uuid_of("thng", thng_id)))


async def list_actions_on_product(
    request: Call, product_id: FromPath[str], action_type: FromPath[str]
) -> Response[list[ActionDocument]]:
    """Actions on a product and on its thngs, as far as they are within scope."""
    _check_role(request, action_type, "r")
    product = product_id_of(product_id)
    async with request.hub.db.read() as reader:
        await store.get(reader, request.access, RecordKind.PRODUCT, product)
    return await _listed(request, action_type, about("product", product))


async def get_action_on_thng(
    request: Call, thng_id: FromPath[str], action_type: FromPath[str], action_id: FromPath[str]
) -> ActionDocument:
    """An action on a thng."""
    _check_role(request, action_type, "r")
    action = await get_action(request, action_type, action_id)
    if action.thng != thng_id:
        raise NotFound(RecordKind.ACTION, action_id)
    return action


async def get_action_on_product(
    request: Call, product_id: FromPath[str], action_type: FromPath[str], action_id: FromPath[str]
) -> ActionDocument:
    """An action on a product or on one of its thngs."""
    _check_role(request, action_type, "r")
    action = await get_action(request, action_type, action_id)
    if action.product != product_id:
        raise NotFound(RecordKind.ACTION, action_id)
    return action


async def _listed(request: Call, action_type: str, *more: Condition) -> Response[list[ActionDocument]]:
    found = asked(request)
    of_type = None if action_type == _ANY else action_type
    wanted = msgspec.structs.replace(wanted_of(RecordKind.ACTION, found, *more), name=of_type)
    return await paged(
        request,
        found,
        lambda reader, page: listing.page(reader, request.access, wanted, page),
        lambda action: Position(action.created_at, action.record_id),
        lambda action: action_of(action, with_scopes=found.with_scopes, with_context=_with_context(request)),
    )


def _check_role(call: Call, action_type: str, letter: Literal["c", "r"]) -> None:
    """The path begins with what the action is about, but it is an action that a role must allow."""
    call.access.check(f"/actions/{action_type}", letter)


def _check_is_of(action: Record, action_type: str) -> None:
    if action_type not in (_ANY, action.name):
        raise NotFound(RecordKind.ACTION, id_of(action.record_id))


def _with_context(call: Call) -> bool:
    return call.query_params.get("context", "").lower() == "true"


def _id_of(text: str) -> RecordId:
    return RecordId(uuid_of("action", text))
