"""Users: lists, one with its links, and the three ways of leaving."""

from litestar.di import NamedDependency
from litestar.params import FromPath

from wattlink.base.clock import rfc3339
from wattlink.connectors.devices import Kind
from wattlink.dialects.enode.paging import cursors_of, page_of
from wattlink.dialects.enode.vendors import VendorName, name_of, names_of, vendors_named
from wattlink.dialects.enode.wire import Answer, PaginationCursors, Timestamp
from wattlink.domain.access.paging import Position
from wattlink.domain.accounts import store as accounts
from wattlink.domain.leaving.deauthorize import deauthorize
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.leaving.disconnect import disconnect
from wattlink.domain.users import store as users
from wattlink.domain.users.model import User
from wattlink.web.bodies import InvalidBody, Issue
from wattlink.web.call import Call
from wattlink.web.cursors import Asked


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


async def remove_user(request: Call, user_id: FromPath[str]) -> None:
    """Delete a user and everything of theirs."""
    hub = request.hub
    async with hub.db.transaction() as tx:
        await delete_user(tx, request.access, user_id, vault=hub.vault, now=hub.clock())
    hub.notifier.wake("events")


async def deauthorize_user(request: Call, user_id: FromPath[str]) -> None:
    """Give up the access to a user's accounts; ids and last values stay for a later link."""
    hub = request.hub
    async with hub.db.transaction() as tx:
        await deauthorize(tx, request.access, user_id, vault=hub.vault, now=hub.clock())
    hub.notifier.wake("events")


async def disconnect_vendor(request: Call, user_id: FromPath[str], vendor: FromPath[VendorName]) -> None:
    """Disconnect a user from a vendor."""
    await _disconnect(request, user_id, vendor, None)


async def disconnect_vendor_type(
    request: Call, user_id: FromPath[str], vendor: FromPath[VendorName], vendor_type: FromPath[Kind]
) -> None:
    """Disconnect a user's devices of one kind from a vendor."""
    await _disconnect(request, user_id, vendor, vendor_type)


async def _disconnect(call: Call, user_id: str, name: str, kind: Kind | None) -> None:
    vendors = vendors_named(name, kind)
    if not vendors:
        raise InvalidBody([Issue("vendor", f"{name!r} isn't a vendor here", names_of(kind))])
    hub = call.hub
    async with hub.db.transaction() as tx:
        for vendor in vendors:
            await disconnect(tx, call.access, user_id, vendor, kind, vault=hub.vault, now=hub.clock())
    hub.notifier.wake("events")


def _entry(user: User) -> UsersListEntry:
    return UsersListEntry(id=user.external_id, created_at=rfc3339(user.created_at), scopes=["all"])
