"""SQL on device_preferences."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.premises.preferences.model import Kept


async def of_devices(reader: Reader, device_ids: Sequence[DeviceId]) -> dict[DeviceId, Kept]:
    """What is kept of each of these devices."""
    found = await reader.all(
        Kept,
        """
        SELECT device_id, account.state, building_id, quiet_until,
               coalesce(preferences.document, '{}') AS document, changed_at
          FROM device JOIN account USING (account_id) LEFT JOIN device_preferences AS preferences USING (device_id)
         WHERE device_id = ANY(%(device_ids)s)
        """,
        device_ids=list(device_ids),
    )
    return {kept.device_id: kept for kept in found}


async def put(tx: Transaction, kept: Kept, *, now: datetime) -> None:
    """Replace what is kept of a device."""
    await tx.execute(
        """
        INSERT INTO device_preferences (device_id, building_id, document, changed_at)
        VALUES (%(device_id)s, %(building_id)s, %(document)s, %(now)s)
            ON CONFLICT (device_id) DO UPDATE
           SET building_id = excluded.building_id, document = excluded.document, changed_at = excluded.changed_at
        """,
        device_id=kept.device_id,
        building_id=kept.building_id,
        document=Json(kept.document),
        now=now,
    )


async def keep_quiet(tx: Transaction, device_id: DeviceId, *, until: datetime, now: datetime) -> None:
    """Until then nobody is told that something has to be done for the device."""
    await tx.execute(
        """
        INSERT INTO device_preferences (device_id, changed_at, quiet_until) VALUES (%(device_id)s, %(now)s, %(until)s)
            ON CONFLICT (device_id) DO UPDATE
           SET quiet_until = excluded.quiet_until
        """,
        device_id=device_id,
        until=until,
        now=now,
    )
