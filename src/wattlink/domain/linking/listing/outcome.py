"""The one device that a partner hears of, of those that its session led to."""

from wattlink.db.database import Reader
from wattlink.domain.access.ids import AccountId, DeviceId, SessionId
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import Device
from wattlink.domain.linking import store
from wattlink.domain.linking.model import LinkSession


async def told_device(reader: Reader, completed: LinkSession) -> DeviceId | None:
    """Of a completed session; where it mended a device, that one."""
    if completed.relink_device_id is not None:
        return completed.relink_device_id
    found = await device_of(reader, completed.session_id, completed.account_id, completed.kinds)
    return None if found is None else found.device_id


async def device_of(
    reader: Reader, session_id: SessionId, account_id: AccountId | None, kinds: tuple[str, ...]
) -> Device | None:
    """The one that was picked, or of the kinds asked for, in their order, the first one; the others are linked too."""
    if account_id is None:
        return None
    picked = await store.picked(reader, session_id)
    asked = [device for device in await devices.of_account(reader, account_id) if device.kind in kinds]
    if chosen := next((device for device in asked if device.device_id == picked), None):
        return chosen
    return min(asked, key=lambda device: (kinds.index(device.kind), device.created_at, device.device_id), default=None)
