"""Don't charge when the car is plugged in next."""

from datetime import datetime

from wattlink.connectors.devices import Kind
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.access.model import Access
from wattlink.domain.commands import store as commands
from wattlink.domain.commands.boosts import store
from wattlink.domain.commands.boosts.tell import FOR_NEXT_SESSION, tell
from wattlink.domain.devices import store as devices
from wattlink.domain.errors import NotFound
from wattlink.domain.visits import store as visits


async def disarm(tx: Transaction, access: Access, device_id: DeviceId, *, now: datetime) -> None:
    """What charges already goes on. Raises NotFound; wake the channel `events` afterwards."""
    device = await devices.get(tx, access, device_id, Kind.VEHICLE)
    if not await commands.hold_user(tx, device.user_id):
        raise NotFound("device", device_id)
    await visits.lock(tx, [device.account_id])
    if await store.disarm(tx, device_id):
        await tell(tx, await devices.get(tx, access, device_id, Kind.VEHICLE), FOR_NEXT_SESSION, now=now)
