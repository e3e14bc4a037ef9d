"""SQL on those columns of app_user that are about a login and what is said of a user."""

from datetime import datetime
from typing import Any, LiteralString

import msgspec
import psycopg.errors

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists, NotFound
from wattlink.domain.users.model import AppUser, Secrets
from wattlink.domain.users.store import APP_USER

_BY_ID: LiteralString = (
    APP_USER
    + """
     WHERE app_user.application_id = ANY(%(applications)s) AND user_id = %(user_id)s
       AND (%(only_user)s::uuid IS NULL OR user_id = %(only_user)s)
    """
)
_SECRETS: LiteralString = "SELECT user_id, login, password_hash, sealed_activation_code FROM app_user"


async def get(reader: Reader, access: Access, user_id: UserId) -> AppUser:
    """The user of this id."""
    found = await reader.one_or_none(
        AppUser, _BY_ID, applications=list(access.applications), only_user=access.only_user, user_id=user_id
    )
    if found is None:
        raise NotFound("user", user_id)
    return found


async def lock(tx: Transaction, access: Access, user_id: UserId) -> AppUser:
    """The user, held until the end of the transaction: nobody changes it meanwhile."""
    held = await tx.one_or_none(
        UserId, "SELECT user_id FROM app_user WHERE user_id = %(user_id)s FOR NO KEY UPDATE", user_id=user_id
    )
    if held is None:
        raise NotFound("user", user_id)
    return await get(tx, access, user_id)


async def secrets(reader: Reader, access: Access, user_id: UserId) -> Secrets:
    """How this user is proved."""
    found = await reader.one_or_none(
        Secrets,
        _SECRETS
        + """
         WHERE user_id = %(user_id)s AND application_id = ANY(%(applications)s)
           AND (%(only_user)s::uuid IS NULL OR user_id = %(only_user)s)
        """,
        user_id=user_id,
        applications=list(access.applications),
        only_user=access.only_user,
    )
    if found is None:
        raise NotFound("user", user_id)
    return found


async def secrets_by_email(reader: Reader, application_id: ApplicationId, email: str) -> Secrets | None:
    """How the user with this address is proved, case ignored."""
    return await reader.one_or_none(
        Secrets,
        _SECRETS + " WHERE application_id = %(application_id)s AND lower(email) = lower(%(email)s)",
        application_id=application_id,
        email=email,
    )


async def add(tx: Transaction, user: AppUser) -> bool:
    """A new user without secrets; False where its external id or its address is another's."""
    return bool(
        await tx.execute(
            """
            INSERT INTO app_user (user_id, application_id, external_id, created_at, login, email, first_name, last_name,
                                  profile, activated_at)
            VALUES (%(user_id)s, %(application_id)s, %(external_id)s, %(created_at)s, %(login)s, %(email)s,
                    %(first_name)s, %(last_name)s, %(profile)s, %(activated_at)s)
            ON CONFLICT DO NOTHING
            """,
            **_columns(user),
        )
    )


async def put(tx: Transaction, user: AppUser) -> None:
    """Replace what is said of a user, and its login; raises AlreadyExists where its address is another's."""
    try:
        await tx.execute(
            """
            UPDATE app_user
               SET login = %(login)s, email = %(email)s, first_name = %(first_name)s, last_name = %(last_name)s,
                   profile = %(profile)s, activated_at = %(activated_at)s, changed_at = %(changed_at)s
             WHERE user_id = %(user_id)s
            """,
            **_columns(user),
        )
    except psycopg.errors.UniqueViolation:
        raise AlreadyExists("email: another user has this address") from None


def _columns(user: AppUser) -> dict[str, Any]:
    return {**msgspec.structs.asdict(user), "profile": Json(user.profile)}


async def set_password(tx: Transaction, user_id: UserId, password_hash: str, *, instead_of: str | None) -> bool:
    """Another hash; False where it isn't the one any more that it replaces."""
    return bool(
        await tx.execute(
            """
            UPDATE app_user SET password_hash = %(password_hash)s
             WHERE user_id = %(user_id)s AND password_hash IS NOT DISTINCT FROM %(instead_of)s
            """,
            user_id=user_id,
            password_hash=password_hash,
            instead_of=instead_of,
        )
    )


async def set_activation_code(tx: Transaction, user_id: UserId, sealed: bytes | None) -> None:
    """What activates the user, or gives it another address."""
    await tx.execute(
        "UPDATE app_user SET sealed_activation_code = %(sealed)s WHERE user_id = %(user_id)s",
        user_id=user_id,
        sealed=sealed,
    )


async def activate(tx: Transaction, user_id: UserId, now: datetime) -> bool:
    """inactive -> active: the code is gone; False where the user isn't inactive."""
    return bool(
        await tx.execute(
            """
            UPDATE app_user SET login = 'active', sealed_activation_code = NULL, activated_at = %(now)s
             WHERE user_id = %(user_id)s AND login = 'inactive'
            """,
            user_id=user_id,
            now=now,
        )
    )


async def take_address(tx: Transaction, user_id: UserId, sealed: bytes, email: str, now: datetime) -> bool:
    """The address that this code proves; False where the code is gone, AlreadyExists where the address is another's."""
    try:
        return bool(await tx.execute(_TAKE_ADDRESS, user_id=user_id, sealed=sealed, email=email, now=now))
    except psycopg.errors.UniqueViolation:
        raise AlreadyExists("email: another user has this address") from None


_TAKE_ADDRESS: LiteralString = """
    UPDATE app_user
       SET email = %(email)s, sealed_activation_code = NULL,
           changed_at = greatest(%(now)s, created_at + interval '1 millisecond'),
           login = CASE WHEN password_hash IS NULL THEN login ELSE 'active' END,
           activated_at = CASE WHEN password_hash IS NULL THEN activated_at ELSE coalesce(activated_at, %(now)s) END
     WHERE user_id = %(user_id)s AND sealed_activation_code = %(sealed)s
"""


async def note_use(tx: Transaction, user_id: UserId, now: datetime) -> None:
    """A key of the user's was used."""
    await tx.execute("UPDATE app_user SET seen_at = %(now)s WHERE user_id = %(user_id)s", user_id=user_id, now=now)


_IDLE: LiteralString = """
     WHERE login = 'anonymous' AND coalesce(seen_at, app_user.created_at) < %(since)s
       AND coalesce(app_user.changed_at, app_user.created_at) < %(since)s
"""


async def idle_anonymous(reader: Reader, *, since: datetime, limit: int) -> list[AppUser]:
    """Anonymous users of whom nothing was seen since then, the longest idle first."""
    return await reader.all(
        AppUser,
        APP_USER + _IDLE + " ORDER BY coalesce(seen_at, app_user.created_at) LIMIT %(limit)s",
        since=since,
        limit=limit,
    )


async def is_idle_anonymous(reader: Reader, user_id: UserId, *, since: datetime) -> bool:
    """Whether this is still one of them."""
    found = await reader.one_or_none(
        AppUser, APP_USER + _IDLE + " AND user_id = %(user_id)s", user_id=user_id, since=since
    )
    return found is not None
