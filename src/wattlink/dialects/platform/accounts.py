"""Accounts: users' logins at vendors, and how each does."""

from typing import Annotated, Literal

from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from wattlink.base.clock import rfc3339
from wattlink.connectors.devices import Kind
from wattlink.connectors.errors import Refusal
from wattlink.connectors.registry import manifests
from wattlink.dialects.platform.paging import cursors_of
from wattlink.dialects.platform.wire import Answer, PaginationCursors, Timestamp, Uuid, timestamp
from wattlink.domain.access.ids import AccountId
from wattlink.domain.access.paging import Position
from wattlink.domain.accounts.listing import store
from wattlink.domain.accounts.listing.model import ListedAccount, WantedAccounts
from wattlink.domain.accounts.model import AccountState
from wattlink.domain.errors import InvalidInput
from wattlink.web.call import Call, uuid_of
from wattlink.web.cursors.lists import Asked, page_of

State = Literal["good", "suspect", "broken", "deauthorized"]


class LastErrorResponse(Answer):
    """What the last visit failed of."""

    code: str
    at: Timestamp | None


class AccountResponse(Answer):
    """A user's login at a vendor.

    `suspect`: the vendor refused its credential, which isn't believed yet; the user need not do anything. `broken`: the
    user has to sign in again. `cause` and `since` are of either. `vendorDownSince`: the vendor doesn't answer;
    `vendorIncidentSince`: it refuses many credentials at once, and none breaks until that is over. `lastError` is there
    if the last visit failed.
    """

    id: Uuid
    user_id: str
    vendor: str
    label: str | None
    state: State
    cause: Refusal | None
    since: Timestamp | None
    kinds: list[Kind]
    scopes: list[str]
    device_ids: list[Uuid]
    last_success_at: Timestamp | None
    last_error: LastErrorResponse | None
    vendor_down_since: Timestamp | None
    vendor_incident_since: Timestamp | None
    created_at: Timestamp


class PaginatedAccountList(Answer):
    data: list[AccountResponse]
    pagination: PaginationCursors


OfUser = Annotated[
    str | None, QueryParameter(name="userId", description="Only of the user whom the app knows by this id.")
]
AtVendor = Annotated[
    str | None,
    QueryParameter(
        name="vendor", schema_extra={"enum": [*manifests(), None]}, description="Only those at this vendor."
    ),
]
InState = Annotated[State | None, QueryParameter(name="state", description="Only those in this state.")]


async def list_accounts(
    request: Call,
    asked: NamedDependency[Asked],
    of_user: OfUser = None,
    at_vendor: AtVendor = None,
    in_state: InState = None,
) -> PaginatedAccountList:
    """The application's accounts, newest first."""
    if at_vendor is not None and at_vendor not in manifests():
        raise InvalidInput("vendor", f"{at_vendor!r} isn't a vendor here", allowed=tuple(manifests()))
    state = None if in_state is None else AccountState(in_state)
    wanted = WantedAccounts(user=of_user, vendor=at_vendor, state=state)
    page = await page_of(
        request,
        asked,
        lambda reader, edge: store.page(reader, request.access, wanted, edge),
        lambda account: Position(account.created_at, account.account_id),
    )
    return PaginatedAccountList(data=[_shown(one) for one in page.rows], pagination=cursors_of(page))


async def get_account(request: Call, account_id: FromPath[str]) -> AccountResponse:
    """An account."""
    wanted = AccountId(uuid_of("account", account_id))
    async with request.hub.db.read() as reader:
        return _shown(await store.get(reader, request.access, wanted))


def _shown(account: ListedAccount) -> AccountResponse:
    return AccountResponse(
        id=str(account.account_id),
        user_id=account.user,
        vendor=account.vendor,
        label=account.label,
        state=account.state.value,  # type: ignore[arg-type]
        cause=account.cause,
        since=timestamp(account.since),
        kinds=list(account.kinds),
        scopes=list(account.scopes),
        device_ids=[str(device_id) for device_id in account.device_ids],
        last_success_at=timestamp(account.succeeded_at),
        last_error=None
        if account.error is None
        else LastErrorResponse(code=account.error, at=timestamp(account.visited_at)),
        vendor_down_since=timestamp(account.down_since),
        vendor_incident_since=timestamp(account.incident_since),
        created_at=rfc3339(account.created_at),
    )
