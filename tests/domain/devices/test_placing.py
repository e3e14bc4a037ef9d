"""Cars come to locations and leave them: what visits store, and what apps are told."""

import asyncio

import pytest
from msgspec.structs import replace

from tests.support.accounts import World
from wattlink.connectors.devices import Kind, Position, Vehicle
from wattlink.connectors.vendors.tesla.simulated_life import HOME, WORK
from wattlink.domain.access.ids import LocationId
from wattlink.domain.devices import store
from wattlink.domain.devices.placing.relocate import relocate
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.locations.change import change
from wattlink.domain.locations.create import create
from wattlink.domain.locations.model import LocationChanges, NewLocation
from wattlink.domain.users import store as users
from wattlink.domain.visits import store as visits

NAME = "ada@example.com"
_WAITS = """
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')
"""


async def make(world: World, place: tuple[float, float], name: str = "Home") -> LocationId:
    """A location of ada's."""
    async with world.hub.db.transaction() as tx:
        user = await users.get(tx, world.access, "ada")
        new = NewLocation(name=name, latitude=place[0], longitude=place[1])
        location = await create(tx, world.access, user.user_id, new, now=world.clock())
        await relocate(tx, user.user_id)
    return location.location_id


async def drive(world: World, place: tuple[float, float]) -> None:
    """The car is there at the next visit."""
    await world.sandbox.change("tesla", NAME, devices={await world.first_device(NAME): {"place": list(place)}})
    await world.visit_due(minutes=30)


async def where(world: World) -> LocationId | None:
    (car,) = await world.devices(Kind.VEHICLE)
    return car.location_id


async def told(world: World) -> list[tuple[str, str | None, bool]]:
    """The events so far: what happened, at which location, and whether that changed."""
    async with world.hub.db.read() as reader:
        rows = await reader.all(
            dict, "SELECT jsonb_build_object('type', type, 'payload', payload) FROM event ORDER BY position"
        )
    payloads = [(row["type"], row["payload"]) for row in rows]
    return [(type_, payload["location_id"], "location" in payload["updated_fields"]) for type_, payload in payloads]


@pytest.fixture
async def linked(world: World) -> World:
    """A car at home, which nobody has named so yet."""
    await world.sandbox.open("tesla", NAME)
    await world.link("tesla", NAME, kinds=(Kind.VEHICLE,))
    return world


async def test_a_car_that_comes_and_goes_is_told_with_where_it_is(linked: World) -> None:
    world = linked
    assert await where(world) is None
    home, work = await make(world, HOME), await make(world, WORK, "Work")
    assert await where(world) == home
    await drive(world, WORK)
    assert await where(world) == work
    await drive(world, (0.0, 0.0))
    assert await where(world) is None
    await world.visit_due(minutes=30)
    assert [place for _, place, is_new in await told(world) if is_new] == [str(work), None]


async def test_discovered_and_deleted_tell_the_location_too(world: World) -> None:
    await world.user("ada")
    home = await make(world, HOME)
    await world.sandbox.open("tesla", NAME)
    await world.link("tesla", NAME, kinds=(Kind.VEHICLE,))
    await world.sandbox.change("tesla", NAME, remove_devices=[await world.first_device(NAME)])
    for _ in range(2):
        await world.visit_due(minutes=30)
    assert [(type_, place) for type_, place, _ in await told(world)] == [
        ("device.discovered", str(home)),
        ("device.deleted", str(home)),
    ]


async def test_a_car_behind_a_broken_link_stays_where_it_was_last(linked: World) -> None:
    world = linked
    home = await make(world, HOME)
    await world.sandbox.withdraw("tesla", NAME)
    for _ in range(3):
        await world.visit_due(hours=9)
    (car,) = await world.devices(Kind.VEHICLE)
    assert (car.document.is_reachable, car.location_id) == (False, home)
    async with world.hub.db.transaction() as tx:
        moved = await change(tx, world.access, home, LocationChanges(latitude=0, longitude=0))
        await relocate(tx, moved.user_id)
    assert await where(world) is None


async def test_a_position_that_is_being_saved_is_matched_to_a_location_that_is_being_made(linked: World) -> None:
    world = linked
    (car,) = await world.devices(Kind.VEHICLE)
    assert isinstance(car.document, Vehicle)
    at_work = replace(car.document, location=Position(latitude=WORK[0], longitude=WORK[1]))
    async with world.hub.db.transaction() as tx:
        await visits.lock(tx, [car.account_id])  # as whoever saves a visit
        await store.mask(tx, [car.device_id], [at_work])
        making = asyncio.create_task(make(world, WORK))
        await somebody_waits(world)
    work = await making
    assert await where(world) == work


async def somebody_waits(world: World) -> None:
    for _ in range(500):
        async with world.hub.db.read() as reader:
            if await reader.one(bool, _WAITS):
                return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def test_a_user_is_deleted_while_locations_change_and_cars_drive(linked: World) -> None:
    world = linked
    home = await make(world, HOME)

    async def move() -> None:
        async with world.hub.db.transaction() as tx:
            moved = await change(tx, world.access, home, LocationChanges(latitude=WORK[0], longitude=WORK[1]))
            await relocate(tx, moved.user_id)

    async def delete() -> None:
        async with world.hub.db.transaction() as tx:
            await delete_user(tx, world.access, "ada", vault=world.hub.vault, now=world.clock())

    await asyncio.gather(move(), drive(world, WORK), delete(), return_exceptions=True)
    assert await world.devices(Kind.VEHICLE) == []
    async with world.hub.db.read() as reader:
        assert await reader.one(int, "SELECT count(*) FROM location") == 0
        assert {type_ for type_, _ in await world.events()} >= {"device.deleted"}
        left = await reader.all(str, "SELECT payload ->> 'location_id' FROM event WHERE payload IS NOT NULL")
    assert set(left) == {None}
