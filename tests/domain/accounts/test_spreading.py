"""Visits are spread so that a vendor's budget of an account lasts, however many devices the account has."""

from datetime import timedelta

import pytest

from tests.support.accounts import World

SITE = "1846201"
_DAYS_REQUESTS = 300  # SolarEdge's, of one site


@pytest.mark.parametrize(("inverters", "most_minutes"), [(1, 40), (3, 40), (8, 100)])
async def test_the_requests_of_a_day_last_for_a_day(world: World, inverters: int, most_minutes: int) -> None:
    await world.sandbox.open("solaredge", SITE, devices=inverters)
    await world.link("solaredge", SITE)
    before, beginning = await world.sandbox.last_request(), world.clock()
    longest, visited_at = timedelta(), beginning
    while world.clock() < beginning + timedelta(hours=23):  # its key is proved once a day
        world.clock.forward(minutes=5)
        for prepared in await world.visits.take("solaredge"):
            await world.visits.visit(prepared)
            longest, visited_at = max(longest, world.clock() - visited_at), world.clock()
            assert await error_of(world) is None
    asked = len(await world.sandbox.requests("solaredge", before))
    assert asked < 0.8 * _DAYS_REQUESTS
    assert longest <= timedelta(minutes=most_minutes)


async def error_of(world: World) -> str | None:
    """What the last visit failed of."""
    async with world.hub.db.read() as reader:
        return await reader.one(str, "SELECT coalesce(error, '') FROM visit") or None
