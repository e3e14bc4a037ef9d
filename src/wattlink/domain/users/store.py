"""SQL on app_user."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.access.store import across, within
from wattlink.domain.errors import NotFound
from wattlink.domain.users.model import AppUser, User

_SELECT = """
    SELECT user_id, application_id, external_id, created_at FROM app_user
     WHERE application_id = ANY(%(applications)s)
       AND (%(only_user)s::uuid IS NULL OR user_id = %(only_user)s)
"""
_OLDER = across(
    _SELECT + " AND (created_at, user_id) < (%(edge_at)s::timestamptz, %(edge_id)s)",
    " ORDER BY created_at DESC, user_id DESC LIMIT %(limit)s",
)
_NEWER = across(
    _SELECT + " AND (created_at, user_id) > (%(edge_at)s::timestamptz, %(edge_id)s)",
    " ORDER BY created_at, user_id LIMIT %(limit)s",
)


async def get(reader: Reader, access: Access, external_id: str) -> User:
    """The user whom the app knows by this id."""
    sql, reach = within(_SELECT + " AND external_id = %(external_id)s", access)
    found = await reader.one_or_none(User, sql, **reach, external_id=external_id, only_user=access.only_user)
    if found is None:
        raise NotFound("user", external_id)
    return found


APP_USER: LiteralString = """
    SELECT user_id, app_user.application_id, external_id, app_user.created_at, project_id, login, email, first_name,
           last_name, profile, activated_at, app_user.changed_at
      FROM app_user JOIN application USING (application_id)
"""
"""A user with everything that is said of it, as AppUser."""


async def find_by_email(reader: Reader, application_id: ApplicationId, email: str) -> AppUser | None:
    """The application's user of this address, whose case doesn't matter."""
    return await reader.one_or_none(
        AppUser,
        APP_USER + " WHERE application_id = %(application_id)s AND lower(email) = lower(%(email)s)",
        application_id=application_id,
        email=email,
    )


async def lock(tx: Transaction, access: Access, external_id: str) -> User:
    """The user, held until the end of the transaction: nothing is linked to it meanwhile."""
    user = await get(tx, access, external_id)
    still_there = await tx.one_or_none(
        UserId, "SELECT user_id FROM app_user WHERE user_id = %(user_id)s FOR UPDATE", user_id=user.user_id
    )
    if still_there is None:
        raise NotFound("user", external_id)
    return user


async def hold(tx: Transaction, user_id: UserId) -> bool:
    """Whether the user is still there, and stays until the end of the transaction: nobody ends it meanwhile."""
    held = await tx.one_or_none(
        UserId, "SELECT user_id FROM app_user WHERE user_id = %(user_id)s FOR KEY SHARE", user_id=user_id
    )
    return held is not None


OWNER: LiteralString = """
    made AS (
        INSERT INTO app_user (user_id, application_id, external_id, created_at)
        SELECT %(new_user_id)s::uuid, %(application_id)s::uuid, %(user)s, %(created_at)s::timestamptz FROM allowing
        ON CONFLICT (application_id, external_id) DO NOTHING
        RETURNING user_id
    ), known AS (
        SELECT user_id FROM app_user WHERE application_id = %(application_id)s AND external_id = %(user)s FOR KEY SHARE
    ), owner AS (
        SELECT user_id FROM made UNION ALL SELECT user_id FROM known
    )
"""
"""For a statement that inserts what a user owns, made if new, and held, behind a part `allowing`: without a row of that
no user is made. No row in a race: then try again."""


async def page(reader: Reader, access: Access, page: PageRequest) -> list[User]:
    """Users, newest first; with `before` the page that ends just before it."""
    found = await reader.all(
        User,
        _NEWER if page.is_backwards else _OLDER,
        applications=list(access.applications),
        only_user=access.only_user,
        **page.params(),
    )
    return found[::-1] if page.is_backwards else found


async def some(reader: Reader, access: Access, *, limit: int) -> list[str]:
    """The app's own ids of some users, to do the same to all of them in turns."""
    return await reader.all(
        str,
        """
        SELECT external_id FROM app_user WHERE application_id = ANY(%(applications)s) ORDER BY user_id LIMIT %(limit)s
        """,
        applications=list(access.applications),
        limit=limit,
    )


async def count(reader: Reader, access: Access) -> int:
    """How many users the applications within reach have."""
    return await reader.one(
        int,
        "SELECT count(*) FROM app_user WHERE application_id = ANY(%(applications)s)",
        applications=list(access.applications),
    )


async def knows_all(reader: Reader, access: Access, user_ids: Sequence[UserId]) -> bool:
    """Whether all of these are users within reach."""
    return await reader.one(
        bool,
        """
        SELECT count(*) = cardinality(%(user_ids)s::uuid[]) FROM app_user
         WHERE user_id = ANY(%(user_ids)s) AND application_id = ANY(%(applications)s)
        """,
        user_ids=list(dict.fromkeys(user_ids)),
        applications=list(access.applications),
    )


async def delete(tx: Transaction, user_id: UserId, *, now: datetime) -> None:
    """Remove the row, and note that there was one; everything that hangs on it must be gone."""
    await tx.execute(
        """
        WITH gone AS (
            DELETE FROM app_user WHERE user_id = %(user_id)s RETURNING user_id, application_id, created_at
        )
        INSERT INTO deleted_user (user_id, application_id, created_at, deleted_at)
        SELECT user_id, application_id, created_at, %(now)s FROM gone
        """,
        user_id=user_id,
        now=now,
    )
