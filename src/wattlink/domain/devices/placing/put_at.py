"""Put a device, which doesn't tell its position, at one of its user's locations."""

from datetime import datetime

from wattlink.connectors.devices import Kind
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import DeviceId, LocationId
from wattlink.domain.access.model import Access
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import Device
from wattlink.domain.devices.placing import store
from wattlink.domain.errors import InvalidInput
from wattlink.domain.locations import store as locations


async def put_at(
    tx: Transaction, access: Access, device_id: DeviceId, kind: Kind, location_id: LocationId | None, *, now: datetime
) -> Device:
    """The device as it is then, at no location for None. Raises NotFound, InvalidInput."""
    device = await devices.get(tx, access, device_id, kind)
    if location_id is not None and not await locations.hold(tx, access, device.user_id, location_id):
        raise InvalidInput("location_id", "isn't a location of the device's user")
    await store.put_at(tx, device_id, location_id, now)
    return await devices.get(tx, access, device_id, kind)
