"""SQL on visit, for whoever makes one: take it, hold it for longer, end it."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Json, Transaction
from wattlink.domain.access.ids import AccountId, RegistrationId
from wattlink.domain.visits.model import Ending, Held, Visit


async def take(tx: Transaction, vendor: str, *, now: datetime, limit: int) -> list[Visit]:
    """Take up to `limit` due visits at a vendor, no registration before the others; none while its circuit is open."""
    return await tx.all(
        Visit,
        "SELECT * FROM take_due_visits(%(vendor)s, %(now)s, %(limit)s::integer)",
        vendor=vendor,
        now=now,
        limit=limit,
    )


async def take_probe(tx: Transaction, registration_id: RegistrationId, *, now: datetime) -> list[Visit]:
    """Take the one visit of a registration that is due first, be it only later."""
    return await tx.all(
        Visit,
        """
        WITH first AS MATERIALIZED (
            SELECT account_id FROM visit
             WHERE registration_id = %(registration_id)s AND due_at IS NOT NULL AND busy_until <= clock_timestamp()
             ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
        )
        UPDATE visit
           SET due_at = %(now)s + interval '1 minute' * (0.8 + 0.4 * random()),
               busy_until = clock_timestamp() + interval '2 minutes', turn = turn + 1, tries = tries + 1
          FROM first WHERE visit.account_id = first.account_id
        RETURNING visit.account_id, registration_id, vendor, turn, due_at, tries, true AS is_probe
        """,
        registration_id=registration_id,
        now=now,
    )


async def confirm(tx: Transaction, account_ids: Sequence[AccountId], turns: Sequence[int]) -> set[AccountId]:
    """Hold these visits for two minutes more; those that are still theirs to hold, and whose results still count."""
    return set(
        await tx.all(
            AccountId,
            """
            WITH held AS MATERIALIZED (
                SELECT visit.account_id
                  FROM visit JOIN unnest(%(account_ids)s::uuid[], %(turns)s::bigint[]) AS holder (account_id, turn)
                    ON visit.account_id = holder.account_id AND visit.turn = holder.turn
                 WHERE spoiled < visit.turn AND busy_until > clock_timestamp()
                 ORDER BY visit.account_id FOR UPDATE OF visit
            )
            UPDATE visit SET busy_until = clock_timestamp() + interval '2 minutes'
              FROM held WHERE visit.account_id = held.account_id
            RETURNING visit.account_id
            """,
            account_ids=list(account_ids),
            turns=list(turns),
        )
    )


async def hold(tx: Transaction, account_ids: Sequence[AccountId], turns: Sequence[int]) -> list[Held]:
    """Lock those of these visits that are still this turn's until the end of the transaction."""
    return await tx.all(
        Held,
        """
        SELECT visit.account_id, spoiled = visit.turn AS is_spoiled
          FROM visit JOIN unnest(%(account_ids)s::uuid[], %(turns)s::bigint[]) AS holder (account_id, turn)
            ON visit.account_id = holder.account_id AND visit.turn = holder.turn
         ORDER BY visit.account_id FOR UPDATE OF visit
        """,
        account_ids=list(account_ids),
        turns=list(turns),
    )


async def end(tx: Transaction, endings: Sequence[Ending]) -> None:
    """End visits that `hold` has locked. A `due_at` that somebody set meanwhile stays; so does none at all."""
    await tx.execute(
        """
        UPDATE visit
           SET busy_until = '-infinity',
               due_at = CASE WHEN ending.stop OR due_at IS NULL THEN NULL
                             WHEN spoiled = visit.turn OR due_at < ending.postponed_to THEN due_at
                             ELSE coalesce(ending.next_at, due_at) END,
               tries = CASE WHEN spoiled = visit.turn OR ending.error IS NULL THEN 0 ELSE tries END,
               ended_at = CASE WHEN spoiled = visit.turn THEN visit.ended_at ELSE ending.ended_at END,
               succeeded_at = CASE WHEN spoiled = visit.turn OR ending.error IS NOT NULL THEN succeeded_at
                                   ELSE ending.ended_at END,
               error = CASE WHEN spoiled = visit.turn THEN visit.error ELSE ending.error END
          FROM jsonb_to_recordset(%(endings)s)
            AS ending (account_id uuid, turn bigint, postponed_to timestamptz, ended_at timestamptz,
                       next_at timestamptz, error text, stop boolean)
         WHERE visit.account_id = ending.account_id AND visit.turn = ending.turn
        """,
        endings=Json(endings),
    )
