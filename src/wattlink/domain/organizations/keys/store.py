"""SQL on application_key and access_token."""

from datetime import datetime

import msgspec

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, KeyId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations.model import Key


class KeyRow(msgspec.Struct, frozen=True):
    """A live key, with the digest of its secret."""

    key_id: KeyId
    application_id: ApplicationId
    secret_digest: bytes


class TokenRow(msgspec.Struct, frozen=True):
    """A live token's reach; `last_used_at` is its key's."""

    key_id: KeyId
    application_id: ApplicationId
    expires_at: datetime
    last_used_at: datetime | None = None


async def add_key(tx: Transaction, key: KeyRow, name: str) -> datetime:
    """A new key of an application; when it was made."""
    return await tx.one(
        datetime,
        """
        INSERT INTO application_key (key_id, application_id, name, secret_digest)
        VALUES (%(key_id)s, %(application_id)s, %(name)s, %(secret_digest)s)
        RETURNING created_at
        """,
        key_id=key.key_id,
        application_id=key.application_id,
        name=name,
        secret_digest=key.secret_digest,
    )


async def live_key(reader: Reader, key_id: KeyId) -> KeyRow | None:
    """The key, unless it is unknown or ended."""
    return await reader.one_or_none(
        KeyRow,
        """
        SELECT key_id, application_id, secret_digest FROM application_key
         WHERE key_id = %(key_id)s AND ended_at IS NULL
        """,
        key_id=key_id,
    )


async def live_keys(reader: Reader, access: Access) -> list[Key]:
    """The application's keys that haven't ended, oldest first."""
    return await reader.all(
        Key,
        """
        SELECT key_id, application_id, name, created_at, last_used_at FROM application_key
         WHERE application_id = %(application_id)s AND ended_at IS NULL
         ORDER BY created_at, key_id
        """,
        application_id=access.application_id,
    )


async def end_key(tx: Transaction, access: Access, key_id: KeyId, now: datetime) -> None:
    """The key and every token that it fetched open nothing any more; raises NotFound."""
    ended = await tx.execute(
        """
        UPDATE application_key SET ended_at = %(now)s
         WHERE key_id = %(key_id)s AND application_id = %(application_id)s AND ended_at IS NULL
        """,
        key_id=key_id,
        application_id=access.application_id,
        now=now,
    )
    if not ended:
        raise NotFound("key", key_id)


async def delete_of_application(tx: Transaction, application_id: ApplicationId) -> None:
    """Remove every key of an application, with its tokens."""
    await tx.execute(
        "DELETE FROM application_key WHERE application_id = %(application_id)s", application_id=application_id
    )


async def add_token(tx: Transaction, token_digest: bytes, row: TokenRow) -> None:
    """A token that was just issued."""
    await tx.execute(
        """
        INSERT INTO access_token (token_digest, key_id, application_id, expires_at)
        VALUES (%(token_digest)s, %(key_id)s, %(application_id)s, %(expires_at)s)
        """,
        token_digest=token_digest,
        key_id=row.key_id,
        application_id=row.application_id,
        expires_at=row.expires_at,
    )


async def live_token(reader: Reader, token_digest: bytes, now: datetime) -> TokenRow | None:
    """What a token reaches, unless it is unknown, expired, or its key ended."""
    return await reader.one_or_none(
        TokenRow,
        """
        SELECT token.key_id, token.application_id, token.expires_at, key.last_used_at
          FROM access_token AS token JOIN application_key AS key USING (key_id)
         WHERE token_digest = %(token_digest)s AND expires_at > %(now)s AND key.ended_at IS NULL
        """,
        token_digest=token_digest,
        now=now,
    )


async def note_use(tx: Transaction, key_id: KeyId, now: datetime) -> None:
    """When the key was last used."""
    await tx.execute(
        "UPDATE application_key SET last_used_at = %(now)s WHERE key_id = %(key_id)s", key_id=key_id, now=now
    )


async def drop_expired_tokens(tx: Transaction, before: datetime, *, limit: int = 1000) -> int:
    """Forget tokens that expired before this; the number of rows."""
    return await tx.execute(
        """
        DELETE FROM access_token
         WHERE token_digest IN (SELECT token_digest FROM access_token WHERE expires_at < %(before)s LIMIT %(limit)s)
        """,
        before=before,
        limit=limit,
    )
