"""SQL on credential."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import AccountId, CredentialId


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """A renewed credential; `generation` is the one that it replaces."""

    credential_id: CredentialId
    generation: int
    sealed: bytes
    seconds_ahead: float  # the application's time, when it was renewed


async def id_of(reader: Reader, account_id: AccountId) -> CredentialId | None:
    """The id of the account's credential."""
    return await reader.one_or_none(
        CredentialId,
        "SELECT credential_id FROM credential WHERE account_id = %(account_id)s",
        account_id=account_id,
    )


async def put(
    tx: Transaction,
    account_id: AccountId,
    credential_id: CredentialId,
    *,
    sealed: bytes,
    must_prove: bool,
    now: datetime,
) -> None:
    """Store the account's newest credential; the one that it replaces is destroyed."""
    await tx.execute(
        """
        INSERT INTO credential (credential_id, account_id, sealed, must_prove, saved_at)
        VALUES (%(credential_id)s, %(account_id)s, %(sealed)s, %(must_prove)s,
                %(now)s + (SELECT CASE WHEN registration.is_sandbox THEN clock_ahead ELSE interval '0' END
                             FROM account JOIN application USING (application_id)
                             JOIN registration USING (registration_id)
                            WHERE account_id = %(account_id)s))
            ON CONFLICT (account_id) DO UPDATE
           SET sealed = excluded.sealed, generation = credential.generation + 1,
               must_prove = excluded.must_prove, saved_at = excluded.saved_at
        """,
        account_id=account_id,
        credential_id=credential_id,
        sealed=sealed,
        must_prove=must_prove,
        now=now,
    )


async def rotate(tx: Transaction, rotations: Sequence[Rotation], now: datetime) -> set[CredentialId]:
    """Store renewed credentials where the generation that each replaces still stands; those that were stored."""
    return set(
        await tx.all(
            CredentialId,
            """
            UPDATE credential
               SET sealed = decode(renewed.sealed, 'base64'), generation = credential.generation + 1,
                   must_prove = false, saved_at = %(now)s + interval '1 second' * renewed.seconds_ahead
              FROM jsonb_to_recordset(%(rotations)s)
                AS renewed (credential_id uuid, generation bigint, sealed text, seconds_ahead double precision)
             WHERE credential.credential_id = renewed.credential_id AND credential.generation = renewed.generation
            RETURNING credential.credential_id
            """,
            rotations=Json(rotations),
            now=now,
        )
    )


async def existing(reader: Reader, credential_ids: Sequence[CredentialId]) -> set[CredentialId]:
    """Which of these credentials there still are."""
    return set(
        await reader.all(
            CredentialId,
            "SELECT credential_id FROM credential WHERE credential_id = ANY(%(credential_ids)s)",
            credential_ids=list(credential_ids),
        )
    )
