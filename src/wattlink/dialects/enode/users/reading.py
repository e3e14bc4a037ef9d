"""Users: lists, and one with its links."""

from litestar.di import NamedDependency
from litestar.params import FromPath

from wattlink.base.clock import rfc3339
from wattlink.connectors.devices import Kind
from wattlink.dialects.enode.paging import cursors_of
from wattlink.dialects.enode.vendors import VendorName, name_of
from wattlink.dialects.enode.wire import Answer, PaginationCursors, Timestamp
from wattlink.domain.access.paging import Position
from wattlink.domain.accounts import store as accounts
from wattlink.domain.users import store as users
from wattlink.domain.users.model import User
from wattlink.web.call import Call
from wattlink.web.cursors.lists import Asked, page_of


class UsersListEntry(Answer):
    id: str
    created_at: Timestamp
    scopes: list[str]  # deprecated by Enode, always all


class PaginatedUsersListResponse(Answer):
    data: list[UsersListEntry]
    pagination: PaginationCursors


class LinkedVendor(Answer):
    """What a user linked at one vendor, per kind of device; invalid as soon as one account needs the user."""

    vendor: VendorName
    vendor_type: Kind
    is_valid: bool


class UserResponse(Answer):
    id: str
    linked_vendors: list[LinkedVendor]


async def list_users(request: Call, asked: NamedDependency[Asked]) -> PaginatedUsersListResponse:
    """Every user of the application, newest first."""
    page = await page_of(
        request,
        asked,
        lambda reader, wanted: users.page(reader, request.access, wanted),
        lambda user: Position(user.created_at, user.user_id),
    )
    return PaginatedUsersListResponse(data=[_entry(user) for user in page.rows], pagination=cursors_of(page))


async def get_user(request: Call, user_id: FromPath[str]) -> UserResponse:
    """A user with what is linked."""
    async with request.hub.db.read() as reader:
        user = await users.get(reader, request.access, user_id)
        linked = await accounts.linked_vendors(reader, request.access, user.user_id)
    return UserResponse(
        id=user.external_id,
        linked_vendors=[
            LinkedVendor(vendor=name_of(link.vendor, link.kind), vendor_type=link.kind, is_valid=link.is_valid)
            for link in linked
        ],
    )


def _entry(user: User) -> UsersListEntry:
    return UsersListEntry(id=user.external_id, created_at=rfc3339(user.created_at), scopes=["all"])
