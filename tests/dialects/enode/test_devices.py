"""Vehicles and chargers exactly as Enode shows them."""

from datetime import UTC, datetime

from tests.dialects.enode.conftest import Api
from tests.support.clock import StillClock
from wattlink.connectors import devices as normal
from wattlink.connectors.devices import CAPABLE, PowerDelivery, blocked
from wattlink.domain.interventions.catalogue import LINK_AGAIN

_SEEN = datetime(2026, 3, 2, 18, 0, 0, 123456, tzinfo=UTC)

VEHICLE = normal.Vehicle(
    last_seen=_SEEN,
    is_reachable=True,
    information=normal.VehicleInformation(vin="VIN1", brand="Tesla", model="Model 3", year=2022, display_name="Blue"),
    charge_state=normal.VehicleChargeState(
        battery_level=64, range=310.5, is_plugged_in=True, power_delivery=PowerDelivery.STOPPED, last_updated=_SEEN
    ),
    location=normal.Position(longitude=10.7, latitude=59.9, last_updated=_SEEN),
    odometer=normal.Odometer(distance=12345.6, last_updated=_SEEN),
    capabilities=normal.VehicleCapabilities(information=CAPABLE, start_charging=blocked(LINK_AGAIN)),
)
CHARGER = normal.Charger(
    last_seen=_SEEN,
    is_reachable=True,
    information=normal.ChargerInformation(brand="Easee", model="Home", serial_number="EH1"),
    charge_state=normal.ChargerChargeState(is_charging=False, power_delivery=PowerDelivery.COMPLETE),
    capabilities=normal.ChargerCapabilities(charge_state=CAPABLE),
)


async def test_a_vehicle_has_every_key_of_enode_s(api: Api) -> None:
    vehicle_id = await api.own("tesla", VEHICLE)
    answer = await api.get(f"/vehicles/{vehicle_id}")
    nothing = {"isCapable": False, "interventionIds": []}
    at = "2026-03-02T18:00:00.123Z"
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "id": vehicle_id,
        "userId": "ada",
        "vendor": "TESLA",
        "lastSeen": at,
        "isReachable": True,
        "information": {"vin": "VIN1", "brand": "Tesla", "model": "Model 3", "year": 2022, "displayName": "Blue"},
        "chargeState": {
            "batteryLevel": 64.0,
            "range": 310.5,
            "isPluggedIn": True,
            "isCharging": None,
            "isFullyCharged": None,
            "batteryCapacity": None,
            "chargeLimit": None,
            "chargeRate": None,
            "chargeTimeRemaining": None,
            "lastUpdated": at,
            "maxCurrent": None,
            "powerDeliveryState": "PLUGGED_IN:STOPPED",
            "pluggedInChargerId": None,
        },
        "smartChargingPolicy": {"isEnabled": False, "deadline": None, "minimumChargeLimit": 0},
        "location": {"id": None, "longitude": 10.7, "latitude": 59.9, "lastUpdated": at},
        "odometer": {"distance": 12345.6, "lastUpdated": at},
        "capabilities": {
            "information": {"isCapable": True, "interventionIds": []},
            "chargeState": nothing,
            "location": nothing,
            "odometer": nothing,
            "setMaxCurrent": nothing,
            "startCharging": {"isCapable": False, "interventionIds": [LINK_AGAIN]},
            "stopCharging": nothing,
            "smartCharging": nothing,
        },
        "scopes": ["vehicle:read:data"],
    }


async def test_a_charger_has_every_key_of_enode_s(api: Api) -> None:
    charger_id = await api.own("easee", CHARGER)
    nothing = {"isCapable": False, "interventionIds": []}
    assert (await api.get(f"/chargers/{charger_id}")).json() == {
        "id": charger_id,
        "userId": "ada",
        "vendor": "EASEE",
        "lastSeen": "2026-03-02T18:00:00.123Z",
        "isReachable": True,
        "information": {"brand": "Easee", "model": "Home", "year": None, "serialNumber": "EH1"},
        "chargeState": {
            "isPluggedIn": None,
            "isCharging": False,
            "chargeRate": None,
            "lastUpdated": None,
            "maxCurrent": None,
            "powerDeliveryState": "PLUGGED_IN:STOPPED",
            "pluggedInVehicleId": None,
        },
        "location": {"id": None, "lastUpdated": None},
        "capabilities": {
            "information": nothing,
            "chargeState": {"isCapable": True, "interventionIds": []},
            "startCharging": nothing,
            "stopCharging": nothing,
            "setMaxCurrent": nothing,
        },
        "scopes": ["charger:read:data"],
    }


async def test_lists_hold_one_kind_newest_first_of_all_or_of_one_user(api: Api, clock: StillClock) -> None:
    made = []
    for user in ("ada", "bob", "ada"):
        made.append(await api.own("tesla", VEHICLE, user=user))
        clock.forward(minutes=1)
    charger_id = await api.own("easee", CHARGER)
    assert await ids(api, "/vehicles") == made[::-1]
    assert await ids(api, "/users/ada/vehicles") == [made[2], made[0]]
    assert await ids(api, "/chargers") == [charger_id]
    assert await ids(api, "/users/bob/chargers") == []
    assert await ids(api, "/users/nobody/vehicles") == []


async def test_pages_are_walked_by_cursors(api: Api, clock: StillClock) -> None:
    made = []
    for _ in range(5):
        made.append(await api.own("easee", CHARGER))
        clock.forward(seconds=1)
    first = (await api.get("/users/ada/chargers", pageSize=2)).json()
    second = (await api.get("/users/ada/chargers", pageSize=2, after=first["pagination"]["after"])).json()
    last = (await api.get("/users/ada/chargers", pageSize=2, after=second["pagination"]["after"])).json()
    walked = [charger["id"] for page in (first, second, last) for charger in page["data"]]
    assert walked == made[::-1]
    assert first["pagination"]["before"] is None
    assert last["pagination"]["after"] is None
    back = (await api.get("/users/ada/chargers", pageSize=2, before=second["pagination"]["before"])).json()
    assert back["data"] == first["data"]


async def test_a_kind_is_only_found_under_its_own_path(api: Api) -> None:
    vehicle_id = await api.own("tesla", VEHICLE)
    assert (await api.get(f"/chargers/{vehicle_id}")).status_code == 404
    assert (await api.post(f"/chargers/{vehicle_id}/refresh-hint")).status_code == 404


async def test_a_hint_asks_for_a_visit_soon(api: Api, clock: StillClock) -> None:
    vehicle_id = await api.own("tesla", VEHICLE)
    async with api.hub.db.transaction() as tx:
        await tx.execute("UPDATE visit SET due_at = %(later)s", later=datetime(2026, 3, 3, tzinfo=UTC))
    answer = await api.post(f"/vehicles/{vehicle_id}/refresh-hint")
    assert (answer.status_code, answer.content) == (204, b"")
    async with api.hub.db.read() as reader:
        assert await reader.one(datetime, "SELECT due_at FROM visit") == clock()


async def ids(api: Api, path: str) -> list[str]:
    return [row["id"] for row in (await api.get(path)).json()["data"]]
