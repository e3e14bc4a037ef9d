"""SQL on revocation, and on the credentials that become one."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import AccountId, CredentialId, RegistrationId
from wattlink.domain.visits.model import Visit


class Login(msgspec.Struct, frozen=True):
    """A user's login at a vendor, as the vendor knows it."""

    registration_id: RegistrationId
    subject: str


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """A credential that nobody is to use any more; `busy_until` is that of the account's visit, which may hold it."""

    credential_id: CredentialId
    generation: int
    sealed: bytes
    registration_id: RegistrationId
    vendor: str
    subject: str
    account_id: AccountId | None = None
    visit_turn: int | None = None
    busy_until: datetime | None = None


class _Pending(msgspec.Struct, frozen=True, kw_only=True):
    credential_id: CredentialId
    is_in_flight: bool


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How the revocations stand."""

    due: int
    oldest: datetime | None
    failed: int
    given_up: int


async def lock_login(tx: Transaction, subject_hash: bytes) -> None:
    """Whoever else grants or hands over the same login waits for the end of this transaction."""
    key = int.from_bytes(subject_hash[:8], signed=True)
    await tx.execute("SELECT pg_advisory_xact_lock(%(key)s::bigint)", key=key)


async def logins(reader: Reader, account_ids: Sequence[AccountId]) -> list[Login]:
    """What these accounts are logins to."""
    return await reader.all(
        Login,
        "SELECT registration_id, subject FROM account WHERE account_id = ANY(%(account_ids)s)",
        account_ids=list(account_ids),
    )


async def leaving(tx: Transaction, account_ids: Sequence[AccountId]) -> list[Leaving]:
    """The credentials of these accounts, held until the end of the transaction."""
    return await tx.all(
        Leaving,
        """
        SELECT credential_id, generation, sealed, account.registration_id, account.vendor, subject,
               account_id, turn AS visit_turn, CASE WHEN isfinite(busy_until) THEN busy_until END AS busy_until
          FROM credential JOIN account USING (account_id) JOIN visit USING (account_id)
         WHERE account_id = ANY(%(account_ids)s) ORDER BY account_id FOR UPDATE OF credential
        """,
        account_ids=list(account_ids),
    )


async def drop_credentials(tx: Transaction, credential_ids: Sequence[CredentialId]) -> None:
    """These credentials belong to no account any more."""
    await tx.execute(
        "DELETE FROM credential WHERE credential_id = ANY(%(credential_ids)s)", credential_ids=list(credential_ids)
    )


async def is_held(reader: Reader, registration_id: RegistrationId, subject: str) -> bool:
    """Whether any live account, whoever's, has a credential for this login; that of a broken one is dead."""
    return await reader.one(
        bool,
        """
        SELECT EXISTS (SELECT FROM account JOIN credential USING (account_id)
                        WHERE registration_id = %(registration_id)s AND subject = %(subject)s AND state <> 'broken')
        """,
        registration_id=registration_id,
        subject=subject,
    )


async def insert(
    tx: Transaction, credential: Leaving, *, subject_hash: bytes, now: datetime, give_up_at: datetime
) -> None:
    """A credential to withdraw, as soon as nobody holds it."""
    await tx.execute(
        """
        INSERT INTO revocation (credential_id, generation, sealed, registration_id, vendor, subject_hash,
                                account_id, visit_turn, busy_until, due_at, give_up_at, created_at)
        VALUES (%(credential_id)s, %(generation)s, %(sealed)s, %(registration_id)s, %(vendor)s, %(subject_hash)s,
                %(account_id)s, %(visit_turn)s, coalesce(%(busy_until)s::timestamptz, '-infinity'),
                %(now)s, %(give_up_at)s, %(now)s)
        """,
        credential_id=credential.credential_id,
        generation=credential.generation,
        sealed=credential.sealed,
        registration_id=credential.registration_id,
        vendor=credential.vendor,
        account_id=credential.account_id,
        visit_turn=credential.visit_turn,
        busy_until=credential.busy_until,
        subject_hash=subject_hash,
        now=now,
        give_up_at=give_up_at,
    )


async def cancel(tx: Transaction, registration_id: RegistrationId, subject_hash: bytes) -> bool:
    """Destroy the revocations of a login that wait; whether one is in flight, and so may end the newest grant too.

    That one is never tried again.
    """
    pending = await tx.all(
        _Pending,
        """
        SELECT credential_id, turn > 0 AND busy_until > clock_timestamp() AS is_in_flight
          FROM revocation
         WHERE registration_id = %(registration_id)s AND subject_hash = %(subject_hash)s AND sealed IS NOT NULL
         ORDER BY credential_id FOR UPDATE
        """,
        registration_id=registration_id,
        subject_hash=subject_hash,
    )
    await tx.execute(
        "DELETE FROM revocation WHERE credential_id = ANY(%(credential_ids)s)",
        credential_ids=[row.credential_id for row in pending if not row.is_in_flight],
    )
    await tx.execute(
        "UPDATE revocation SET is_cancelled = true WHERE credential_id = ANY(%(credential_ids)s)",
        credential_ids=[row.credential_id for row in pending if row.is_in_flight],
    )
    return any(row.is_in_flight for row in pending)


async def renew(tx: Transaction, credential_id: CredentialId, generation: int, sealed: bytes) -> bool:
    """A renewal came late: what is withdrawn is the newest. False where there is no such row."""
    renewed = await tx.execute(
        """
        UPDATE revocation SET sealed = %(sealed)s, generation = generation + 1, busy_until = '-infinity'
         WHERE credential_id = %(credential_id)s AND generation = %(generation)s AND sealed IS NOT NULL AND turn = 0
        """,
        credential_id=credential_id,
        generation=generation,
        sealed=sealed,
    )
    return renewed > 0


async def let_go(tx: Transaction, visits: Sequence[Visit]) -> None:
    """These visits are over, and renew nothing any more: what was handed over while they ran waits no longer."""
    await tx.execute(
        """
        WITH free AS MATERIALIZED (
            SELECT credential_id
              FROM revocation JOIN unnest(%(account_ids)s::uuid[], %(turns)s::bigint[]) AS visit (account_id, turn)
                ON revocation.account_id = visit.account_id AND visit_turn = visit.turn
             WHERE revocation.turn = 0
             ORDER BY credential_id FOR UPDATE OF revocation
        )
        UPDATE revocation SET busy_until = '-infinity' FROM free WHERE revocation.credential_id = free.credential_id
        """,
        account_ids=[visit.account_id for visit in visits],
        turns=[visit.turn for visit in visits],
    )


async def waiting(reader: Reader, now: datetime) -> Waiting:
    """How many wait, since when, and how many were given up."""
    return await reader.one(
        Waiting,
        """
        SELECT count(*) FILTER (WHERE sealed IS NOT NULL AND due_at <= %(now)s) AS due,
               min(created_at) FILTER (WHERE sealed IS NOT NULL) AS oldest,
               count(*) FILTER (WHERE sealed IS NOT NULL AND last_error IS NOT NULL) AS failed,
               count(*) FILTER (WHERE sealed IS NULL) AS given_up
          FROM revocation WHERE NOT is_cancelled
        """,
        now=now,
    )


async def forget_given_up(tx: Transaction, registration_id: RegistrationId) -> None:
    """Remove the rows of a registration whose secrets are destroyed already."""
    await tx.execute(
        "DELETE FROM revocation WHERE registration_id = %(registration_id)s AND sealed IS NULL",
        registration_id=registration_id,
    )
