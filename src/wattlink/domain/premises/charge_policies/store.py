"""SQL on charge_policy."""

from datetime import datetime
from typing import Any

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import DeviceId


async def get(reader: Reader, device_id: DeviceId) -> dict[str, Any]:
    """What is kept of a car's charge policy."""
    found = await reader.one_or_none(
        dict, "SELECT document FROM charge_policy WHERE device_id = %(device_id)s", device_id=device_id
    )
    return found or {}


async def put(tx: Transaction, device_id: DeviceId, document: dict[str, Any], now: datetime) -> None:
    """Replace a car's charge policy."""
    await tx.execute(
        """
        INSERT INTO charge_policy (device_id, document, changed_at) VALUES (%(device_id)s, %(document)s, %(now)s)
            ON CONFLICT (device_id) DO UPDATE SET document = excluded.document, changed_at = excluded.changed_at
        """,
        device_id=device_id,
        document=Json(document),
        now=now,
    )
