"""The device that an onboarding session led to."""

from wattlink.db.database import Reader
from wattlink.domain.access.ids import AccountId, SessionId
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import Device
from wattlink.domain.linking.onboarding import store


async def device_of(
    reader: Reader, session_id: SessionId, account_id: AccountId | None, kinds: tuple[str, ...]
) -> Device | None:
    """The one that was picked, or of the kinds asked for, in their order, the first one; the others are linked too."""
    if account_id is None:
        return None
    found = [device for device in await devices.of_account(reader, account_id) if device.kind in kinds]
    picked = await store.picked(reader, session_id)
    if chosen := next((device for device in found if device.device_id == picked), None):
        return chosen
    return min(found, key=lambda device: (kinds.index(device.kind), device.created_at, device.device_id), default=None)
