"""SQL on location."""

from datetime import datetime

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import LocationId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.access.store import across
from wattlink.domain.errors import NotFound
from wattlink.domain.locations.model import Location, NewLocation

_WITHIN_REACH = """
    SELECT location_id, location.application_id, location.user_id, external_id AS "user", name, latitude, longitude,
           timezone, location.created_at
      FROM location JOIN app_user ON app_user.user_id = location.user_id
     WHERE location.application_id = ANY(%(applications)s)
       AND (%(only_user)s::uuid IS NULL OR location.user_id = %(only_user)s)
"""
_OLDER = " AND (location.created_at, location_id) < (%(edge_at)s::timestamptz, %(edge_id)s)"
_NEWER = " AND (location.created_at, location_id) > (%(edge_at)s::timestamptz, %(edge_id)s)"
_DOWN, _UP = (
    " ORDER BY created_at DESC, location_id DESC LIMIT %(limit)s",
    " ORDER BY created_at, location_id LIMIT %(limit)s",
)
_GET = _WITHIN_REACH + " AND location_id = %(location_id)s"
_LOCK = _GET + " FOR UPDATE OF location"
_OF_USER = _WITHIN_REACH + " AND external_id = %(user)s AND app_user.application_id = ANY(%(applications)s) "
_ALL_OLDER, _ALL_NEWER = across(_WITHIN_REACH + _OLDER, _DOWN), across(_WITHIN_REACH + _NEWER, _UP)
_OF_USER_OLDER, _OF_USER_NEWER = _OF_USER + _OLDER + _DOWN, _OF_USER + _NEWER + _UP


async def get(reader: Reader, access: Access, location_id: LocationId, *, and_lock: bool = False) -> Location:
    """The location, if this caller may see it; perhaps held until the end of the transaction."""
    found = await reader.one_or_none(
        Location,
        _LOCK if and_lock else _GET,
        location_id=location_id,
        applications=list(access.applications),
        only_user=access.only_user,
    )
    if found is None:
        raise NotFound("location", location_id)
    return found


async def page(reader: Reader, access: Access, *, user: str | None = None, page: PageRequest) -> list[Location]:
    """Locations, newest first, perhaps of one user; with `before` the page that ends just before it."""
    reach = {"applications": list(access.applications), "only_user": access.only_user, **page.params()}
    if user is None:
        found = await reader.all(Location, _ALL_NEWER if page.is_backwards else _ALL_OLDER, **reach)
    else:
        found = await reader.all(Location, _OF_USER_NEWER if page.is_backwards else _OF_USER_OLDER, user=user, **reach)
    return found[::-1] if page.is_backwards else found


async def insert(
    tx: Transaction, access: Access, user_id: UserId, location_id: LocationId, new: NewLocation, *, now: datetime
) -> None:
    """A new location of a user."""
    await tx.execute(
        """
        INSERT INTO location (location_id, application_id, user_id, name, latitude, longitude, timezone, created_at)
        VALUES (%(location_id)s, %(application_id)s, %(user_id)s, %(name)s, %(latitude)s, %(longitude)s,
                %(timezone)s, %(now)s)
        """,
        location_id=location_id,
        application_id=access.application_id,
        user_id=user_id,
        name=new.name,
        latitude=new.latitude,
        longitude=new.longitude,
        timezone=new.timezone,
        now=now,
    )


async def update(tx: Transaction, access: Access, changed: Location) -> None:
    """What a location is now; nothing where it is gone."""
    await tx.execute(
        """
        UPDATE location
           SET name = %(name)s, latitude = %(latitude)s, longitude = %(longitude)s, timezone = %(timezone)s
         WHERE location_id = %(location_id)s AND application_id = ANY(%(applications)s)
        """,
        location_id=changed.location_id,
        applications=list(access.applications),
        name=changed.name,
        latitude=changed.latitude,
        longitude=changed.longitude,
        timezone=changed.timezone,
    )


async def delete(tx: Transaction, access: Access, location_id: LocationId) -> None:
    """Remove a location; devices are at none then."""
    await tx.execute(
        "DELETE FROM location WHERE location_id = %(location_id)s AND application_id = ANY(%(applications)s)",
        location_id=location_id,
        applications=list(access.applications),
    )


async def hold(tx: Transaction, access: Access, user_id: UserId, location_id: LocationId) -> bool:
    """Whether the user has this location; it stays until the end of the transaction."""
    held = await tx.one_or_none(
        LocationId,
        """
        SELECT location_id FROM location
         WHERE location_id = %(location_id)s AND user_id = %(user_id)s AND application_id = ANY(%(applications)s)
           FOR KEY SHARE
        """,
        location_id=location_id,
        user_id=user_id,
        applications=list(access.applications),
    )
    return held is not None


async def delete_of_user(tx: Transaction, access: Access, user_id: UserId) -> None:
    """Remove every location of a user."""
    await tx.execute(
        "DELETE FROM location WHERE user_id = %(user_id)s AND application_id = ANY(%(applications)s)",
        user_id=user_id,
        applications=list(access.applications),
    )
