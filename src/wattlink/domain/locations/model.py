"""A location, and what may be said of one."""

from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

import msgspec
from babel.core import get_global
from msgspec import UNSET, UnsetType

from wattlink.domain.access.ids import ApplicationId, LocationId, UserId
from wattlink.domain.errors import InvalidInput

MOST_LETTERS = 255  # of a name
_NO_ZONES = {"Etc/Unknown", "Factory", "localtime"}


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A place of a user's; `user` is the app's own id of the user."""

    location_id: LocationId
    application_id: ApplicationId
    user_id: UserId
    user: str
    name: str
    latitude: float  # degrees
    longitude: float
    timezone: str  # IANA
    created_at: datetime


class NewLocation(msgspec.Struct, frozen=True, kw_only=True):
    """A location as an app describes it."""

    name: str
    latitude: float
    longitude: float
    timezone: str = "UTC"


class LocationChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a location; what isn't set stays."""

    name: str | UnsetType = UNSET
    latitude: float | UnsetType = UNSET
    longitude: float | UnsetType = UNSET
    timezone: str | UnsetType = UNSET


def check(described: NewLocation | LocationChanges) -> None:
    """Raises InvalidInput for what no place can be."""
    if described.name is not UNSET and not (described.name.strip() and len(described.name) <= MOST_LETTERS):
        raise InvalidInput("name", f"must have 1 to {MOST_LETTERS} characters, not all of them blank")
    if described.latitude is not UNSET and not -90 <= described.latitude <= 90:
        raise InvalidInput("latitude", "must lie between -90 and 90 degrees")
    if described.longitude is not UNSET and not -180 <= described.longitude <= 180:
        raise InvalidInput("longitude", "must lie between -180 and 180 degrees")
    if described.timezone is not UNSET and (problem := timezone_problem(described.timezone)) is not None:
        raise InvalidInput("timezone", problem)


def timezone_problem(name: str) -> str | None:
    """What is wrong with a time zone's name."""
    return None if name in _timezones() else "isn't a name of the IANA time zone database, such as Europe/Oslo"


@cache
def _timezones() -> frozenset[str]:
    """Whether or not this machine has the database: Babel brings most of its names."""
    of_babel = {*get_global("zone_territories"), *get_global("zone_aliases")}
    return frozenset((available_timezones() | of_babel | {"UTC"}) - _NO_ZONES)
