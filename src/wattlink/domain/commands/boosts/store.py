"""SQL on boost."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import AccountId, CommandId, DeviceId
from wattlink.domain.commands.boosts.model import Armed, Boost


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
        INSERT INTO boost (device_id, command_id, is_armed, asked_at)
        VALUES (%(device_id)s, %(command_id)s, false, %(now)s)
            ON CONFLICT (device_id) DO UPDATE
           SET command_id = excluded.command_id, is_armed = false, due_at = NULL
        """,
        device_id=device_id,
        command_id=command_id,
        now=now,
    )


async def arm(tx: Transaction, device_id: DeviceId, now: datetime) -> None:
    """It begins when the car is plugged in."""
    await tx.execute(
        """
        INSERT INTO boost (device_id, is_armed, asked_at) VALUES (%(device_id)s, true, %(now)s)
            ON CONFLICT (device_id) DO UPDATE SET is_armed = true, due_at = NULL, asked_at = excluded.asked_at
        """,
        device_id=device_id,
        now=now,
    )


async def disarm(tx: Transaction, device_id: DeviceId) -> bool:
    """It doesn't begin by itself any more; whether it would have."""
    changed = await tx.execute(
        "UPDATE boost SET is_armed = false, due_at = NULL WHERE device_id = %(device_id)s AND is_armed",
        device_id=device_id,
    )
    return changed > 0


async def disarm_of_accounts(tx: Transaction, account_ids: Sequence[AccountId]) -> None:
    """Nobody may tell these accounts' cars anything: nothing waits for them any more."""
    await tx.execute(
        """
        UPDATE boost SET is_armed = false, due_at = NULL
         WHERE is_armed AND device_id IN (SELECT device_id FROM device WHERE account_id = ANY(%(account_ids)s))
        """,
        account_ids=list(account_ids),
    )


async def plugged_in(tx: Transaction, device_ids: Sequence[DeviceId], now: datetime) -> int:
    """These cars are seen to be plugged in: what waited for that is due; how many."""
    return await tx.execute(
        """
        UPDATE boost SET due_at = %(now)s
         WHERE device_id = ANY(%(device_ids)s) AND is_armed AND due_at IS NULL
        """,
        device_ids=list(device_ids),
        now=now,
    )


async def ceased(tx: Transaction, device_ids: Sequence[DeviceId]) -> None:
    """These cars are seen not to charge: what is over is forgotten; no later charging is taken for it."""
    await tx.execute(
        """
        DELETE FROM boost
         WHERE device_id = ANY(%(device_ids)s) AND NOT is_armed
           AND NOT EXISTS (SELECT FROM command WHERE command_id = boost.command_id AND completed_at IS NULL)
        """,
        device_ids=list(device_ids),
    )


async def put_off(tx: Transaction, device_id: DeviceId, until: datetime | None) -> None:
    """It couldn't begin; it does then, or (None) when the car is plugged in again."""
    await tx.execute(
        "UPDATE boost SET due_at = %(until)s WHERE device_id = %(device_id)s AND is_armed",
        device_id=device_id,
        until=until,
    )


async def due(reader: Reader, now: datetime, limit: int) -> list[Armed]:
    """Boosts that begin now."""
    return await reader.all(
        Armed,
        """
        SELECT device_id, application_id
          FROM boost JOIN device USING (device_id)
         WHERE is_armed AND due_at <= %(now)s
         ORDER BY due_at
         LIMIT %(limit)s
        """,
        now=now,
        limit=limit,
    )


async def bring_forward(tx: Transaction, account_ids: Sequence[AccountId], by: timedelta) -> None:
    """The time of these accounts jumps: what was put off begins that much sooner."""
    await tx.execute(
        """
        UPDATE boost SET due_at = due_at - %(by)s
         WHERE due_at IS NOT NULL
           AND device_id IN (SELECT device_id FROM device WHERE account_id = ANY(%(account_ids)s))
        """,
        account_ids=list(account_ids),
        by=by,
    )
