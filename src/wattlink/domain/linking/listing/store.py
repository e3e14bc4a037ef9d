"""SQL that reads link_session, as far as the caller reaches."""

from typing import LiteralString

from wattlink.db.database import Reader
from wattlink.domain.access.ids import SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.access.store import across
from wattlink.domain.errors import NotFound
from wattlink.domain.linking.listing.model import ListedSession, Wanted, WayBack
from wattlink.domain.linking.model import State
from wattlink.domain.linking.store import COLUMNS

_WITH_DEVICES: LiteralString = """
    , ARRAY(SELECT device_id FROM device
             WHERE link_session.state = 'completed' AND device.account_id = link_session.account_id
               AND device.kind = ANY(link_session.kinds) AND is_published
             ORDER BY device.kind, device_id) AS device_ids
"""
_SELECT: LiteralString = f"""
    SELECT {COLUMNS} {_WITH_DEVICES} FROM link_session
     WHERE application_id = ANY(%(applications)s) AND (%(only_user)s::uuid IS NULL OR user_id = %(only_user)s)
"""  # noqa: S608 - constants only
_OF_USER: LiteralString = """
    AND user_id = (SELECT user_id FROM app_user
                    WHERE application_id = ANY(%(applications)s) AND external_id = %(user)s)
"""
_IN_STATES: LiteralString = " AND state = ANY(%(states)s) "
_OLDER: LiteralString = " AND (created_at, session_id) < (%(edge_at)s::timestamptz, %(edge_id)s)"
_NEWER: LiteralString = " AND (created_at, session_id) > (%(edge_at)s::timestamptz, %(edge_id)s)"
_DOWN: LiteralString = " ORDER BY created_at DESC, session_id DESC LIMIT %(limit)s"
_UP: LiteralString = " ORDER BY created_at, session_id LIMIT %(limit)s"


async def get(reader: Reader, access: Access, session_id: SessionId) -> ListedSession:
    """The session, if this caller may see it."""
    found = await reader.one_or_none(
        ListedSession,
        _SELECT + " AND session_id = %(session_id)s",
        applications=list(access.applications),
        only_user=access.only_user,
        session_id=session_id,
    )
    if found is None:
        raise NotFound("link session", session_id)
    return found


async def page(reader: Reader, access: Access, wanted: Wanted, page: PageRequest) -> list[ListedSession]:
    """The sessions that are wanted, newest first; with `before` the page that ends just before it."""
    sql = _SELECT
    if wanted.user is not None:
        sql = sql + _OF_USER
    if wanted.states:
        sql = sql + _IN_STATES
    found = await reader.all(
        ListedSession,
        across(sql + _NEWER, _UP) if page.is_backwards else across(sql + _OLDER, _DOWN),
        applications=list(access.applications),
        only_user=access.only_user,
        user=wanted.user,
        states=[State(state).value for state in wanted.states],
        **page.params(),
    )
    return found[::-1] if page.is_backwards else found


async def last_way_back(reader: Reader, access: Access, user_id: UserId) -> WayBack | None:
    """Where the newest session of the user led; None if there is none any more."""
    return await reader.one_or_none(
        WayBack,
        """
        SELECT redirect_uri, coalesce(cancel_uri, redirect_uri) AS cancel_uri FROM link_session
         WHERE user_id = %(user_id)s AND application_id = ANY(%(applications)s)
         ORDER BY created_at DESC, session_id DESC LIMIT 1
        """,
        user_id=user_id,
        applications=list(access.applications),
    )
