"""A device whose data can't be had doesn't keep the others from being read, and devices aren't read one by one."""

import msgspec
import pytest

from tests.connectors.tesla.conftest import LOGIN, Garage
from wattlink.connectors.devices import Document, Vehicle
from wattlink.connectors.errors import VendorUnavailable
from wattlink.connectors.registry import manifest_of


async def _read(home: Garage, last: dict[str, Document] | None = None) -> dict[str, Document]:
    credential = (await home.link()).credential
    manifest = manifest_of("tesla")
    readings = await home.connector.read(credential, frozenset(manifest.kinds), frozenset(manifest.scopes), last or {})
    return {reading.vendor_device_id: reading.document for reading in readings}


async def test_one_car_that_fails_stays_as_it_was_and_the_rest_is_read(home: Garage) -> None:
    before = await _read(home)
    broken = next(iter(before))
    await home.car_knobs(broken, broken=True)
    after = await _read(home, before)
    assert list(after) == list(before)
    assert after[broken] == msgspec.structs.replace(before[broken], is_reachable=False)
    assert all(device.is_reachable for key, device in after.items() if key != broken)


async def test_a_home_that_fails_stays_as_it_was_and_the_cars_are_read(home: Garage) -> None:
    before = await _read(home)
    broken = {key for key, device in before.items() if not isinstance(device, Vehicle)}
    await home.car_knobs(next(iter(broken)), broken=True)
    after = await _read(home, before)
    assert {key for key, device in after.items() if not device.is_reachable} == broken
    assert len(broken) == 3


async def test_an_only_car_that_fails_is_out_of_reach_and_several_that_all_fail_are_the_vendor(garage: Garage) -> None:
    before = await _read(garage)
    sold, kept = before
    for vin in before:
        await garage.car_knobs(vin, broken=True)
    with pytest.raises(VendorUnavailable):
        await _read(garage, before)
    await garage.sandbox.change("tesla", LOGIN.username, remove_devices=[sold])
    after = await _read(garage, before)
    assert after == {kept: msgspec.structs.replace(before[kept], is_reachable=False)}
