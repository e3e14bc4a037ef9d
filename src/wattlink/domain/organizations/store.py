"""SQL on organization, application, application_key and access_token."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, KeyId, OrganizationId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations.model import Application, StoredApplication

_SELECT = """
    SELECT application_id, organization_id, name, redirect_uris, branding, connections_limit, created_at
      FROM application WHERE application_id = ANY(%(applications)s)
"""
_OLDER = (
    _SELECT
    + """
       AND (created_at, application_id) < (%(edge_at)s::timestamptz, %(edge_id)s)
     ORDER BY created_at DESC, application_id DESC LIMIT %(limit)s
    """
)
_NEWER = (
    _SELECT
    + """
       AND (created_at, application_id) > (%(edge_at)s::timestamptz, %(edge_id)s)
     ORDER BY created_at, application_id LIMIT %(limit)s
    """
)


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


async def get_application(reader: Reader, application_id: ApplicationId) -> StoredApplication:
    """The application."""
    found = await reader.one_or_none(
        StoredApplication,
        """
        SELECT application_id, organization_id, name, redirect_uris, branding, connections_limit, created_at
          FROM application WHERE application_id = %(application_id)s
        """,
        application_id=application_id,
    )
    if found is None:
        raise NotFound("application", application_id)
    return found


async def list_applications(reader: Reader) -> list[StoredApplication]:
    """Every application of this installation, oldest first."""
    return await reader.all(
        StoredApplication,
        """
        SELECT application_id, organization_id, name, redirect_uris, branding, connections_limit, created_at
          FROM application ORDER BY created_at, application_id
        """,
    )


async def page_of_applications(reader: Reader, access: Access, page: PageRequest) -> list[StoredApplication]:
    """The applications within reach, newest first; with `before` the page that ends just before it."""
    found = await reader.all(
        StoredApplication,
        _NEWER if page.is_backwards else _OLDER,
        applications=list(access.applications),
        **page.params(),
    )
    return found[::-1] if page.is_backwards else found


async def first_organization(reader: Reader) -> OrganizationId | None:
    """The oldest organization: the operator's own."""
    return await reader.one_or_none(
        OrganizationId, "SELECT organization_id FROM organization ORDER BY created_at, organization_id LIMIT 1"
    )


async def add_organization(tx: Transaction, organization_id: OrganizationId, name: str) -> None:
    """A new organization."""
    await tx.execute(
        "INSERT INTO organization (organization_id, name) VALUES (%(organization_id)s, %(name)s)",
        organization_id=organization_id,
        name=name,
    )


async def add_application(tx: Transaction, application: Application) -> None:
    """A new application."""
    await tx.execute(
        """
        INSERT INTO application (application_id, organization_id, name, redirect_uris, branding, connections_limit)
        VALUES (%(application_id)s, %(organization_id)s, %(name)s, %(redirect_uris)s, %(branding)s, %(limit)s)
        """,
        application_id=application.application_id,
        organization_id=application.organization_id,
        name=application.name,
        redirect_uris=list(application.redirect_uris),
        branding=Json(msgspec.to_builtins(application.branding)),
        limit=application.connections_limit,
    )


async def add_key(tx: Transaction, key: KeyRow) -> None:
    """A new key of an application."""
    await tx.execute(
        """
        INSERT INTO application_key (key_id, application_id, secret_digest)
        VALUES (%(key_id)s, %(application_id)s, %(secret_digest)s)
        """,
        key_id=key.key_id,
        application_id=key.application_id,
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


async def set_branding(tx: Transaction, application_id: ApplicationId, branding: dict[str, object]) -> None:
    """Replace how an application shows itself."""
    await tx.execute(
        "UPDATE application SET branding = %(branding)s WHERE application_id = %(application_id)s",
        branding=Json(branding),
        application_id=application_id,
    )


async def set_redirect_uris(tx: Transaction, application_id: ApplicationId, redirect_uris: Sequence[str]) -> None:
    """Replace the list of return addresses."""
    await tx.execute(
        "UPDATE application SET redirect_uris = %(redirect_uris)s WHERE application_id = %(application_id)s",
        redirect_uris=list(redirect_uris),
        application_id=application_id,
    )
