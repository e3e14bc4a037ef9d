"""SQL on identity_service, identity and used_id_token."""

from datetime import datetime

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, IdentityServiceId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.users.elsewhere.model import IdentityService, Person


async def service(reader: Reader, access: Access, name: str) -> IdentityService:
    """The application's service of this name."""
    found = await reader.one_or_none(
        IdentityService,
        "SELECT * FROM identity_service WHERE application_id = %(application_id)s AND name = %(name)s",
        application_id=access.application_id,
        name=name,
    )
    if found is None:
        raise NotFound("identity provider", name)
    return found


async def service_of(reader: Reader, service_id: IdentityServiceId) -> IdentityService:
    """The service of a sign-in that is known already."""
    found = await reader.one_or_none(
        IdentityService, "SELECT * FROM identity_service WHERE service_id = %(service_id)s", service_id=service_id
    )
    if found is None:
        raise NotFound("identity provider", service_id)
    return found


async def services(reader: Reader, access: Access) -> list[IdentityService]:
    """Those of the applications within reach, by name."""
    return await reader.all(
        IdentityService,
        "SELECT * FROM identity_service WHERE application_id = ANY(%(applications)s) ORDER BY name, service_id",
        applications=list(access.applications),
    )


async def claim(tx: Transaction, new: IdentityService) -> IdentityServiceId:
    """The id of the application's service of this name, made if there is none; `put` fills it."""
    await tx.execute(
        """
        INSERT INTO identity_service (service_id, application_id, name, kind, issuer, client_id, created_at)
        VALUES (%(service_id)s, %(application_id)s, %(name)s, %(kind)s, %(issuer)s, '', %(created_at)s)
        ON CONFLICT (application_id, name) DO NOTHING
        """,
        service_id=new.service_id,
        application_id=new.application_id,
        name=new.name,
        kind=new.kind,
        issuer=new.issuer,
        created_at=new.created_at,
    )
    return await tx.one(
        IdentityServiceId,
        """
        SELECT service_id FROM identity_service
         WHERE application_id = %(application_id)s AND name = %(name)s FOR UPDATE
        """,
        application_id=new.application_id,
        name=new.name,
    )


async def put(tx: Transaction, filled: IdentityService) -> None:
    """Everything of a service that can change; sign-ins that were begun with what it was are over."""
    await tx.execute("DELETE FROM sign_in WHERE service_id = %(service_id)s", service_id=filled.service_id)
    await tx.execute(
        """
        UPDATE identity_service
           SET kind = %(kind)s, issuer = %(issuer)s, client_id = %(client_id)s, sealed_secret = %(sealed_secret)s,
               scopes = %(scopes)s, redirect_uris = %(redirect_uris)s
         WHERE service_id = %(service_id)s
        """,
        service_id=filled.service_id,
        kind=filled.kind,
        issuer=filled.issuer,
        client_id=filled.client_id,
        sealed_secret=filled.sealed_secret,
        scopes=filled.scopes,
        redirect_uris=filled.redirect_uris,
    )


async def remove(tx: Transaction, access: Access, name: str) -> bool:
    """Whether there was one to remove. Its users stay, and so does who they are there."""
    sql = "DELETE FROM identity_service WHERE application_id = %(application_id)s AND name = %(name)s"
    return await tx.execute(sql, application_id=access.application_id, name=name) > 0


async def lock_identity(tx: Transaction, application_id: ApplicationId, person: Person) -> UserId | None:
    """The user who this person is; who asks for the same one meanwhile waits for the end of the transaction."""
    key = f"{application_id} {person.namespace} {person.subject}"
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 17))", key=key)
    return await tx.one_or_none(
        UserId,
        """
        SELECT user_id FROM identity
         WHERE application_id = %(application_id)s AND issuer = %(issuer)s AND subject = %(subject)s
        """,
        application_id=application_id,
        issuer=person.namespace,
        subject=person.subject,
    )


async def add_identity(
    tx: Transaction, application_id: ApplicationId, person: Person, user_id: UserId, *, now: datetime
) -> None:
    """From now on this person is this user."""
    await tx.execute(
        """
        INSERT INTO identity (application_id, issuer, subject, user_id, created_at)
        VALUES (%(application_id)s, %(issuer)s, %(subject)s, %(user_id)s, %(now)s)
        """,
        application_id=application_id,
        issuer=person.namespace,
        subject=person.subject,
        user_id=user_id,
        now=now,
    )


async def use_id_token(tx: Transaction, token_digest: bytes, *, expires_at: datetime) -> bool:
    """Whether an ID token is shown for the first time."""
    sql = "INSERT INTO used_id_token (token_digest, expires_at) VALUES (%(token_digest)s, %(expires_at)s)"
    return await tx.execute(sql + " ON CONFLICT DO NOTHING", token_digest=token_digest, expires_at=expires_at) > 0


async def forget_id_tokens(tx: Transaction, now: datetime) -> int:
    """Drop those that have expired, and open no door any more."""
    return await tx.execute("DELETE FROM used_id_token WHERE expires_at < %(now)s", now=now)
