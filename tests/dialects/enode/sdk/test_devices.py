"""Devices of a home, and the places where devices are, with Enode's official SDK in both its styles."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from enode import errors

from tests.dialects.enode.conftest import own
from tests.dialects.enode.sdk.calls import Sdk
from tests.dialects.enode.test_devices import CHARGER, VEHICLE
from tests.support.documents import BATTERY, HVAC, INVERTER, METER
from wattlink.connectors.devices import Document
from wattlink.domain.access.model import Access


class Methods(NamedTuple):
    """What the SDK calls an operation on a kind, as (part, method)."""

    document: Document
    vendor: str
    name: str
    key: str
    list: tuple[str, str]
    list_of_user: tuple[str, str]
    get: tuple[str, str]
    hint: tuple[str, str]


_HVAC = Methods(
    document=HVAC,
    vendor="myuplink",
    name="NIBE",
    key="hvac_id",
    list=("hvac", "list"),
    list_of_user=("hvac", "list_user_hva_cs"),
    get=("hvacs", "get"),
    hint=("hvacs", "refresh_hint"),
)
_INVERTER = Methods(
    document=INVERTER,
    vendor="tesla",
    name="TESLA",
    key="inverter_id",
    list=("solar_inverters", "list_inverters"),
    list_of_user=("solar_inverters", "list_user_inverters"),
    get=("solar_inverters", "get_inverter"),
    hint=("solar_inverters", "refresh_hint"),
)
_BATTERY = Methods(
    document=BATTERY,
    vendor="tesla",
    name="TESLA",
    key="battery_id",
    list=("batteries", "list"),
    list_of_user=("batteries", "list_user_batteries"),
    get=("batteries", "get"),
    hint=("batteries", "refresh_data"),
)
_METER = Methods(
    document=METER,
    vendor="tesla",
    name="TESLA",
    key="meter_id",
    list=("meters", "list"),
    list_of_user=("meters", "get_by_user"),
    get=("meters", "get_meter"),
    hint=("meters", "refresh_hint"),
)


async def give(sdk: Sdk, document: Document, *, user: str = "ada", vendor: str = "tesla") -> str:
    """A user's device, as a visit would leave it."""
    access = Access(applications=(sdk.app.credentials.application_id,))
    return await own(sdk.stack.hub, access, vendor, document, user=user)


@pytest.mark.parametrize("kind", [_HVAC, _INVERTER, _BATTERY, _METER], ids=lambda kind: kind.key)
async def test_devices_of_a_home_are_listed_read_and_refreshed(sdk: Sdk, kind: Methods) -> None:
    first = await give(sdk, kind.document, vendor=kind.vendor)
    second = await give(sdk, kind.document, user="bob", vendor=kind.vendor)
    assert [device.id for device in (await sdk(*kind.list)).data] == [second, first]
    page = await sdk(*kind.list, page_size=1)
    assert [device.id for device in (await sdk(*kind.list, page_size=1, after=page.pagination.after)).data] == [first]
    (of_ada,) = (await sdk(*kind.list_of_user, user_id="ada")).data
    assert (await sdk(*kind.list_of_user, user_id="nobody")).data == []
    one = await sdk(*kind.get, **{kind.key: first})
    assert one.model_dump() == of_ada.model_dump()
    assert (one.user_id, one.vendor.value, one.is_reachable) == ("ada", kind.name, True)
    await sdk(*kind.hint, **{kind.key: first})
    with pytest.raises(errors.EnodeDefaultError) as missing:
        await sdk(*kind.hint, **{kind.key: str(uuid4())})
    assert missing.value.status_code == 404


async def test_values_arrive_as_the_sdk_s_own_types(sdk: Sdk) -> None:
    hvac = await sdk("hvacs", "get", hvac_id=await give(sdk, HVAC, vendor="myuplink"))
    assert (hvac.thermostat_state.mode.value, hvac.thermostat_state.heat_setpoint) == ("HEAT", 21)
    assert (hvac.capabilities.heat_setpoint_range.min, hvac.capabilities.heat_setpoint_range.max) == (5, 30)
    inverter = await sdk("solar_inverters", "get_inverter", inverter_id=await give(sdk, INVERTER))
    assert inverter.information.installation_date == datetime(2024, 5, 1, tzinfo=UTC)
    battery = await sdk("batteries", "get", battery_id=await give(sdk, BATTERY))
    assert (battery.charge_state.status.value, battery.config.operation_mode.value) == ("DISCHARGING", "SELF_RELIANCE")
    meter = await sdk("meters", "get_meter", meter_id=await give(sdk, METER))
    assert meter.energy_state.power == -0.4


async def test_locations_and_the_devices_that_are_there(sdk: Sdk) -> None:
    car, charger = await give(sdk, VEHICLE), await give(sdk, CHARGER, vendor="easee")
    hvac = await give(sdk, HVAC, vendor="myuplink")
    place: dict[str, Any] = {"latitude": 59.9, "longitude": 10.7, "timezone_name": "Europe/Oslo"}
    home = await sdk("locations", "create", user_id="ada", name="Home", **place)
    assert (home.user_id, home.timezone_name) == ("ada", "Europe/Oslo")
    assert (await sdk("vehicles", "get", vehicle_id=car)).location.id == home.id
    assert (await sdk("chargers", "get", charger_id=charger)).location.id is None
    assert (await sdk("chargers", "update", charger_id=charger, location_id=home.id)).location.id == home.id
    assert (await sdk("hvac", "update", hvac_id=hvac, location_id=home.id)).location.id == home.id
    assert (await sdk("hvac", "update", hvac_id=hvac, location_id=None)).location.id is None

    assert await sdk("locations", "get", location_id=home.id) == home
    assert (await sdk("locations", "list")).data == [home]
    assert (await sdk("locations", "list_for_user", user_id="ada")).data == [home]
    assert (await sdk("locations", "list_for_user", user_id="nobody")).data == []
    moved = await sdk("locations", "update", location_id=home.id, latitude=60.0)
    assert (moved.name, moved.latitude, moved.longitude) == ("Home", 60.0, 10.7)
    assert moved.timezone_name == "UTC"  # which this SDK sends unless told otherwise
    assert (await sdk("vehicles", "get", vehicle_id=car)).location.id is None
    assert await sdk("locations", "delete", location_id=home.id) == moved
    assert (await sdk("chargers", "get", charger_id=charger)).location.id is None
    with pytest.raises(errors.EnodeDefaultError) as missing:
        await sdk("locations", "get", location_id=home.id)
    assert missing.value.status_code == 404
