"""Operators' tokens: one per person or machine that administers."""

from litestar.params import FromPath, JSONBody

from wattlink.base.clock import rfc3339
from wattlink.dialects.platform.wire import Answer, Name, Payload, Timestamp, Uuid, timestamp
from wattlink.domain.access.ids import OperatorTokenId
from wattlink.domain.organizations.model import OperatorToken
from wattlink.domain.organizations.operators import store
from wattlink.domain.organizations.operators.create import create_operator_token as create
from wattlink.web.call import Call, uuid_of


class OperatorTokenPayload(Payload):
    name: Name


class OperatorTokenResponse(Answer):
    """A live token; `lastUsedAt` to the minute."""

    id: Uuid
    name: str
    is_own: bool
    created_at: Timestamp
    last_used_at: Timestamp | None


class OperatorTokenList(Answer):
    data: list[OperatorTokenResponse]


class NewOperatorTokenResponse(Answer):
    """`token` is shown here and never again."""

    id: Uuid
    name: str
    token: str
    created_at: Timestamp


async def list_operator_tokens(request: Call) -> OperatorTokenList:
    """The organization's live tokens, oldest first; the caller's own is marked."""
    async with request.hub.db.read() as reader:
        found = await store.of_organization(reader, request.access.organization_id)
    return OperatorTokenList(data=[_shown(token, request) for token in found])


async def create_operator_token(request: Call, data: JSONBody[OperatorTokenPayload]) -> NewOperatorTokenResponse:
    """A further token, with the reach of the caller's."""
    async with request.hub.db.transaction() as tx:
        made = await create(tx, request.access.organization_id, data.name, now=request.hub.clock())
    return NewOperatorTokenResponse(
        id=str(made.token_id), name=made.name, token=made.token, created_at=rfc3339(made.created_at)
    )


async def revoke_operator_token(request: Call, token_id: FromPath[str]) -> None:
    """End a token, everywhere at once; the caller's own too."""
    ended = OperatorTokenId(uuid_of("operator token", token_id))
    async with request.hub.db.transaction() as tx:
        await store.end(tx, request.access.organization_id, ended, request.hub.clock())


def _shown(token: OperatorToken, request: Call) -> OperatorTokenResponse:
    return OperatorTokenResponse(
        id=str(token.token_id),
        name=token.name,
        is_own=token.token_id == request.access.actor,
        created_at=rfc3339(token.created_at),
        last_used_at=timestamp(token.last_used_at),
    )
