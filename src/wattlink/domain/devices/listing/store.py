"""SQL that reads device and device_state, as far as the caller reaches."""

from typing import Any

from wattlink.connectors.devices import Kind
from wattlink.db.database import Reader
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.access.store import across, within
from wattlink.domain.devices.model import Device
from wattlink.domain.devices.store import PUBLISHED

_OLDER = " AND (device.created_at, device_id) < (%(edge_at)s::timestamptz, %(edge_id)s)"
_NEWER = " AND (device.created_at, device_id) > (%(edge_at)s::timestamptz, %(edge_id)s)"
_DOWN, _UP = (
    " ORDER BY created_at DESC, device_id DESC LIMIT %(limit)s",
    " ORDER BY created_at, device_id LIMIT %(limit)s",
)
_OF_KIND = PUBLISHED + " AND kind = %(kind)s "
_OF_USER = _OF_KIND + " AND external_id = %(user)s AND app_user.application_id = ANY(%(applications)s) "
_AS_JSON = "row_to_json(found)::text"
_OF_KIND_OLDER = across(_OF_KIND + _OLDER, _DOWN, _AS_JSON)
_OF_KIND_NEWER = across(_OF_KIND + _NEWER, _UP, _AS_JSON)
_OF_USER_OLDER = "SELECT " + _AS_JSON + " FROM (" + _OF_USER + _OLDER + ") AS found" + _DOWN  # noqa: S608 - constants
_OF_USER_NEWER = "SELECT " + _AS_JSON + " FROM (" + _OF_USER + _NEWER + ") AS found" + _UP  # noqa: S608 - constants


async def page(
    reader: Reader, access: Access, kind: Kind, *, user: str | None = None, page: PageRequest
) -> list[Device]:
    """Devices of a kind, newest first, perhaps of one user; with `before` the page that ends just before it."""
    asked = {"only_user": access.only_user, "kind": kind, "user": user, **page.params()}
    reach: dict[str, Any] = {"applications": list(access.applications)}
    if user is None:
        sql = _OF_KIND_NEWER if page.is_backwards else _OF_KIND_OLDER
    else:
        sql, reach = within(_OF_USER_NEWER if page.is_backwards else _OF_USER_OLDER, access)
    found = await reader.all_from_json(Device, sql, **reach, **asked)
    return found[::-1] if page.is_backwards else found
