"""SQL on access_key. To end a key is to delete its row."""

from datetime import datetime
from uuid import UUID

import msgspec

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, KeyId, OperatorTokenId, ShareId
from wattlink.domain.access.model import KeyKind


class AccessKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is stored; `sealed` where a documented call shows it again."""

    key_id: KeyId
    kind: KeyKind
    application_id: ApplicationId | None  # None: the device is an operator's thng
    share_id: ShareId | None = None
    subject_id: UUID | None = None
    sealed: bytes | None = None


async def add(tx: Transaction, key: AccessKey, key_digest: bytes, *, now: datetime) -> bool:
    """Whether it was added; not if the application or the device has one of its kind already."""
    added = await tx.execute(
        """
        INSERT INTO access_key (key_id, key_digest, sealed, kind, application_id, share_id, subject_id, created_at)
        VALUES (%(key_id)s, %(key_digest)s, %(sealed)s, %(kind)s, %(application_id)s, %(share_id)s, %(subject_id)s,
                %(now)s)
            ON CONFLICT DO NOTHING
        """,
        **msgspec.structs.asdict(key),
        key_digest=key_digest,
        now=now,
    )
    return added > 0


async def of_application(reader: Reader, application_id: ApplicationId, kind: KeyKind) -> AccessKey | None:
    """The application's public or trusted key, if it was made already."""
    return await reader.one_or_none(
        AccessKey,
        """
        SELECT key_id, kind, application_id, sealed FROM access_key
         WHERE application_id = %(application_id)s AND kind = %(kind)s
        """,
        application_id=application_id,
        kind=kind,
    )


async def of_device(reader: Reader, subject_id: UUID) -> AccessKey | None:
    """The device's key."""
    return await reader.one_or_none(
        AccessKey,
        """
        SELECT key_id, kind, application_id, subject_id, sealed FROM access_key
         WHERE subject_id = %(subject_id)s AND kind = 'device'
        """,
        subject_id=subject_id,
    )


async def newest_of_shares(
    reader: Reader, share_ids: list[ShareId], *, asking: KeyId | OperatorTokenId | None = None
) -> list[AccessKey]:
    """One key of each of some shares: the one that asks, or else the newest. Log-ins may have left thousands."""
    return await reader.all(
        AccessKey,
        """
        SELECT DISTINCT ON (share_id) key_id, kind, application_id, share_id, sealed FROM access_key
         WHERE share_id = ANY(%(share_ids)s)
         ORDER BY share_id, key_id IS NOT DISTINCT FROM %(asking)s::uuid DESC, created_at DESC, key_id DESC
        """,
        share_ids=share_ids,
        asking=asking,
    )


async def end_of_share(tx: Transaction, share_id: ShareId) -> int:
    """End every key of a share; how many."""
    return await tx.execute("DELETE FROM access_key WHERE share_id = %(share_id)s", share_id=share_id)


async def end_of_device(tx: Transaction, subject_id: UUID) -> int:
    """End the key of a device; how many."""
    return await tx.execute(
        "DELETE FROM access_key WHERE subject_id = %(subject_id)s AND kind = 'device'", subject_id=subject_id
    )


async def end_of_application(tx: Transaction, application_id: ApplicationId, kind: KeyKind | None = None) -> int:
    """End the application's public and trusted keys, or the one of a kind; how many."""
    return await tx.execute(
        """
        DELETE FROM access_key
         WHERE application_id = %(application_id)s AND kind IN ('app', 'trusted')
           AND (%(kind)s::text IS NULL OR kind = %(kind)s)
        """,
        application_id=application_id,
        kind=kind,
    )
