"""SQL on boosts and charge policies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import CommandId, DeviceId
from wattlink.domain.premises.charging.model import Armed, Boost

_ENDED = """
    DELETE FROM boost USING command, device_state AS seen
     WHERE command.command_id = boost.command_id AND seen.device_id = boost.device_id AND NOT boost.is_armed
       AND command.completed_at IS NOT NULL
       AND seen.document -> 'charge_state' ->> 'is_charging' IS DISTINCT FROM 'true'
"""


async def of_devices(reader: Reader, device_ids: Sequence[DeviceId]) -> dict[DeviceId, Boost]:
    """The boosts that these devices have."""
    found = await reader.all(
        Boost,
        """
        SELECT boost.device_id, boost.command_id, command.state AS command_state, is_armed
          FROM boost LEFT JOIN command USING (command_id)
         WHERE boost.device_id = ANY(%(device_ids)s)
        """,
        device_ids=list(device_ids),
    )
    return {boost.device_id: boost for boost in found}


async def begin(tx: Transaction, device_id: DeviceId, command_id: CommandId, now: datetime) -> None:
    """The car was told to charge; nothing waits for the next session any more."""
    await tx.execute(
        """
        INSERT INTO boost (device_id, command_id, is_armed, due_at, asked_at)
        VALUES (%(device_id)s, %(command_id)s, false, %(now)s, %(now)s)
            ON CONFLICT (device_id) DO UPDATE SET command_id = excluded.command_id, is_armed = false
        """,
        device_id=device_id,
        command_id=command_id,
        now=now,
    )


async def arm(tx: Transaction, device_id: DeviceId, now: datetime) -> None:
    """It begins when the car is plugged in."""
    await tx.execute(
        """
        INSERT INTO boost (device_id, is_armed, due_at, asked_at) VALUES (%(device_id)s, true, %(now)s, %(now)s)
            ON CONFLICT (device_id) DO UPDATE SET is_armed = true, due_at = excluded.due_at
        """,
        device_id=device_id,
        now=now,
    )


async def disarm(tx: Transaction, device_id: DeviceId) -> bool:
    """It doesn't begin by itself any more; whether it would have."""
    changed = await tx.execute(
        "UPDATE boost SET is_armed = false WHERE device_id = %(device_id)s AND is_armed", device_id=device_id
    )
    return changed > 0


async def put_off(tx: Transaction, device_id: DeviceId, until: datetime) -> None:
    """It couldn't begin; nobody tries again before then."""
    await tx.execute(
        "UPDATE boost SET due_at = %(until)s WHERE device_id = %(device_id)s AND is_armed",
        device_id=device_id,
        until=until,
    )


async def due(reader: Reader, now: datetime, limit: int) -> list[Armed]:
    """Boosts whose car is plugged in by now."""
    return await reader.all(
        Armed,
        """
        SELECT boost.device_id, application_id
          FROM boost JOIN device USING (device_id) JOIN device_state AS seen USING (device_id)
         WHERE is_armed AND due_at <= %(now)s AND seen.document -> 'charge_state' ->> 'is_plugged_in' = 'true'
         ORDER BY due_at
         LIMIT %(limit)s
        """,
        now=now,
        limit=limit,
    )


async def drop_ended(tx: Transaction) -> int:
    """Forget boosts whose car was told and charges no longer, so that its next session isn't taken for one."""
    return await tx.execute(_ENDED)


async def policy(reader: Reader, device_id: DeviceId) -> dict[str, Any]:
    """What is kept of a car's charge policy."""
    found = await reader.one_or_none(
        dict, "SELECT document FROM charge_policy WHERE device_id = %(device_id)s", device_id=device_id
    )
    return found or {}


async def put_policy(tx: Transaction, device_id: DeviceId, document: dict[str, Any], now: datetime) -> None:
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
