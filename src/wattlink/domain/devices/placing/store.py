"""SQL on where devices are: `location_id` and `located_at` of device_state."""

from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import DeviceId, LocationId, UserId


async def put_at(tx: Transaction, device_id: DeviceId, location_id: LocationId | None, now: datetime) -> None:
    """Put a device at a location, or at none; one that is there already stays since then."""
    await tx.execute(
        """
        UPDATE device_state SET location_id = %(location_id)s, located_at = %(now)s
         WHERE device_id = %(device_id)s AND location_id IS DISTINCT FROM %(location_id)s
        """,
        device_id=device_id,
        location_id=location_id,
        now=now,
    )


async def relocate(tx: Transaction, user_id: UserId) -> None:
    """Match the positions that a user's devices show to the user's locations."""
    await tx.execute(
        """
        UPDATE device_state SET location_id = location_of(user_id, document, location_id)
          FROM device
         WHERE device.device_id = device_state.device_id
           AND account_id IN (SELECT account_id FROM account WHERE user_id = %(user_id)s)
           AND location_id IS DISTINCT FROM location_of(user_id, document, location_id)
        """,
        user_id=user_id,
    )
