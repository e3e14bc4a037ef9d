"""A user's linked devices as thngs: what doesn't change in custom fields, the latest state in properties.

A property's name is the path of the value in the normalised form, in lower case with underscores, such as
`charge_state_battery_level`; what the vendor doesn't tell is left out.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from wattlink.connectors.devices import Document
from wattlink.db.database import Reader
from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.evrythng.records.showing import scopes_of
from wattlink.dialects.evrythng.records.wire import ThngDocument
from wattlink.dialects.evrythng.wire import milliseconds
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.devices import store
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import NotFound
from wattlink.domain.records.filters import fulfils
from wattlink.domain.records.model import Scopes, Wanted
from wattlink.web.openapi import camel

_IDENTIFIERS = {"vin": "vin", "serial": "serial_number"}
_APART = ("capabilities", "information", "kind")  # what isn't state


async def get(reader: Reader, access: Access, device_id: DeviceId) -> Device:
    """The linked device, if it is the caller's: a user's, or the device itself. Raises NotFound."""
    is_its_own = access.kind is KeyKind.DEVICE and access.subject_id == device_id and bool(access.applications)
    if access.kind is not KeyKind.USER and not is_its_own:
        raise NotFound("thng", device_id)
    return await store.get(reader, access, device_id)


async def wanted_of(reader: Reader, access: Access, wanted: Wanted, page: PageRequest) -> list[Device]:
    """Those of a user's linked devices that stand on a page of thngs, newest first."""
    if access.kind is not KeyKind.USER or access.only_user is None:
        return []
    if wanted.project_id not in (None, access.project_id):
        return []
    devices = await store.published_of_user(reader, access.only_user)
    found = [device for device in devices if _is_wanted(device, wanted) and _is_on(page, device)]
    return sorted(found, key=lambda device: (device.created_at, device.device_id), reverse=True)


def thng_of(device: Device, access: Access, *, with_scopes: bool) -> ThngDocument:
    """A linked device as it is shown."""
    document = device.document
    said = dict(_flat(document.information))
    name = said.get("display_name") or " ".join(str(said[part]) for part in ("brand", "model") if part in said)
    identifiers = {shown: str(said[key]) for shown, key in _IDENTIFIERS.items() if key in said}
    projects = () if access.project_id is None else (access.project_id,)
    scopes = scopes_of(Scopes(users=(device.user_id,), projects=projects))
    return ThngDocument(
        id=id_of(device.device_id),
        created_at=milliseconds(device.created_at),
        updated_at=milliseconds(device.updated_at),
        name=str(name or device.kind),
        tags=[device.kind, device.vendor],
        identifiers=identifiers or msgspec.UNSET,
        custom_fields={"kind": device.kind, "vendor": device.vendor} | {camel(key): said[key] for key in said},
        properties=properties_of(document),
        scopes=scopes if with_scopes else msgspec.UNSET,
    )


def properties_of(document: Document) -> dict[str, Any]:
    """The state of a device, each value by its name."""
    return dict(_flat(document, leave_out=_APART))


def _is_wanted(device: Device, wanted: Wanted) -> bool:
    if wanted.ids is not None and device.device_id not in wanted.ids:
        return False
    if not wanted.conditions:
        return True
    nobody = Access(applications=())
    return fulfils(msgspec.to_builtins(thng_of(device, nobody, with_scopes=False)), wanted.conditions)


def _is_on(page: PageRequest, device: Device) -> bool:
    place = (device.created_at, device.device_id)
    if page.after is not None:
        return place < (page.after.created_at, page.after.row_id)
    return page.before is None or place > (page.before.created_at, page.before.row_id)


def _flat(part: msgspec.Struct, leave_out: Sequence[str] = (), prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if name in leave_out or value is None:
            continue
        if isinstance(value, msgspec.Struct):
            yield from _flat(value, (), f"{prefix}{name}_")
        else:
            yield prefix + name, milliseconds(value) if isinstance(value, datetime) else value
