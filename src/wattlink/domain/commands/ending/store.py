"""SQL that ends rows of command."""

from collections.abc import Collection, Sequence
from datetime import datetime

from wattlink.connectors.devices import Kind
from wattlink.db.database import Json, Transaction
from wattlink.domain.access.ids import AccountId
from wattlink.domain.commands.model import CommandFailure, DeviceCommand, Verdict
from wattlink.domain.commands.store import COLUMNS

_ENDED = (
    "SELECT"
    + COLUMNS
    + """
      FROM ended AS told JOIN app_user USING (user_id) ORDER BY command_id
    """
)


async def end(tx: Transaction, verdicts: Sequence[Verdict], *, now: datetime) -> list[DeviceCommand]:
    """End those of these commands that aren't over; as they are then."""
    return await tx.all(
        DeviceCommand,
        "WITH "  # noqa: S608 - constants only
        + """
        verdict AS (
            SELECT * FROM jsonb_to_recordset(%(verdicts)s)
                AS verdict (command_id uuid, state text, failure text, detail text)
        ), held AS MATERIALIZED (
            SELECT command_id FROM command WHERE command_id IN (SELECT command_id FROM verdict)
             ORDER BY command_id FOR UPDATE
        ), ended AS (
            UPDATE command
               SET state = verdict.state, failure = verdict.failure, detail = verdict.detail,
                   updated_at = %(now)s, completed_at = %(now)s
              FROM held JOIN verdict USING (command_id)
             WHERE command.command_id = held.command_id AND completed_at IS NULL
            RETURNING command.*
        )
        """
        + _ENDED,
        verdicts=Json(verdicts),
        now=now,
    )


async def end_overdue(tx: Transaction, *, now: datetime, limit: int) -> list[DeviceCommand]:
    """End what wasn't sent in time, and what was sent and never seen; as they are then."""
    return await tx.all(
        DeviceCommand,
        "WITH "  # noqa: S608 - constants only
        + """
        ended AS (
            UPDATE command
               SET state = CASE state WHEN 'pending' THEN 'expired' ELSE 'failed' END, failure = 'no_response',
                   detail = CASE state WHEN 'pending' THEN 'It could not be sent in time, and was not sent.'
                                       ELSE 'The device was not seen to do it within two minutes.' END,
                   updated_at = %(now)s, completed_at = %(now)s
             WHERE command_id IN (SELECT command_id FROM command WHERE completed_at IS NULL AND ends_at <= %(now)s
                                   ORDER BY ends_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
            RETURNING command.*
        )
        """
        + _ENDED,
        now=now,
        limit=limit,
    )


async def end_of_accounts(
    tx: Transaction,
    account_ids: Sequence[AccountId],
    kinds: Collection[Kind] | None,
    *,
    failure: CommandFailure,
    detail: str,
    now: datetime,
) -> list[DeviceCommand]:
    """End every command that devices of these kinds (None: of all) have in these accounts; as they are then."""
    return await tx.all(
        DeviceCommand,
        "WITH "  # noqa: S608 - constants only
        + """
        held AS MATERIALIZED (
            SELECT command_id FROM command
             WHERE account_id = ANY(%(account_ids)s) AND completed_at IS NULL
               AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
             ORDER BY command_id FOR UPDATE
        ), ended AS (
            UPDATE command
               SET state = 'cancelled', failure = %(failure)s, detail = %(detail)s, updated_at = %(now)s,
                   completed_at = %(now)s
              FROM held WHERE command.command_id = held.command_id
            RETURNING command.*
        )
        """
        + _ENDED,
        account_ids=list(account_ids),
        kinds=None if kinds is None else [kind.value for kind in kinds],
        failure=failure.value,
        detail=detail,
        now=now,
    )
