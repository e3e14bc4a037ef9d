"""Locations, and which devices are there."""

from typing import Any

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from tests.dialects.enode.conftest import Api
from tests.dialects.enode.test_devices import CHARGER, VEHICLE
from tests.support.clock import StillClock
from tests.support.documents import BATTERY, HVAC, INVERTER, METER
from wattlink.base.ids import new_id
from wattlink.connectors.devices import Position

HOME = {"name": "Home", "latitude": 59.91, "longitude": 10.75, "timezoneName": "Europe/Oslo"}
_METRE = 1 / 111_195  # in degrees of latitude


async def put(api: Api, path: str, body: Any) -> httpx.Response:
    return await api.http.put(path, content=msgspec.json.encode(body))


async def make(api: Api, user: str = "ada", **fields: Any) -> str:
    """A new location's id."""
    answer = await api.post(f"/users/{user}/locations", HOME | fields)
    assert answer.status_code == 200, answer.text
    location_id: str = answer.json()["id"]
    return location_id


async def location_of(api: Api, path: str) -> Any:
    return (await api.get(path)).json()["location"]["id"]


async def test_a_location_from_its_first_day_to_its_last(api: Api) -> None:
    await api.own("tesla", VEHICLE)
    made = (await api.post("/users/ada/locations", {"name": "Cabin", "latitude": 61.5, "longitude": 8.25})).json()
    assert made == {
        "id": made["id"],
        "userId": "ada",
        "name": "Cabin",
        "latitude": 61.5,
        "longitude": 8.25,
        "timezoneName": "UTC",
        "createdAt": "2026-03-02T18:30:00.000Z",
    }
    path = f"/locations/{made['id']}"
    assert (await api.get(path)).json() == made
    changed = await put(api, path, {"name": "Lodge", "timezoneName": "Europe/Oslo"})
    assert changed.json() == made | {"name": "Lodge", "timezoneName": "Europe/Oslo"}
    assert (await put(api, path, {})).json() == changed.json()
    gone = await api.delete(path)
    assert (gone.status_code, gone.json()) == (200, changed.json())
    missing = await api.get(path)
    assert (missing.status_code, missing.json()["detail"]) == (404, f"Could not find location {made['id']}")
    assert (await api.delete(path)).status_code == (await put(api, path, {})).status_code == 404


async def test_lists_are_paged_newest_first_of_all_or_of_one_user(api: Api, clock: StillClock) -> None:
    made = []
    for user in ("ada", "bob", "ada", "ada"):
        await api.own("tesla", VEHICLE, user=user)
        made.append(await make(api, user))
        clock.forward(seconds=1)
    assert [row["id"] for row in (await api.get("/locations")).json()["data"]] == made[::-1]
    first = (await api.get("/users/ada/locations", pageSize=2)).json()
    second = (await api.get("/users/ada/locations", pageSize=2, after=first["pagination"]["after"])).json()
    assert [row["id"] for row in (*first["data"], *second["data"])] == [made[3], made[2], made[0]]
    back = await api.get("/users/ada/locations", pageSize=2, before=second["pagination"]["before"])
    assert back.json()["data"] == first["data"]
    assert (await api.get("/users/nobody/locations")).json() == {
        "data": [],
        "pagination": {"after": None, "before": None},
    }
    assert (await api.post("/users/nobody/locations", HOME)).json()["detail"] == "Could not find user with ID nobody"


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, ["name", "latitude", "longitude"]),
        (HOME | {"latitude": 90.5, "longitude": -181, "timezoneName": "Mars/Base"}, [*HOME][1:]),
        (HOME | {"name": ""}, ["name"]),
        (HOME | {"name": " "}, ["name"]),
        (HOME | {"name": "x" * 256}, ["name"]),
        (HOME | {"latitude": "59"}, ["latitude"]),
        (HOME | {"timezoneName": "../UTC"}, ["timezoneName"]),
        (HOME | {"street": "Main"}, ["street"]),
    ],
)
async def test_what_no_place_can_be_is_refused_field_by_field(
    api: Api, sent: dict[str, Any], fields: list[str]
) -> None:
    await api.own("tesla", VEHICLE)
    refused = await api.post("/users/ada/locations", sent)
    assert refused.status_code == 400
    assert [issue["field"] for issue in refused.json()["issues"]] == fields
    if sent:
        path = f"/locations/{await make(api)}"
        assert (await put(api, path, {name: sent[name] for name in fields})).status_code == 400
        assert (await api.get(path)).json()["name"] == "Home"


async def test_a_device_is_at_the_nearest_location_within_200_metres(api: Api) -> None:
    path = f"/vehicles/{await api.own('tesla', VEHICLE)}"  # at 59.9, 10.7
    at: dict[str, Any] = {"latitude": 59.9, "longitude": 10.7}
    await make(api, **at | {"latitude": 59.9 + 210 * _METRE})
    assert await location_of(api, path) is None
    far = await make(api, **at | {"latitude": 59.9 + 190 * _METRE})
    assert await location_of(api, path) == far
    near = await make(api, **at | {"longitude": 10.7 + 100 * _METRE / 0.5015})  # cos 59.9°
    assert await location_of(api, path) == near
    await put(api, f"/locations/{near}", {"longitude": 11})
    assert await location_of(api, path) == far
    await put(api, f"/locations/{near}", at)
    assert await location_of(api, path) == near
    await api.delete(f"/locations/{near}")
    assert await location_of(api, path) == far
    await api.delete(f"/locations/{far}")
    assert await location_of(api, path) is None


async def test_everything_with_a_position_is_matched_to_its_own_user_s_locations(api: Api, other_api: Api) -> None:
    paths = [
        f"/{path}/{await api.own('tesla', document)}"
        for path, document in (("inverters", INVERTER), ("batteries", BATTERY), ("meters", METER))
    ]
    unlocated = f"/vehicles/{await api.own('tesla', replace(VEHICLE, location=Position()))}"
    bob_s = f"/meters/{await api.own('tesla', METER, user='bob')}"
    await other_api.own("tesla", VEHICLE)
    await make(other_api)
    assert [await location_of(api, path) for path in paths] == [None, None, None]
    home = await make(api)
    assert [await location_of(api, path) for path in paths] == [home, home, home]
    assert await location_of(api, unlocated) is None
    assert await location_of(api, bob_s) is None
    later = f"/batteries/{await api.own('tesla', BATTERY)}"
    assert await location_of(api, later) == home


@pytest.mark.parametrize(("path", "document"), [("chargers", CHARGER), ("hvacs", HVAC)], ids=["charger", "hvac"])
async def test_chargers_and_hvacs_are_where_the_app_puts_them(
    api: Api, clock: StillClock, path: str, document: Any
) -> None:
    path = f"/{path}/{await api.own('easee', document)}"
    home = await make(api)
    assert await location_of(api, path) is None
    since = clock()
    put_there = await put(api, path, {"locationId": home})
    assert put_there.status_code == 200
    clock.forward(minutes=1)
    assert (await put(api, path, {"locationId": home})).json() == put_there.json() == (await api.get(path)).json()
    told = put_there.json()["location"]
    assert told["id"] == home
    if "lastUpdated" in told:
        assert told["lastUpdated"] == since.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    await make(api, latitude=0, longitude=0)
    assert await location_of(api, path) == home
    assert not any((await put(api, path, {"locationId": None})).json()["location"].values())
    await put(api, path, {"locationId": home})
    await api.delete(f"/locations/{home}")
    assert not any((await api.get(path)).json()["location"].values())


async def test_a_device_is_only_put_where_its_user_is_at_home(api: Api, other_api: Api) -> None:
    charger_id = await api.own("easee", CHARGER)
    await api.own("easee", CHARGER, user="bob")
    await other_api.own("easee", CHARGER)
    bob_s, theirs = await make(api, "bob"), await make(other_api)
    for wrong in (bob_s, theirs, str(new_id()), "nowhere", 5):
        refused = await put(api, f"/chargers/{charger_id}", {"locationId": wrong})
        assert refused.status_code == 400
        assert [issue["field"] for issue in refused.json()["issues"]] == ["locationId"]
    assert (await put(api, f"/chargers/{charger_id}", {})).status_code == 400
    assert (await put(api, f"/hvacs/{charger_id}", {"locationId": None})).status_code == 404
    assert await location_of(api, f"/chargers/{charger_id}") is None


async def test_locations_go_with_their_user(api: Api) -> None:
    for user in ("ada", "bob"):
        await api.own("tesla", METER, user=user)
    ada_s, bob_s = await make(api, "ada"), await make(api, "bob")
    assert (await api.delete("/users/ada/authorization")).status_code == 204
    assert (await api.get(f"/locations/{ada_s}")).status_code == 200
    assert (await api.delete("/users/ada")).status_code == 204
    assert (await api.get(f"/locations/{ada_s}")).status_code == 404
    assert [row["id"] for row in (await api.get("/locations")).json()["data"]] == [bob_s]
