"""What the devices' store shows, in which order, and to whom."""

import pytest

from tests.support.accounts import World
from wattlink.connectors.devices import Kind
from wattlink.db.database import Database
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest, Position
from wattlink.domain.devices import store
from wattlink.domain.devices.listing import store as listing
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations.create import create_application


async def fleet(world: World) -> list[DeviceId]:
    """Five chargers of ada's and two of bob's, newest first."""
    for user, number in (("ada", 5), ("bob", 2)):
        await world.sandbox.open("easee", f"{user}@example.com", devices=number)
        await world.link("easee", f"{user}@example.com", user=user)
        world.clock.forward(minutes=1)
    return [device.device_id for device in await world.devices(Kind.CHARGER)]


async def page(world: World, user: str | None = None, **request: object) -> list[DeviceId]:
    """The ids on a page."""
    async with world.hub.db.read() as reader:
        found = await listing.page(reader, world.access, Kind.CHARGER, user=user, page=PageRequest(**request))  # type: ignore[arg-type]
    return [device.device_id for device in found]


async def position(world: World, device_id: DeviceId) -> Position:
    """Where a page may begin or end."""
    device = await get(world.hub.db, world.access, device_id)
    return Position(device.created_at, device.device_id)


async def get(db: Database, access: Access, device_id: DeviceId, kind: Kind | None = None) -> Device:
    async with db.read() as reader:
        return await store.get(reader, access, device_id, kind)


async def test_pages_go_from_the_newest_to_the_oldest_and_back(world: World) -> None:
    everything = await fleet(world)
    assert len(everything) == 7
    first = await page(world, limit=3)
    second = await page(world, limit=3, after=await position(world, first[-1]))
    third = await page(world, limit=3, after=await position(world, second[-1]))
    assert first + second + third == everything
    assert await page(world, limit=3, before=await position(world, third[0])) == second
    assert await page(world, limit=10, before=await position(world, second[0])) == first


async def test_pages_of_one_user_hold_only_its_devices(world: World) -> None:
    everything = await fleet(world)
    assert await page(world, "bob") == everything[:2]
    assert await page(world, "ada", limit=2) == everything[2:4]
    assert await page(world, "ada", limit=2, after=await position(world, everything[3])) == everything[4:6]
    assert await page(world, "ada", limit=2, before=await position(world, everything[6])) == everything[4:6]
    assert await page(world, "nobody") == []


async def test_another_applications_device_looks_like_none(world: World) -> None:
    device_id = (await fleet(world))[0]
    async with world.hub.db.transaction() as tx:
        theirs = Access(applications=((await create_application(tx, "Other")).application_id,))
    assert (await get(world.hub.db, world.access, device_id)).user == "bob"
    with pytest.raises(NotFound):
        await get(world.hub.db, theirs, device_id)
    async with world.hub.db.read() as reader:
        assert await listing.page(reader, theirs, Kind.CHARGER, page=PageRequest()) == []


async def test_a_reach_of_one_user_ends_there(world: World) -> None:
    everything = await fleet(world)
    bob = (await get(world.hub.db, world.access, everything[0])).user_id
    only_bob = Access(applications=world.access.applications, only_user=bob)
    async with world.hub.db.read() as reader:
        found = await listing.page(reader, only_bob, Kind.CHARGER, page=PageRequest())
    assert [device.device_id for device in found] == everything[:2]
    with pytest.raises(NotFound):
        await get(world.hub.db, only_bob, everything[-1])


async def test_a_device_of_another_kind_is_not_found(world: World) -> None:
    device_id = (await fleet(world))[0]
    assert await get(world.hub.db, world.access, device_id, Kind.CHARGER)
    with pytest.raises(NotFound):
        await get(world.hub.db, world.access, device_id, Kind.VEHICLE)
