"""SQL on command. Several rows are locked in the order of their ids; who also locks visits locks those first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import AccountId, CommandId, DeviceId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.commands.model import CommandState, DeviceCommand
from wattlink.domain.errors import NotFound

COLUMNS = """
    command_id, told.application_id, told.user_id, external_id AS "user", account_id, device_id, vendor, kind,
    told.command, state, failure, detail, tries, told.created_at, updated_at, sent_at, completed_at, expires_at
"""
_OF = "SELECT" + COLUMNS + "FROM command AS told JOIN app_user USING (user_id) "


class Waiting(msgspec.Struct, frozen=True):
    """Commands that aren't over, and since when the oldest waits."""

    state: CommandState
    rows: int
    oldest: datetime


async def get(reader: Reader, access: Access, command_id: CommandId, kind: Kind) -> DeviceCommand:
    """The command, if this caller may see it and its device is of this kind."""
    found = await reader.one_or_none(
        DeviceCommand,
        _OF
        + """
         WHERE command_id = %(command_id)s AND kind = %(kind)s AND told.application_id = ANY(%(applications)s)
           AND (%(only_user)s::uuid IS NULL OR told.user_id = %(only_user)s)
        """,
        command_id=command_id,
        kind=kind,
        applications=list(access.applications),
        only_user=access.only_user,
    )
    if found is None:
        raise NotFound("command", command_id)
    return found


async def open_of_device(reader: Reader, device_id: DeviceId) -> DeviceCommand | None:
    """The command of a device that isn't over."""
    return await reader.one_or_none(
        DeviceCommand, _OF + "WHERE device_id = %(device_id)s AND completed_at IS NULL", device_id=device_id
    )


async def time_of(reader: Reader, device_id: DeviceId, number: int, *, since: datetime) -> datetime | None:
    """When the last command but `number - 1` was given to a device, if that was later than `since`."""
    return await reader.one_or_none(
        datetime,
        """
        SELECT created_at FROM command WHERE device_id = %(device_id)s AND created_at > %(since)s
         ORDER BY created_at DESC OFFSET %(number)s - 1 LIMIT 1
        """,
        device_id=device_id,
        number=number,
        since=since,
    )


async def open_of_accounts(reader: Reader, account_ids: Sequence[AccountId]) -> list[DeviceCommand]:
    """The commands of these accounts that aren't over, oldest first."""
    return await reader.all(
        DeviceCommand,
        _OF + "WHERE account_id = ANY(%(account_ids)s) AND completed_at IS NULL ORDER BY command_id",
        account_ids=list(account_ids),
    )


async def pending_of_accounts(reader: Reader, account_ids: Sequence[AccountId]) -> list[DeviceCommand]:
    """The commands of these accounts that nobody has begun to send, oldest first."""
    return await reader.all(
        DeviceCommand,
        _OF
        + """
         WHERE account_id = ANY(%(account_ids)s) AND completed_at IS NULL AND state = 'pending' ORDER BY command_id
        """,
        account_ids=list(account_ids),
    )


async def hold_user(tx: Transaction, user_id: UserId) -> bool:
    """Whether the user of a new command is still there: what its foreign key locks, before anything else is."""
    held = await tx.one_or_none(
        UserId, "SELECT user_id FROM app_user WHERE user_id = %(user_id)s FOR KEY SHARE", user_id=user_id
    )
    return held is not None


async def insert(tx: Transaction, command: DeviceCommand) -> None:
    """A new command; its device has no other that isn't over."""
    await tx.execute(
        """
        INSERT INTO command (command_id, application_id, user_id, account_id, device_id, vendor, kind, command, state,
                             created_at, updated_at, expires_at, ends_at)
        VALUES (%(command_id)s, %(application_id)s, %(user_id)s, %(account_id)s, %(device_id)s, %(vendor)s, %(kind)s,
                %(command)s, 'pending', %(now)s, %(now)s, %(expires_at)s, %(expires_at)s)
        """,
        command_id=command.command_id,
        application_id=command.application_id,
        user_id=command.user_id,
        account_id=command.account_id,
        device_id=command.device_id,
        vendor=command.vendor,
        kind=command.kind,
        command=Json(command.command),
        now=command.created_at,
        expires_at=command.expires_at,
    )


async def lock(tx: Transaction, command_ids: Sequence[CommandId]) -> None:
    """Hold these commands until the end of the transaction."""
    await tx.execute(
        "SELECT FROM command WHERE command_id = ANY(%(command_ids)s) ORDER BY command_id FOR UPDATE",
        command_ids=list(command_ids),
    )


async def begin(
    tx: Transaction, command_ids: Sequence[CommandId], *, again: Sequence[CommandId], now: datetime, ends_at: datetime
) -> set[CommandId]:
    """These are about to be sent; those that may be. `again`: those among them that may have been sent before."""
    return set(
        await tx.all(
            CommandId,
            """
            UPDATE command
               SET state = 'sending', tries = tries + 1, updated_at = %(now)s, sent_at = %(now)s,
                   ends_at = %(ends_at)s
             WHERE command_id IN (SELECT command_id FROM command WHERE command_id = ANY(%(command_ids)s)
                                   ORDER BY command_id FOR UPDATE)
               AND (state = 'pending' OR (state = 'sending' AND command_id = ANY(%(again)s)))
               AND expires_at > %(now)s
            RETURNING command_id
            """,
            command_ids=list(command_ids),
            again=list(again),
            now=now,
            ends_at=ends_at,
        )
    )


async def settle(
    tx: Transaction, *, sent: Sequence[CommandId], put_back: Sequence[CommandId], now: datetime
) -> set[CommandId]:
    """The vendor accepted these; those certainly weren't done, and wait again. What was still being sent."""
    return set(
        await tx.all(
            CommandId,
            """
            UPDATE command
               SET state = CASE WHEN command_id = ANY(%(sent)s) THEN 'sent' ELSE 'pending' END,
                   ends_at = CASE WHEN command_id = ANY(%(sent)s) THEN ends_at ELSE expires_at END,
                   updated_at = %(now)s
             WHERE command_id IN (SELECT command_id FROM command
                                   WHERE command_id = ANY(%(sent)s) OR command_id = ANY(%(put_back)s)
                                   ORDER BY command_id FOR UPDATE)
               AND state = 'sending'
            RETURNING command_id
            """,
            sent=list(sent),
            put_back=list(put_back),
            now=now,
        )
    )


async def delete_of_user(tx: Transaction, user_id: UserId) -> None:
    """Remove every command of a user."""
    await tx.execute(
        """
        DELETE FROM command
         WHERE command_id IN (SELECT command_id FROM command WHERE user_id = %(user_id)s
                               ORDER BY command_id FOR UPDATE)
        """,
        user_id=user_id,
    )


async def bring_forward(
    tx: Transaction, account_ids: Sequence[AccountId], by: timedelta, *, not_before: datetime
) -> None:
    """The time of these accounts jumps: commands end that much sooner; what may be sent, not before this moment."""
    await tx.execute(
        """
        UPDATE command
           SET expires_at = expires_at - %(by)s,
               ends_at = CASE state WHEN 'pending' THEN ends_at - %(by)s
                                    ELSE greatest(ends_at - %(by)s, least(ends_at, %(not_before)s)) END
         WHERE command_id IN (SELECT command_id FROM command
                               WHERE account_id = ANY(%(account_ids)s) AND completed_at IS NULL
                               ORDER BY command_id FOR UPDATE)
        """,
        account_ids=list(account_ids),
        by=by,
        not_before=not_before,
    )


async def accounts_waiting(reader: Reader, *, limit: int) -> list[AccountId]:
    """Accounts with commands that nobody has begun to send, those that end first."""
    return await reader.all(
        AccountId,
        """
        SELECT account_id FROM command WHERE completed_at IS NULL AND state = 'pending' ORDER BY ends_at LIMIT %(limit)s
        """,
        limit=limit,
    )


async def waiting(reader: Reader) -> list[Waiting]:
    """How many commands aren't over, by their state."""
    return await reader.all(
        Waiting,
        """
        SELECT state, count(*) AS rows, min(created_at) AS oldest FROM command
         WHERE completed_at IS NULL GROUP BY state ORDER BY state
        """,
    )


async def drop_old(tx: Transaction, before: datetime, *, limit: int = 5000) -> int:
    """Forget commands that ended before; the number of rows."""
    return await tx.execute(
        """
        DELETE FROM command
         WHERE command_id IN (SELECT command_id FROM command WHERE completed_at < %(before)s LIMIT %(limit)s)
        """,
        before=before,
        limit=limit,
    )
