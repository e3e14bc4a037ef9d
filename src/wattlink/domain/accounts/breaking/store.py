"""SQL on account, as far as it is about suspicion."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from wattlink.connectors.errors import Refusal
from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import AccountId, RegistrationId


class Standing(msgspec.Struct, frozen=True):
    """How many accounts stand like this."""

    state: str
    accounts: int


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """An account whose credential of this generation was refused."""

    account_id: AccountId
    generation: int
    refusal: Refusal


async def suspect(tx: Transaction, refused: Sequence[Refused], now: datetime) -> None:
    """A first refusal of these credentials."""
    await tx.execute(
        """
        UPDATE account SET state = 'suspect', first_refused_at = %(now)s, refused_generation = refused.generation,
               refusal = refused.refusal
          FROM jsonb_to_recordset(%(refused)s) AS refused (account_id uuid, generation bigint, refusal text)
         WHERE account.account_id = refused.account_id AND state IN ('good', 'suspect')
        """,
        refused=Json(refused),
        now=now,
    )


async def bring_forward(tx: Transaction, account_ids: Sequence[AccountId], by: timedelta) -> None:
    """The time of these accounts jumps: suspicions are that much older. Their visits must be held."""
    await tx.execute(
        """
        UPDATE account SET first_refused_at = first_refused_at - %(by)s, broken_at = broken_at - %(by)s
         WHERE account_id = ANY(%(account_ids)s) AND first_refused_at IS NOT NULL
        """,
        account_ids=list(account_ids),
        by=by,
    )


async def clear(tx: Transaction, account_ids: Sequence[AccountId]) -> None:
    """The credentials of these suspects were proved good."""
    await tx.execute(
        """
        UPDATE account SET state = 'good', first_refused_at = NULL, refused_generation = NULL
         WHERE account_id = ANY(%(account_ids)s) AND state = 'suspect'
        """,
        account_ids=list(account_ids),
    )


async def break_down(tx: Transaction, account_ids: Sequence[AccountId], now: datetime) -> None:
    """These suspects need their users."""
    await tx.execute(
        """
        UPDATE account SET state = 'broken', broken_at = %(now)s
         WHERE account_id = ANY(%(account_ids)s) AND state = 'suspect'
        """,
        account_ids=list(account_ids),
        now=now,
    )


async def recently_suspect(reader: Reader, registration_id: RegistrationId, since: datetime) -> int:
    """How many accounts of a registration became suspect since then, and aren't good again."""
    return await reader.one(
        int,
        """
        SELECT count(*) FROM account
         WHERE registration_id = %(registration_id)s AND state IN ('suspect', 'broken') AND first_refused_at > %(since)s
        """,
        registration_id=registration_id,
        since=since,
    )


async def suspects(reader: Reader, registration_id: RegistrationId) -> int:
    """How many accounts of a registration are suspect now."""
    return await reader.one(
        int,
        "SELECT count(*) FROM account WHERE registration_id = %(registration_id)s AND state = 'suspect'",
        registration_id=registration_id,
    )


async def live(reader: Reader, registration_id: RegistrationId, *, most: int) -> int:
    """How many accounts of a registration have a credential that is used; counts no further than `most`."""
    return await reader.one(
        int,
        """
        SELECT count(*) FROM (SELECT 1 FROM account
                               WHERE registration_id = %(registration_id)s
                                 AND state IN ('provisional', 'good', 'suspect')
                               LIMIT %(most)s) AS live
        """,
        registration_id=registration_id,
        most=most,
    )


async def lately_broken(
    reader: Reader, registration_id: RegistrationId, since: datetime, *, limit: int
) -> list[AccountId]:
    """Accounts of a registration that broke since then."""
    return await reader.all(
        AccountId,
        """
        SELECT account_id FROM account
         WHERE registration_id = %(registration_id)s AND state = 'broken' AND broken_at > %(since)s
         ORDER BY account_id LIMIT %(limit)s
        """,
        registration_id=registration_id,
        since=since,
        limit=limit,
    )


async def suspect_again(tx: Transaction, account_ids: Sequence[AccountId], since: datetime) -> list[AccountId]:
    """What broke since then is only suspect after all; those that still were broken. Their visits must be held."""
    return await tx.all(
        AccountId,
        """
        UPDATE account SET state = 'suspect', broken_at = NULL
         WHERE account_id = ANY(%(account_ids)s) AND state = 'broken' AND broken_at > %(since)s
        RETURNING account_id
        """,
        account_ids=list(account_ids),
        since=since,
    )


async def troubled(reader: Reader) -> list[Standing]:
    """How many accounts are suspect, and how many broken."""
    return await reader.all(
        Standing,
        """
        SELECT state, count(*) AS accounts FROM account WHERE state IN ('suspect', 'broken')
         GROUP BY state ORDER BY state DESC
        """,
    )


async def oldest_suspicion(reader: Reader) -> datetime | None:
    """Since when the longest suspect account is suspect."""
    return await reader.one_or_none(
        datetime,
        """
        SELECT first_refused_at FROM account WHERE state = 'suspect' AND first_refused_at IS NOT NULL
         ORDER BY first_refused_at LIMIT 1
        """,
    )
