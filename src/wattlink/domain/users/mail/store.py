"""SQL on mail."""

from datetime import datetime
from uuid import UUID

import msgspec

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import UserId


class MailRow(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that waits, after `tries` tries, this one included."""

    mail_id: UUID
    sealed: bytes
    tries: int
    created_at: datetime


async def add(tx: Transaction, mail_id: UUID, user_id: UserId, sealed: bytes, *, now: datetime) -> None:
    """A mail to a user, due now."""
    await tx.execute(
        """
        INSERT INTO mail (mail_id, user_id, sealed, due_at, created_at)
        VALUES (%(mail_id)s, %(user_id)s, %(sealed)s, %(now)s, %(now)s)
        """,
        mail_id=mail_id,
        user_id=user_id,
        sealed=sealed,
        now=now,
    )


async def take(tx: Transaction, *, now: datetime, limit: int) -> list[MailRow]:
    """Mails that are due. Taking postpones them, by 2, 4, ... at most 128 minutes: nobody else takes them meanwhile."""
    return await tx.all(
        MailRow,
        """
        UPDATE mail
           SET tries = tries + 1, due_at = %(now)s::timestamptz + interval '2 minutes' * (1 << least(tries, 6))
         WHERE mail_id IN (
            SELECT mail_id FROM mail WHERE due_at <= %(now)s ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
         )
        RETURNING mail_id, sealed, tries, created_at
        """,
        now=now,
        limit=limit,
    )


async def delete(tx: Transaction, mail_id: UUID) -> None:
    """A mail was sent, or never will be."""
    await tx.execute("DELETE FROM mail WHERE mail_id = %(mail_id)s", mail_id=mail_id)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How many are due, the oldest since how many seconds, and how many were tried in vain."""

    due: int
    oldest_age: float | None
    tried: int


async def standing(reader: Reader, now: datetime) -> Standing:
    """How mails stand."""
    return await reader.one(
        Standing,
        """
        SELECT count(*) FILTER (WHERE due_at <= %(now)s) AS due,
               extract(epoch FROM %(now)s - min(due_at) FILTER (WHERE due_at <= %(now)s))::float AS oldest_age,
               count(*) FILTER (WHERE tries > 0) AS tried
          FROM mail
        """,
        now=now,
    )
