"""The account of the operator who asks: the organization, and the operator's own access to it."""

from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.dialects.evrythng.admission import key_of
from wattlink.dialects.evrythng.ids import id_of, uuid_of
from wattlink.dialects.evrythng.wire import Answer, Payload, milliseconds
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.organizations import store
from wattlink.domain.sharing.roles.model import ADMIN
from wattlink.web.call import Call


class AccountDocument(Answer):
    """An organization."""

    id: str
    name: str
    created_at: int
    updated_at: int


class AccountAccessDocument(Answer):
    """An operator's access to an account: of others nothing is told, and of one's own the key that was sent."""

    id: str
    account: str
    operator: str
    role: str
    api_key: str


class AccountAccessPayload(Payload):
    """Operators all have the same role."""

    role: str
    id: str | UnsetType = UNSET
    account: str | UnsetType = UNSET
    operator: str | UnsetType = UNSET
    api_key: str | UnsetType = UNSET


async def list_accounts(request: Call) -> list[AccountDocument]:
    """The one account of the operator."""
    return [await _account(request)]


async def get_account(request: Call, account_id: FromPath[str]) -> AccountDocument:
    """The account."""
    _check(request, account_id)
    return await _account(request)


async def list_account_accesses(request: Call, account_id: FromPath[str]) -> list[AccountAccessDocument]:
    """The operator's own access."""
    _check(request, account_id)
    return [_access(request)]


async def get_account_access(
    request: Call, account_id: FromPath[str], access_id: FromPath[str]
) -> AccountAccessDocument:
    """The operator's own access."""
    _check(request, account_id)
    if access_id != _access(request).id:
        raise NotFound("access", access_id)
    return _access(request)


async def update_account_access(
    request: Call, account_id: FromPath[str], access_id: FromPath[str], data: JSONBody[AccountAccessPayload]
) -> AccountAccessDocument:
    """Keep the role that every operator has."""
    shown = await get_account_access(request, account_id, access_id)
    if data.role != shown.role:
        raise InvalidInput("role", "is the same for every operator", allowed=(shown.role,))
    return shown


async def _account(request: Call) -> AccountDocument:
    async with request.hub.db.read() as reader:
        found = await store.get_organization(reader, request.access.organization_id)
    made_at = milliseconds(found.created_at)
    return AccountDocument(id=id_of(found.organization_id), name=found.name, created_at=made_at, updated_at=made_at)


def _check(request: Call, account_id: str) -> None:
    if uuid_of("account", account_id) != request.access.organization_id:
        raise NotFound("account", account_id)


def _access(request: Call) -> AccountAccessDocument:
    assert request.access.actor is not None
    operator = id_of(request.access.actor)
    return AccountAccessDocument(
        id=operator,
        account=id_of(request.access.organization_id),
        operator=operator,
        role=ADMIN,
        api_key=key_of(request),
    )
