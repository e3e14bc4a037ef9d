"""SQL on what app_user knows of people, and on deleted_user."""

from datetime import datetime
from typing import LiteralString

import msgspec
from psycopg.errors import UniqueViolation

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists, NotFound
from wattlink.domain.users.people.model import Person

_LIVING: LiteralString = """
    SELECT user_id, application_id, external_id, rank, email, first_name, last_name, address, created_at,
           NULL::timestamptz AS deleted_at
      FROM app_user
     WHERE application_id = ANY(%(applications)s) AND (%(only_user)s::uuid IS NULL OR user_id = %(only_user)s)
"""
_DELETED: LiteralString = """
    SELECT user_id, application_id, '', 'user', NULL, NULL, NULL, '{}'::jsonb, created_at, deleted_at
      FROM deleted_user
     WHERE application_id = ANY(%(applications)s) AND %(only_user)s::uuid IS NULL
"""
_ALL: LiteralString = _LIVING + " UNION ALL " + _DELETED
_IN_ORDER: LiteralString = " ORDER BY created_at DESC, user_id DESC"
_SAME_ID: LiteralString = " AND user_id = %(user_id)s"
_OTHER = {
    "app_user_email": "email: there is a user with the e-mail address {email!r} already",
    "app_user_application_id_external_id_key": "external_user_id: there is a user with the external_user_id "
    "{external_id!r} already",
}


async def all_of(reader: Reader, access: Access, *, with_deleted: bool) -> list[Person]:
    """Every person within reach, newest first."""
    return await reader.all(
        Person,
        (_ALL if with_deleted else _LIVING) + _IN_ORDER,
        applications=list(access.applications),
        only_user=access.only_user,
    )


async def get(reader: Reader, access: Access, user_id: UserId, *, with_deleted: bool = False) -> Person:
    """The person; raises NotFound."""
    found = await reader.one_or_none(
        Person,
        _LIVING + _SAME_ID + " UNION ALL " + _DELETED + _SAME_ID + " AND %(with_deleted)s",
        applications=list(access.applications),
        only_user=access.only_user,
        user_id=user_id,
        with_deleted=with_deleted,
    )
    if found is None:
        raise NotFound("user", user_id)
    return found


async def lock(tx: Transaction, access: Access, user_id: UserId) -> Person:
    """The person, held until the end of the transaction; raises NotFound."""
    found = await tx.one_or_none(
        Person,
        _LIVING + _SAME_ID + " FOR UPDATE",
        applications=list(access.applications),
        only_user=access.only_user,
        user_id=user_id,
    )
    if found is None:
        raise NotFound("user", user_id)
    return found


async def name(tx: Transaction, access: Access, user_id: UserId, external_id: str, *, now: datetime) -> UserId:
    """A new user of this id, or the one whom the app knows by `external_id` already."""
    return await tx.one(
        UserId,
        """
        INSERT INTO app_user (user_id, application_id, external_id, created_at)
        VALUES (%(user_id)s, %(application_id)s, %(external_id)s, %(now)s)
        ON CONFLICT (application_id, external_id) DO UPDATE SET external_id = EXCLUDED.external_id
        RETURNING user_id
        """,
        user_id=user_id,
        application_id=access.application_id,
        external_id=external_id,
        now=now,
    )


async def put(tx: Transaction, person: Person, *, now: datetime) -> Person:
    """Write everything that is known; raises AlreadyExists where somebody else has the address or the app's id."""
    try:
        await tx.execute(
            """
            UPDATE app_user
               SET external_id = %(external_id)s, rank = %(rank)s, email = %(email)s, first_name = %(first_name)s,
                   last_name = %(last_name)s, address = %(address)s, changed_at = %(now)s
             WHERE user_id = %(user_id)s
            """,
            user_id=person.user_id,
            external_id=person.external_id,
            rank=person.rank,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            address=Json(msgspec.to_builtins(person.address)),
            now=now,
        )
    except UniqueViolation as error:
        text = _OTHER[str(error.diag.constraint_name)]
        raise AlreadyExists(text.format(email=person.email, external_id=person.external_id)) from None
    return person
