"""SQL on operator_token."""

from datetime import datetime
from typing import Any

import msgspec

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, OperatorTokenId, OrganizationId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations.model import OperatorToken


class OperatorReach(msgspec.Struct, frozen=True):
    """A live token's reach."""

    token_id: OperatorTokenId
    organization_id: OrganizationId
    applications: tuple[ApplicationId, ...]  # oldest first
    last_used_at: datetime | None


async def add(tx: Transaction, token: OperatorToken, token_digest: bytes) -> None:
    """A new token; one with the same digest is left as it is."""
    await tx.execute(
        """
        INSERT INTO operator_token (token_id, organization_id, name, token_digest, created_at)
        VALUES (%(token_id)s, %(organization_id)s, %(name)s, %(token_digest)s, %(created_at)s)
            ON CONFLICT (token_digest) DO NOTHING
        """,
        token_id=token.token_id,
        organization_id=token.organization_id,
        name=token.name,
        token_digest=token_digest,
        created_at=token.created_at,
    )


async def reach(reader: Reader, token_digest: bytes) -> OperatorReach | None:
    """What a token reaches, unless it is unknown or ended."""
    return await reader.one_or_none(
        OperatorReach,
        """
        SELECT token_id, organization_id, last_used_at,
               ARRAY(SELECT application_id FROM application
                      WHERE application.organization_id = token.organization_id
                      ORDER BY created_at, application_id) AS applications
          FROM operator_token AS token
         WHERE token_digest = %(token_digest)s AND ended_at IS NULL
        """,
        token_digest=token_digest,
    )


async def note_use(tx: Transaction, token_id: OperatorTokenId, now: datetime) -> None:
    """When the token was last used."""
    await tx.execute(
        "UPDATE operator_token SET last_used_at = %(now)s WHERE token_id = %(token_id)s", token_id=token_id, now=now
    )


async def of_organization(reader: Reader, organization_id: OrganizationId) -> list[OperatorToken]:
    """The organization's live tokens, oldest first."""
    return await reader.all(
        OperatorToken,
        """
        SELECT token_id, organization_id, name, created_at, last_used_at FROM operator_token
         WHERE organization_id = %(organization_id)s AND ended_at IS NULL
         ORDER BY created_at, token_id
        """,
        organization_id=organization_id,
    )


async def end(tx: Transaction, organization_id: OrganizationId, token_id: OperatorTokenId, now: datetime) -> None:
    """The token opens nothing any more; raises NotFound."""
    ended = await tx.execute(
        """
        UPDATE operator_token SET ended_at = %(now)s
         WHERE token_id = %(token_id)s AND organization_id = %(organization_id)s AND ended_at IS NULL
        """,
        token_id=token_id,
        organization_id=organization_id,
        now=now,
    )
    if not ended:
        raise NotFound("operator token", token_id)


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who an operator is; `document` is what is said of that person, under the names of whoever says it."""

    token_id: OperatorTokenId
    name: str
    document: dict[str, Any]
    created_at: datetime
    changed_at: datetime | None


async def holder(reader: Reader, access: Access) -> Holder:
    """The operator who acts."""
    return await reader.one(
        Holder,
        """
        SELECT token_id, name, document, created_at, changed_at FROM operator_token WHERE token_id = %(token_id)s
        """,
        token_id=access.actor,
    )


async def lock_holder(tx: Transaction, access: Access) -> Holder:
    """The same, held until the end of the transaction."""
    await tx.execute("SELECT FROM operator_token WHERE token_id = %(token_id)s FOR UPDATE", token_id=access.actor)
    return await holder(tx, access)


async def describe(tx: Transaction, access: Access, document: dict[str, Any], *, now: datetime) -> Holder:
    """Replace what is said of the operator who acts."""
    return await tx.one(
        Holder,
        """
        UPDATE operator_token SET document = %(document)s, changed_at = %(now)s WHERE token_id = %(token_id)s
        RETURNING token_id, name, document, created_at, changed_at
        """,
        token_id=access.actor,
        document=Json(document),
        now=now,
    )
