"""SQL on app_user, in numbered pages. Anonymous users are many and have no name: they are left out."""

from typing import Any, LiteralString

from wattlink.db.database import Reader
from wattlink.domain.access.model import Access
from wattlink.domain.access.store import across
from wattlink.domain.users.listing.model import Wanted
from wattlink.domain.users.model import AppUser
from wattlink.domain.users.store import APP_USER

_WHERE: LiteralString = """
     WHERE app_user.application_id = ANY(%(applications)s)
       AND (%(only_user)s::uuid IS NULL OR user_id = %(only_user)s) AND login IS DISTINCT FROM 'anonymous'
       AND (%(project_id)s::uuid IS NULL OR project_id = %(project_id)s)
       AND (%(user_ids)s::uuid[] IS NULL OR user_id = ANY(%(user_ids)s))
       AND (%(email)s::text IS NULL OR lower(email) = lower(%(email)s))
       AND (%(first_name)s::text IS NULL OR first_name = %(first_name)s)
       AND (%(last_name)s::text IS NULL OR last_name = %(last_name)s)
"""
_DOWN: LiteralString = " ORDER BY created_at DESC, user_id DESC "
_UP: LiteralString = " ORDER BY created_at, user_id "
_UPTO: LiteralString = " LIMIT %(upto)s "
_ALL_OF: LiteralString = "SELECT * FROM ("
_FROM: LiteralString = ") AS page"
_OFFSET: LiteralString = " OFFSET %(offset)s"
_DESCENDING = _ALL_OF + across(APP_USER + _WHERE, _DOWN + _UPTO) + _FROM + _DOWN + _OFFSET
_ASCENDING = _ALL_OF + across(APP_USER + _WHERE, _UP + _UPTO) + _FROM + _UP + _OFFSET
_COUNTED: LiteralString = "SELECT count(*) FROM app_user JOIN application USING (application_id) "
_COUNT: LiteralString = _COUNTED + _WHERE


async def page(reader: Reader, access: Access, wanted: Wanted) -> list[AppUser]:
    """The users of a page."""
    return await reader.all(
        AppUser,
        _ASCENDING if wanted.is_ascending else _DESCENDING,
        offset=wanted.offset,
        upto=wanted.offset + wanted.limit,
        **_params(access, wanted),
    )


async def count(reader: Reader, access: Access, wanted: Wanted) -> int:
    """How many there are on all pages."""
    return await reader.one(int, _COUNT, **_params(access, wanted))


def _params(access: Access, wanted: Wanted) -> dict[str, Any]:
    return {
        "applications": list(access.applications),
        "only_user": access.only_user,
        "project_id": wanted.project_id,
        "user_ids": None if wanted.user_ids is None else list(wanted.user_ids),
        "email": wanted.email,
        "first_name": wanted.first_name,
        "last_name": wanted.last_name,
    }
