"""The operator who asks: a token of the organization's, with what is said of its holder."""

from typing import Any

from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.dialects.evrythng.ids import id_of, uuid_of
from wattlink.dialects.evrythng.wire import Answer, Payload, given, merged, milliseconds, told
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations.operators import store
from wattlink.domain.organizations.operators.store import Holder
from wattlink.web.call import Call

_FIELDS = ("email", "first_name", "last_name", "custom_fields")


class OperatorPayload(Payload):
    """What may be said of an operator; what isn't there stays, null takes a field away."""

    email: str | UnsetType | None = UNSET
    first_name: str | UnsetType | None = UNSET
    last_name: str | UnsetType | None = UNSET
    custom_fields: dict[str, Any] | UnsetType | None = UNSET
    id: str | UnsetType = UNSET
    created_at: int | UnsetType = UNSET
    updated_at: int | UnsetType = UNSET


class OperatorDocument(Answer):
    """An operator."""

    id: str
    created_at: int
    updated_at: int
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    custom_fields: dict[str, Any] | UnsetType = UNSET


async def get_operator(request: Call, operator_id: FromPath[str]) -> OperatorDocument:
    """Oneself."""
    _check(request.access, operator_id)
    async with request.hub.db.read() as reader:
        return shown(await store.holder(reader, request.access))


async def update_operator(
    request: Call, operator_id: FromPath[str], data: JSONBody[OperatorPayload]
) -> OperatorDocument:
    """Say something else of oneself."""
    _check(request.access, operator_id)
    async with request.hub.db.transaction() as tx:
        before = await store.lock_holder(tx, request.access)
        document = merged(before.document, given(data, _FIELDS))
        return shown(await store.describe(tx, request.access, document, now=request.hub.clock()))


def shown(holder: Holder) -> OperatorDocument:
    """An operator as it is told."""
    said = holder.document
    return OperatorDocument(
        id=id_of(holder.token_id),
        created_at=milliseconds(holder.created_at),
        updated_at=milliseconds(holder.changed_at or holder.created_at),
        first_name=said.get("firstName", holder.name),
        last_name=told(said.get("lastName")),
        email=told(said.get("email")),
        custom_fields=told(said.get("customFields")),
    )


def _check(access: Access, operator_id: str) -> None:
    if uuid_of("operator", operator_id) != access.actor:
        raise NotFound("operator", operator_id)
