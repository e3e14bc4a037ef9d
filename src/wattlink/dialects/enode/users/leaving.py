"""The ways out: a user is deleted, deauthorized, or disconnected from a vendor."""

from typing import Annotated

from litestar.params import FromPath, PathParameter

from wattlink.connectors.devices import Kind
from wattlink.dialects.enode.vendors import names_of, vendors_named
from wattlink.domain.leaving.deauthorize import deauthorize
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.leaving.disconnect import disconnect
from wattlink.web.bodies import InvalidBody, Issue
from wattlink.web.call import Call

Vendor = Annotated[str, PathParameter(schema_extra={"enum": list(names_of())})]


async def remove_user(request: Call, user_id: FromPath[str]) -> None:
    """Delete a user and everything of theirs."""
    hub = request.hub
    async with hub.db.transaction() as tx:
        await delete_user(tx, request.access, user_id, vault=hub.vault, now=hub.clock())
    hub.door.forget()
    hub.notifier.wake("events")


async def deauthorize_user(request: Call, user_id: FromPath[str]) -> None:
    """Give up the access to a user's accounts; ids and last values stay for a later link."""
    hub = request.hub
    async with hub.db.transaction() as tx:
        await deauthorize(tx, request.access, user_id, vault=hub.vault, now=hub.clock())
    hub.notifier.wake("events")


async def disconnect_vendor(request: Call, user_id: FromPath[str], vendor: Vendor) -> None:
    """Disconnect a user from a vendor."""
    await _disconnect(request, user_id, vendor, None)


async def disconnect_vendor_type(
    request: Call, user_id: FromPath[str], vendor: Vendor, vendor_type: FromPath[Kind]
) -> None:
    """Disconnect a user's devices of one kind from a vendor."""
    await _disconnect(request, user_id, vendor, vendor_type)


async def _disconnect(call: Call, user_id: str, name: str, kind: Kind | None) -> None:
    vendors = vendors_named(name, kind)
    if not vendors:
        what = "a vendor" if kind is None else f"a vendor of {kind}s"
        raise InvalidBody([Issue("vendor", f"{name!r} isn't {what} here", names_of(kind))])
    hub = call.hub
    async with hub.db.transaction() as tx:
        for vendor in vendors:
            await disconnect(tx, call.access, user_id, vendor, kind, vault=hub.vault, now=hub.clock())
    hub.notifier.wake("events")
