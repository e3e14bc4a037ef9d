"""A user's devices of one type: listed, read, and told what the partner wishes of them."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any

import msgspec
from litestar.params import FromPath, QueryParameter

from wattlink.connectors.devices import Kind
from wattlink.db.database import Reader, Transaction
from wattlink.dialects.podero.devices import documents, preferences
from wattlink.dialects.podero.devices.cues import resolution_of
from wattlink.dialects.podero.devices.rendering import Seen, rendered
from wattlink.dialects.podero.kinds import DeviceType
from wattlink.dialects.podero.wire import device_id_of, user_id_of
from wattlink.domain.access.ids import BuildingId
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.commands.boosts import store as boosts_store
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.listing.store import page as page_of_devices
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import NotFound
from wattlink.domain.premises import store as premises
from wattlink.domain.premises.preferences import store as kept
from wattlink.domain.premises.preferences.change import change
from wattlink.domain.users import store as users
from wattlink.domain.users.people import store as people
from wattlink.domain.users.people.model import Person
from wattlink.web.bodies import decode
from wattlink.web.call import Call

_MOST = 1000
_DOCUMENTS: dict[Kind, type[documents.Device]] = {
    Kind.HVAC: documents.HeatPump,
    Kind.VEHICLE: documents.ElectricVehicle,
    Kind.INVERTER: documents.Inverter,
    Kind.CHARGER: documents.Wallbox,
}
Deleted = Annotated[bool, QueryParameter(description="Devices that are gone leave nothing behind here.")]
View = Callable[..., Coroutine[Any, Any, Any]]


def listing_of(one: DeviceType) -> View:
    """The view that lists devices of a type."""

    async def listing(request: Call, include_deleted: Deleted = False) -> Any:  # noqa: ARG001
        """Every device of this type that the user has, newest first."""
        async with request.hub.db.read() as reader:
            owner = await people.get(reader, request.access, user_id_of(request))
            found = await page_of_devices(
                reader, request.access, one.kind, user=owner.external_id, page=PageRequest(limit=_MOST)
            )
            seen = await _seen(reader, request, owner, found)
        return [rendered(each) for each in seen]

    listing.__annotations__["return"] = list[_DOCUMENTS[one.kind]]  # type: ignore[valid-type,name-defined]
    return listing


def reading_of(one: DeviceType) -> View:
    """The view that reads a device of a type."""

    async def reading(request: Call, device_id: FromPath[str], include_deleted: Deleted = False) -> Any:  # noqa: ARG001
        """One device, with its latest state."""
        async with request.hub.db.read() as reader:
            return rendered(await one_of(reader, request, one, device_id))

    reading.__annotations__["return"] = _DOCUMENTS[one.kind]
    return reading


def changing_of(one: DeviceType) -> View:
    """The view that takes what a partner wishes of a device."""

    async def changing(request: Call, device_id: FromPath[str]) -> Any:
        """Keep what is sent, beside what was kept before."""
        given = decode(await request.body(), preferences.OF_KIND[one.kind])
        async with request.hub.db.transaction() as tx:
            await users.hold(tx, user_id_of(request))  # whoever deletes the user comes before or after, as events need
            await devices.hold(tx, request.access, device_id_of(device_id))
            before = await one_of(tx, request, one, device_id)
            building_id = await _building(tx, request, given, before.kept.building_id)
            document = {**before.kept.document, **preferences.said(given)}
            preferences.check(document)
            after = msgspec.structs.replace(
                before.kept,
                building_id=building_id,
                document={name: value for name, value in document.items() if value is not None},
                changed_at=request.hub.clock(),
            )
            await change(tx, before.device, before.kept, after, now=request.hub.clock())
        request.hub.notifier.wake("events")
        return rendered(before._replace(kept=after))

    changing.__annotations__["return"] = _DOCUMENTS[one.kind]
    return changing


async def one_of(reader: Reader, request: Call, one: DeviceType, device_id: str) -> Seen:
    """The user's device of the type; raises NotFound."""
    owner = await people.get(reader, request.access, user_id_of(request))
    found = await devices.get(reader, request.access, device_id_of(device_id), one.kind)
    seen = await _seen(reader, request, owner, [found]) if found.user_id == owner.user_id else []
    if not seen:  # another user's, or removed at this moment
        raise NotFound("device", device_id)
    return seen[0]


async def _seen(reader: Reader, request: Call, owner: Person, found: Sequence[Device]) -> list[Seen]:
    device_ids = [device.device_id for device in found]
    known = await kept.of_devices(reader, device_ids)
    are_cars = bool(found) and found[0].kind is Kind.VEHICLE
    boosts = await boosts_store.of_devices(reader, device_ids) if are_cars else {}
    return [
        Seen(device, owner, one, resolution_of(request, device, one), boosts.get(device.device_id))
        for device in found
        if (one := known.get(device.device_id)) is not None
    ]


async def _building(
    tx: Transaction, request: Call, given: preferences.Preferences, before: BuildingId | None
) -> BuildingId | None:
    said = preferences.building_said(given)
    if isinstance(said, msgspec.UnsetType):
        return before
    if said is None:
        return None
    await premises.building(tx, request.access, user_id_of(request), said)
    return said
