"""SQL on budget_window: how many requests each slot of time saw."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId, RegistrationId

NO_ACCOUNT = AccountId(UUID(int=0))
"""Stands for the registration's own budget."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A block of requests that a process wants: at most `allowed` may lie within `seconds`, counted by slots."""

    registration_id: RegistrationId
    account_id: AccountId
    block: int
    allowed: int
    seconds: float
    slot_seconds: float


class _Key(msgspec.Struct, frozen=True):
    registration_id: RegistrationId
    account_id: AccountId


async def lock_registrations(tx: Transaction, registration_ids: Sequence[RegistrationId]) -> None:
    """Let no other process lease from these registrations before this transaction ends."""
    await tx.all(
        UUID,
        """
        SELECT registration_id FROM registration
         WHERE registration_id = ANY(%(registration_ids)s) ORDER BY registration_id FOR NO KEY UPDATE
        """,
        registration_ids=list(registration_ids),
    )


async def lease(tx: Transaction, wanted: Sequence[Wanted]) -> set[tuple[RegistrationId, AccountId]]:
    """Write down the blocks that fit; the registrations and accounts that got theirs.

    A leased request is sent within a second after its slot at the latest, so the slots that may hold one of the last
    `seconds` are those that begin up to a slot and that second earlier.
    """
    granted = await tx.all(
        _Key,
        """
        WITH wanted AS (
            SELECT *, date_bin(make_interval(secs => slot), clock_timestamp(), 'epoch'::timestamptz) AS starts_at
              FROM unnest(%(registrations)s::uuid[], %(accounts)s::uuid[], %(blocks)s::integer[],
                          %(allowed)s::integer[], %(seconds)s::float8[], %(slots)s::float8[])
                AS wanted (registration_id, account_id, block, allowed, seconds, slot)
        )
        INSERT INTO budget_window (registration_id, account_id, window_start, used)
        SELECT registration_id, account_id, starts_at, block
          FROM wanted JOIN registration USING (registration_id)  -- which may have been removed meanwhile
         WHERE block + (SELECT coalesce(sum(spent.used), 0) FROM budget_window AS spent
                         WHERE spent.registration_id = wanted.registration_id
                           AND spent.account_id = wanted.account_id
                           AND spent.window_start > starts_at - make_interval(secs => seconds + slot + 1)) <= allowed
           FOR KEY SHARE OF registration
            ON CONFLICT (registration_id, account_id, window_start)
            DO UPDATE SET used = budget_window.used + excluded.used
        RETURNING registration_id, account_id
        """,
        registrations=[want.registration_id for want in wanted],
        accounts=[want.account_id for want in wanted],
        blocks=[want.block for want in wanted],
        allowed=[want.allowed for want in wanted],
        seconds=[want.seconds for want in wanted],
        slots=[want.slot_seconds for want in wanted],
    )
    return {(key.registration_id, key.account_id) for key in granted}


async def drop_older(tx: Transaction, seconds: float, *, limit: int = 5000) -> int:
    """Forget slots that began longer ago than this; the number of rows."""
    return await tx.execute(
        """
        DELETE FROM budget_window
         WHERE ctid = ANY (ARRAY(SELECT ctid FROM budget_window
                                  WHERE window_start < clock_timestamp() - make_interval(secs => %(seconds)s)
                                  LIMIT %(limit)s))
        """,
        seconds=seconds,
        limit=limit,
    )
