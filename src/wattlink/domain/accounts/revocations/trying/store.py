"""SQL on revocation, while it is tried."""

from datetime import datetime

import msgspec

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import CredentialId, RegistrationId


class Revocation(msgspec.Struct, frozen=True, kw_only=True):
    """A revocation that was taken."""

    credential_id: CredentialId
    generation: int
    sealed: bytes
    registration_id: RegistrationId
    vendor: str
    turn: int
    is_probe: bool = False


async def take(tx: Transaction, *, now: datetime, limit: int) -> list[Revocation]:
    """Take up to `limit` due revocations, none of a registration whose circuit is open."""
    return await tx.all(
        Revocation,
        """
        WITH due AS MATERIALIZED (
            SELECT credential_id
              FROM revocation LEFT JOIN circuit USING (registration_id)
             WHERE due_at <= %(now)s AND busy_until <= clock_timestamp() AND sealed IS NOT NULL
               AND NOT is_cancelled AND give_up_at > %(now)s AND open_since IS NULL
             ORDER BY due_at LIMIT %(limit)s FOR UPDATE OF revocation SKIP LOCKED
        )
        UPDATE revocation
           SET due_at = %(now)s + interval '1 minute' * least(60, 2 ^ least(tries + 1, 6)) * (0.8 + 0.4 * random()),
               busy_until = clock_timestamp() + interval '30 seconds', turn = turn + 1, tries = tries + 1
          FROM due WHERE revocation.credential_id = due.credential_id
        RETURNING revocation.credential_id, generation, sealed, registration_id, vendor, turn
        """,
        now=now,
        limit=limit,
    )


async def take_probe(tx: Transaction, registration_id: RegistrationId, *, now: datetime) -> list[Revocation]:
    """Take the one revocation of a registration that is due first."""
    return await tx.all(
        Revocation,
        """
        WITH first AS MATERIALIZED (
            SELECT credential_id FROM revocation
             WHERE registration_id = %(registration_id)s AND due_at <= %(now)s AND busy_until <= clock_timestamp()
               AND sealed IS NOT NULL AND NOT is_cancelled AND give_up_at > %(now)s
             ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
        )
        UPDATE revocation
           SET due_at = %(now)s + interval '1 minute' * (0.8 + 0.4 * random()),
               busy_until = clock_timestamp() + interval '30 seconds', turn = turn + 1, tries = tries + 1
          FROM first WHERE revocation.credential_id = first.credential_id
        RETURNING revocation.credential_id, generation, sealed, registration_id, vendor, turn, true AS is_probe
        """,
        registration_id=registration_id,
        now=now,
    )


async def done(tx: Transaction, credential_id: CredentialId, turn: int) -> None:
    """Withdrawn: nothing is kept."""
    await tx.execute(
        "DELETE FROM revocation WHERE credential_id = %(credential_id)s AND turn = %(turn)s",
        credential_id=credential_id,
        turn=turn,
    )


async def failed(tx: Transaction, credential_id: CredentialId, turn: int, error: str) -> None:
    """Not withdrawn; the row was postponed when it was taken, and goes where it was cancelled meanwhile."""
    await tx.execute(
        """
        WITH cancelled AS (
            DELETE FROM revocation WHERE credential_id = %(credential_id)s AND turn = %(turn)s AND is_cancelled
        )
        UPDATE revocation SET busy_until = '-infinity', last_error = %(error)s
         WHERE credential_id = %(credential_id)s AND turn = %(turn)s AND NOT is_cancelled
        """,
        credential_id=credential_id,
        turn=turn,
        error=error,
    )


async def give_up(tx: Transaction, now: datetime) -> list[str]:
    """Destroy the secrets that 30 days didn't withdraw; the vendors that they were of."""
    return await tx.all(
        str,
        """
        UPDATE revocation SET sealed = NULL
         WHERE sealed IS NOT NULL AND due_at <= %(now)s AND give_up_at <= %(now)s AND busy_until <= clock_timestamp()
           AND NOT is_cancelled
        RETURNING vendor
        """,
        now=now,
    )


async def forget(tx: Transaction, before: datetime) -> int:
    """Remove the rows that were given up before this, and those that were cancelled in flight; the number of rows."""
    return await tx.execute(
        """
        DELETE FROM revocation
         WHERE (sealed IS NULL AND give_up_at <= %(before)s) OR (is_cancelled AND busy_until <= clock_timestamp())
        """,
        before=before,
    )
