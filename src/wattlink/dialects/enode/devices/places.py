"""Where devices are, on the wire, and putting those somewhere that don't tell it."""

from uuid import UUID

from msgspec import UNSET, UnsetType

from wattlink.connectors import devices as normal
from wattlink.connectors.devices import Kind
from wattlink.dialects.enode.devices.reading import Owned
from wattlink.dialects.enode.headers import CURRENT_VERSION
from wattlink.dialects.enode.wire import Answer, Payload, Timestamp, Uuid, device_id_of, timestamp
from wattlink.domain.access.ids import LocationId
from wattlink.domain.devices.model import Device
from wattlink.domain.devices.placing.put_at import put_at
from wattlink.domain.errors import InvalidInput
from wattlink.web.call import Call


class DeviceLocation(Answer):
    """Where a device is, in degrees, and at which of its user's locations that is."""

    id: Uuid | None
    longitude: float | None
    latitude: float | None
    last_updated: Timestamp | None


class DeviceUpdatePayload(Payload):
    """The location at which a device is; null: at none."""

    location_id: Uuid | None


def device_location(owned: Owned, found: normal.Position) -> DeviceLocation:
    """A position on the wire."""
    return DeviceLocation(
        id=location_id(owned),
        longitude=found.longitude,
        latitude=found.latitude,
        last_updated=timestamp(found.last_updated),
    )


def location_id(owned: Owned) -> Uuid | None:
    """The location at which a device is."""
    return None if owned.location_id is None else str(owned.location_id)


def older_location_id(owned: Owned, version: str) -> Uuid | UnsetType | None:
    """The same, where versions before the current one have it: at the top of a device."""
    return UNSET if version == CURRENT_VERSION else location_id(owned)


async def put_device_at(call: Call, text: str, kind: Kind, sent: DeviceUpdatePayload) -> Device:
    """The device as it is then; raises NotFound, InvalidInput."""
    wanted = None if sent.location_id is None else _location_id_of(sent.location_id)
    async with call.hub.db.transaction() as tx:
        return await put_at(tx, call.access, device_id_of(text), kind, wanted, now=call.hub.clock())


def _location_id_of(text: str) -> LocationId:
    try:
        return LocationId(UUID(text))
    except ValueError:
        raise InvalidInput("location_id", "isn't a UUID") from None
