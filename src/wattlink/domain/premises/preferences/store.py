"""SQL on device_preferences."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.premises.preferences.model import QUIET, Kept


async def of_devices(reader: Reader, device_ids: Sequence[DeviceId]) -> dict[DeviceId, Kept]:
    """What is kept of each of these devices. What broke later than a partner held it for done isn't quiet."""
    found = await reader.all(
        Kept,
        """
        SELECT device_id, account.state, building_id,
               CASE WHEN broken_at > quiet_until - %(quiet)s THEN NULL ELSE quiet_until END AS quiet_until,
               coalesce(preferences.document, '{}') AS document,
               preferences.changed_at, charge_policy.changed_at AS policy_changed_at
          FROM device JOIN account USING (account_id)
               LEFT JOIN device_preferences AS preferences USING (device_id)
               LEFT JOIN charge_policy USING (device_id)
         WHERE device_id = ANY(%(device_ids)s)
        """,
        device_ids=list(device_ids),
        quiet=QUIET,
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


async def keep_quiet(tx: Transaction, device_id: DeviceId, *, now: datetime) -> None:
    """For a while nobody is told that something has to be done for the device, unless it breaks once more."""
    await tx.execute(
        """
        INSERT INTO device_preferences (device_id, changed_at, quiet_until) VALUES (%(device_id)s, %(now)s, %(until)s)
            ON CONFLICT (device_id) DO UPDATE
           SET quiet_until = excluded.quiet_until
        """,
        device_id=device_id,
        until=now + QUIET,
        now=now,
    )
