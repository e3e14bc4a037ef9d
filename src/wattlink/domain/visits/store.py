"""SQL on visit. Rows of several accounts are locked in the order of their ids, so that nobody waits in a circle."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import AccountId, ApplicationId, RegistrationId, UserId
from wattlink.domain.visits.model import Due, Failing, LastVisit


async def add(
    tx: Transaction, account_id: AccountId, registration_id: RegistrationId, vendor: str, *, due_at: datetime
) -> None:
    """A first visit to a new account."""
    await tx.execute(
        """
        INSERT INTO visit (account_id, registration_id, vendor, due_at)
        VALUES (%(account_id)s, %(registration_id)s, %(vendor)s, %(due_at)s)
        """,
        account_id=account_id,
        registration_id=registration_id,
        vendor=vendor,
        due_at=due_at,
    )


async def want(tx: Transaction, account_id: AccountId, now: datetime) -> bool:
    """A visit is wanted now; False where none is made (broken, deauthorized). Wake the channel `visits` afterwards."""
    wanted = await tx.execute(
        """
        UPDATE visit SET due_at = least(due_at, %(now)s)
         WHERE account_id = %(account_id)s AND due_at IS NOT NULL
        """,
        account_id=account_id,
        now=now,
    )
    return wanted > 0


async def want_all(
    tx: Transaction, registration_id: RegistrationId, account_ids: Sequence[AccountId], now: datetime
) -> None:
    """Visits are wanted now to those of these accounts that are the registration's."""
    await tx.execute(
        """
        UPDATE visit SET due_at = least(due_at, %(now)s)
         WHERE account_id IN (SELECT account_id FROM visit WHERE account_id = ANY(%(account_ids)s)
                               ORDER BY account_id FOR UPDATE)
           AND registration_id = %(registration_id)s AND due_at IS NOT NULL
        """,
        registration_id=registration_id,
        account_ids=list(account_ids),
        now=now,
    )


async def lock(tx: Transaction, account_ids: Sequence[AccountId]) -> None:
    """Hold the visits of these accounts until the end of the transaction."""
    await tx.execute(
        "SELECT FROM visit WHERE account_id = ANY(%(account_ids)s) ORDER BY account_id FOR UPDATE",
        account_ids=list(account_ids),
    )


async def lock_of_user(tx: Transaction, user_id: UserId) -> None:
    """Hold every visit of a user: none is saved before the end of the transaction."""
    await tx.execute(
        """
        SELECT FROM visit WHERE account_id IN (SELECT account_id FROM account WHERE user_id = %(user_id)s)
         ORDER BY account_id FOR UPDATE
        """,
        user_id=user_id,
    )


async def begin_anew(tx: Transaction, account_ids: Sequence[AccountId], due_at: datetime) -> None:
    """These accounts have changed: what a visit brings that runs now isn't saved, and a fresh one is wanted."""
    await tx.execute(
        """
        UPDATE visit SET spoiled = turn, tries = 0, due_at = %(due_at)s, ended_at = NULL, error = NULL
         WHERE account_id IN (SELECT account_id FROM visit WHERE account_id = ANY(%(account_ids)s)
                               ORDER BY account_id FOR UPDATE)
        """,
        account_ids=list(account_ids),
        due_at=due_at,
    )


async def interrupt(tx: Transaction, account_ids: Sequence[AccountId], now: datetime) -> None:
    """Devices of these accounts have changed: a visit that runs now isn't saved, but followed by another one."""
    await tx.execute(
        """
        UPDATE visit
           SET spoiled = turn,
               due_at = CASE WHEN busy_until > clock_timestamp() THEN least(due_at, %(now)s) ELSE due_at END
         WHERE account_id IN (SELECT account_id FROM visit WHERE account_id = ANY(%(account_ids)s)
                               ORDER BY account_id FOR UPDATE)
        """,
        account_ids=list(account_ids),
        now=now,
    )


async def bring_forward(tx: Transaction, account_ids: Sequence[AccountId], by: timedelta) -> None:
    """The time of these accounts jumps: their visits are wanted that much sooner."""
    await tx.execute(
        """
        UPDATE visit SET due_at = due_at - %(by)s
         WHERE account_id IN (SELECT account_id FROM visit WHERE account_id = ANY(%(account_ids)s)
                               ORDER BY account_id FOR UPDATE)
        """,
        account_ids=list(account_ids),
        by=by,
    )


async def is_quiet(reader: Reader, application_id: ApplicationId, now: datetime) -> bool:
    """Whether no visit of an application's is due or under way, those aside whose vendor is down."""
    return await reader.one(
        bool,
        """
        SELECT NOT EXISTS (
            SELECT FROM account JOIN visit USING (account_id)
              LEFT JOIN circuit ON circuit.registration_id = visit.registration_id
             WHERE account.application_id = %(application_id)s
               AND (busy_until > clock_timestamp() OR (due_at <= %(now)s AND open_since IS NULL)))
        """,
        application_id=application_id,
        now=now,
    )


async def stop(tx: Transaction, account_ids: Sequence[AccountId]) -> None:
    """No more visits to these accounts, and nothing of one that runs now is saved."""
    await tx.execute(
        """
        UPDATE visit SET spoiled = turn, due_at = NULL
         WHERE account_id IN (SELECT account_id FROM visit WHERE account_id = ANY(%(account_ids)s)
                               ORDER BY account_id FOR UPDATE)
        """,
        account_ids=list(account_ids),
    )


async def is_wanted(reader: Reader, registration_id: RegistrationId) -> bool:
    """Whether any account of a registration is to be visited, be it only later."""
    return await reader.one(
        bool,
        "SELECT EXISTS (SELECT FROM visit WHERE registration_id = %(registration_id)s AND due_at IS NOT NULL)",
        registration_id=registration_id,
    )


async def last(reader: Reader, account_id: AccountId) -> LastVisit | None:
    """How the account's last visit ended; None without such an account."""
    return await reader.one_or_none(
        LastVisit,
        """
        SELECT ended_at, error, open_since IS NOT NULL AS is_vendor_down
          FROM visit LEFT JOIN circuit USING (registration_id)
         WHERE account_id = %(account_id)s
        """,
        account_id=account_id,
    )


async def overdue(reader: Reader, registration_id: RegistrationId, *, now: datetime, most: int) -> int:
    """How many visits of a registration are due; counts no further than `most`."""
    return await reader.one(
        int,
        """
        SELECT count(*) FROM (SELECT 1 FROM visit WHERE registration_id = %(registration_id)s AND due_at <= %(now)s
                               LIMIT %(most)s) AS due
        """,
        registration_id=registration_id,
        now=now,
        most=most,
    )


async def spread(tx: Transaction, registration_id: RegistrationId, *, now: datetime, seconds: float, limit: int) -> int:
    """Spread up to `limit` due visits of a registration evenly over the next `seconds`; the number of rows."""
    return await tx.execute(
        """
        UPDATE visit SET due_at = %(now)s + interval '1 second' * (0.001 + random() * %(seconds)s)
         WHERE account_id IN (SELECT account_id FROM visit
                               WHERE registration_id = %(registration_id)s AND due_at <= %(now)s
                               ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
        """,
        registration_id=registration_id,
        now=now,
        seconds=seconds,
        limit=limit,
    )


async def due(reader: Reader, now: datetime) -> Due:
    """How many visits are due and not in hand."""
    return await reader.one(
        Due,
        """
        SELECT coalesce(sum(due.rows), 0)::bigint AS rows, min(due.oldest) AS oldest
          FROM registration
         CROSS JOIN LATERAL (
            SELECT count(*) AS rows, min(due_at) AS oldest FROM visit
             WHERE visit.registration_id = registration.registration_id
               AND due_at <= %(now)s AND busy_until <= clock_timestamp()
         ) AS due
        """,
        now=now,
    )


async def failing(reader: Reader) -> list[Failing]:
    """What the last visits failed of, the most frequent first."""
    return await reader.all(
        Failing,
        "SELECT error, count(*) AS rows FROM visit WHERE error IS NOT NULL GROUP BY error ORDER BY rows DESC LIMIT 20",
    )
