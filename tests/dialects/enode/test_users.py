"""Users: any text is an id, unknown ones are empty or not there, and each way of leaving ends what it says."""

from urllib.parse import quote

import pytest

from tests.dialects.enode.conftest import Api
from tests.dialects.enode.test_devices import CHARGER, VEHICLE
from tests.support.clock import StillClock

LINK = {"scopes": ["vehicle:read:data"], "language": "en-US", "redirectUri": "yourapp://integrations/enode"}
_STRANGE = [
    "ada@example.com",
    "a b",
    "a/b/link",
    "../users",
    "enode",
    "/enode/users",
    "Größe",
    "🚗🔌",
    "100%",
    "a+b",
    "?x=1#y",
    "'; DROP TABLE app_user; --",
    "x" * 255,
]


@pytest.mark.parametrize("user_id", _STRANGE)
async def test_any_text_up_to_255_characters_is_a_user(api: Api, user_id: str) -> None:
    path = f"/users/{quote(user_id, safe='')}"
    assert (await api.post(f"{path}/link", LINK)).status_code == 200
    await api.own("tesla", VEHICLE, user=user_id)
    assert (await api.get(path)).json()["id"] == user_id
    assert [vehicle["userId"] for vehicle in (await api.get(f"{path}/vehicles")).json()["data"]] == [user_id]
    assert [user["id"] for user in (await api.get("/users")).json()["data"]] == [user_id]
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_ids_that_differ_in_case_differ(api: Api) -> None:
    for user_id in ("ada", "Ada", "ADA"):
        await api.post(f"/users/{user_id}/link", LINK)
    assert {user["id"] for user in (await api.get("/users")).json()["data"]} == {"ada", "Ada", "ADA"}


@pytest.mark.parametrize("path", ["x" * 256, "%00", "a%00b", "%ff", "%ed%a0%80"])
async def test_what_no_text_can_be_is_refused_and_makes_nobody(api: Api, path: str) -> None:
    answer = await api.post(f"/users/{path}/link", LINK)
    assert answer.status_code == 400
    assert [issue["field"] for issue in answer.json()["issues"]] == ["userId"]
    assert (await api.get("/users")).json()["data"] == []


async def test_users_are_listed_newest_first(api: Api, clock: StillClock) -> None:
    for user_id in ("ada", "bob", "cem"):
        await api.post(f"/users/{user_id}/link", LINK)
        clock.forward(minutes=1)
    page = (await api.get("/users", pageSize=2)).json()
    assert [user["id"] for user in page["data"]] == ["cem", "bob"]
    assert page["data"][0] == {"id": "cem", "createdAt": "2026-03-02T18:32:00.000Z", "scopes": ["all"]}
    rest = (await api.get("/users", after=page["pagination"]["after"])).json()
    assert [user["id"] for user in rest["data"]] == ["ada"]


async def test_a_user_shows_what_is_linked_per_vendor_and_type(api: Api) -> None:
    await api.own("tesla", VEHICLE)
    await api.own("easee", CHARGER)
    assert (await api.get("/users/ada")).json() == {
        "id": "ada",
        "linkedVendors": [
            {"vendor": "EASEE", "vendorType": "charger", "isValid": True},
            {"vendor": "TESLA", "vendorType": "vehicle", "isValid": True},
        ],
    }


async def test_an_unknown_user_is_not_found_but_has_empty_lists(api: Api) -> None:
    answer = await api.get("/users/nobody")
    assert answer.status_code == 404
    assert answer.json() == {
        "type": "https://developers.enode.com/api/problems/not-found",
        "title": "User does not exist",
        "detail": "Could not find user with ID nobody",
    }
    for path in ("/users/nobody/vehicles", "/users/nobody/chargers"):
        assert (await api.get(path)).json() == {"data": [], "pagination": {"after": None, "before": None}}
    for path in ("/users/nobody", "/users/nobody/authorization", "/users/nobody/vendors/TESLA"):
        assert (await api.delete(path)).status_code == 404


async def test_disconnecting_a_vendor_leaves_the_others(api: Api) -> None:
    await api.own("tesla", VEHICLE)
    charger_id = await api.own("easee", CHARGER)
    assert (await api.delete("/users/ada/vendors/TESLA")).status_code == 204
    assert (await api.get("/users/ada/vehicles")).json()["data"] == []
    assert (await api.get(f"/chargers/{charger_id}")).status_code == 200
    assert [link["vendor"] for link in (await api.get("/users/ada")).json()["linkedVendors"]] == ["EASEE"]
    assert (await api.delete("/users/ada/vendors/TESLA")).status_code == 404


async def test_disconnecting_one_type_names_vendor_and_type(api: Api) -> None:
    await api.own("easee", CHARGER)
    for path, field in (("VOLVO/vehicle", "vendor"), ("EASEE/vehicle", "vendor"), ("EASEE/ship", "vendorType")):
        answer = await api.delete(f"/users/ada/vendors/{path}")
        assert answer.status_code == 400
        assert [issue["field"] for issue in answer.json()["issues"]] == [field]
        assert answer.json()["issues"][0]["allowedValues"]
    assert (await api.delete("/users/ada/vendors/EASEE/charger")).status_code == 204
    assert (await api.get("/users/ada")).json()["linkedVendors"] == []


async def test_a_deauthorized_user_keeps_ids_and_values(api: Api) -> None:
    vehicle_id = await api.own("tesla", VEHICLE)
    before = (await api.get(f"/vehicles/{vehicle_id}")).json()
    assert (await api.delete("/users/ada/authorization")).status_code == 204
    assert (await api.get("/users/ada")).json() == {"id": "ada", "linkedVendors": []}
    after = (await api.get(f"/vehicles/{vehicle_id}")).json()
    assert after["chargeState"] == before["chargeState"]
    assert after["isReachable"] is False
    assert (await api.post(f"/vehicles/{vehicle_id}/refresh-hint")).status_code == 204
