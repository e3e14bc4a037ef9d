"""A person links what makes, stores and measures a home's power: one sign-in, a tile for each device."""

import asyncio
from collections.abc import Callable

from tests.demo.conftest import Voltly
from tests.support.linking import Login
from tests.support.person import Page, Person
from tests.support.walk import walk

_PATIENCE_SECONDS = 60.0
_EMMA = Login("emma@example.com", "sunny-side")


async def test_one_sign_in_brings_a_tile_for_each_device_of_the_home(voltly: Voltly) -> None:
    await voltly.sandbox.open("tesla", _EMMA.username, _EMMA.password, kind="battery")
    for kind in ("inverter", "meter"):
        await voltly.sandbox.change("tesla", _EMMA.username, add_devices=1, kind=kind)
    async with Person() as emma:
        await emma.go(f"{voltly.url}/")
        page = await emma.press("Link solar or a battery")
        await walk(page.address, _EMMA, voltly.outbound, brand="T Tesla")
        page = await emma.go(f"{voltly.url}/")
        devices, _, _ = page.text.partition("Webhooks received")
        for told in ("the grid", "Reserve", "Tesla batteries", "solar inverters", "meters"):
            assert told in devices
        assert "kW Producing" in devices or "0 kW No sun" in devices  # by day, by night
        page = await _until(emma, lambda page: "user:battery:discovered" in page.text)
        assert page.text.count("Reachable, seen") == 3


async def test_a_heat_pump_says_how_warm_it_is_and_what_it_is_set_to(voltly: Voltly) -> None:
    await voltly.sandbox.open("myuplink", _EMMA.username, _EMMA.password)
    async with Person() as emma:
        await emma.go(f"{voltly.url}/")
        page = await emma.press("Link heating or cooling")
        await walk(page.address, _EMMA, voltly.outbound, brand="NM NIBE")
        page = await emma.go(f"{voltly.url}/")
        for told in ("°C", "Heats to", "its schedule", "heating and cooling"):
            assert told in page.text


async def _until(person: Person, holds: Callable[[Page], bool]) -> Page:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            if holds(page := await person.reload()):
                return page
            await asyncio.sleep(0.1)
