"""The device that an onboarding session led to."""

from wattlink.db.database import Reader
from wattlink.domain.access.ids import AccountId
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import Device


async def device_of(reader: Reader, account_id: AccountId | None, kinds: tuple[str, ...]) -> Device | None:
    """Of the kinds asked for, in their order, the one that was found first; the others are linked too."""
    if account_id is None:
        return None
    found = [device for device in await devices.of_account(reader, account_id) if device.kind in kinds]
    return min(found, key=lambda device: (kinds.index(device.kind), device.created_at, device.device_id), default=None)
