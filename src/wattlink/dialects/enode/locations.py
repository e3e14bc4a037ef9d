"""Locations: places of a user's, at which devices are."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.dialects.enode.paging import cursors_of
from wattlink.dialects.enode.wire import Answer, PaginationCursors, Payload, Timestamp, Uuid, location_id_of
from wattlink.domain.access.paging import Position
from wattlink.domain.devices.placing.relocate import relocate
from wattlink.domain.locations import store
from wattlink.domain.locations.change import change
from wattlink.domain.locations.create import create
from wattlink.domain.locations.delete import delete
from wattlink.domain.locations.model import MOST_LETTERS, Location, LocationChanges, NewLocation, timezone_problem
from wattlink.domain.users import store as users
from wattlink.web.bodies import Check
from wattlink.web.call import Call
from wattlink.web.cursors.lists import Asked, page_of

Name = Annotated[str, Meta(min_length=1, max_length=MOST_LETTERS)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
TimezoneName = Annotated[str, Check(timezone_problem)]


class LocationPayload(Payload):
    """A place in degrees; the time zone is one of IANA's names."""

    name: Name
    latitude: Latitude
    longitude: Longitude
    timezone_name: TimezoneName = "UTC"


class PartialLocation(Payload):
    """What isn't there stays as it is."""

    name: Name | UnsetType = UNSET
    latitude: Latitude | UnsetType = UNSET
    longitude: Longitude | UnsetType = UNSET
    timezone_name: TimezoneName | UnsetType = UNSET


class LocationResponse(Answer):
    id: Uuid
    user_id: str
    name: str
    latitude: float
    longitude: float
    timezone_name: str
    created_at: Timestamp


class PaginatedLocationList(Answer):
    data: list[LocationResponse]
    pagination: PaginationCursors


async def list_locations(request: Call, asked: NamedDependency[Asked]) -> PaginatedLocationList:
    """Every location of the application's users, newest first."""
    return await _page(request, asked, user=None)


async def list_user_locations(
    request: Call, user_id: FromPath[str], asked: NamedDependency[Asked]
) -> PaginatedLocationList:
    """The locations of a user, newest first; none for a user who isn't known."""
    return await _page(request, asked, user=user_id)


async def create_location(request: Call, user_id: FromPath[str], data: JSONBody[LocationPayload]) -> LocationResponse:
    """Note a place of a user's; devices whose position is within 200 m of it are there from now on."""
    new = NewLocation(name=data.name, latitude=data.latitude, longitude=data.longitude, timezone=data.timezone_name)
    async with request.hub.db.transaction() as tx:
        user = await users.lock(tx, request.access, user_id)
        location = await create(tx, request.access, user.user_id, new, now=request.hub.clock())
        await relocate(tx, user.user_id)
    return _shown(location)


async def get_location(request: Call, location_id: FromPath[str]) -> LocationResponse:
    """A location."""
    async with request.hub.db.read() as reader:
        return _shown(await store.get(reader, request.access, location_id_of(location_id)))


async def update_location(
    request: Call, location_id: FromPath[str], data: JSONBody[PartialLocation]
) -> LocationResponse:
    """Say something else of a location; devices are matched anew where it moves."""
    changes = LocationChanges(
        name=data.name, latitude=data.latitude, longitude=data.longitude, timezone=data.timezone_name
    )
    async with request.hub.db.transaction() as tx:
        location = await change(tx, request.access, location_id_of(location_id), changes)
        await relocate(tx, location.user_id)
    return _shown(location)


async def delete_location(request: Call, location_id: FromPath[str]) -> LocationResponse:
    """Forget a location; what was there is at the next one within 200 m, or at none."""
    async with request.hub.db.transaction() as tx:
        location = await delete(tx, request.access, location_id_of(location_id))
        await relocate(tx, location.user_id)
    return _shown(location)


async def _page(call: Call, asked: Asked, user: str | None) -> PaginatedLocationList:
    page = await page_of(
        call,
        asked,
        lambda reader, wanted: store.page(reader, call.access, user=user, page=wanted),
        lambda location: Position(location.created_at, location.location_id),
    )
    return PaginatedLocationList(data=[_shown(location) for location in page.rows], pagination=cursors_of(page))


def _shown(location: Location) -> LocationResponse:
    return LocationResponse(
        id=str(location.location_id),
        user_id=location.user,
        name=location.name,
        latitude=location.latitude,
        longitude=location.longitude,
        timezone_name=location.timezone,
        created_at=rfc3339(location.created_at),
    )
