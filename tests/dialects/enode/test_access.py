"""What belongs to another application looks exactly like what isn't there, on every route that takes an id."""

import re
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.dialects.enode.conftest import Api
from tests.dialects.enode.test_devices import CHARGER, VEHICLE
from tests.dialects.enode.test_linking import RELINK
from tests.dialects.enode.test_locations import HOME
from tests.dialects.enode.test_webhooks import NEW
from tests.support.documents import BATTERY, HVAC, INVERTER, METER
from wattlink.base.ids import new_id
from wattlink.connectors.commands import Command, FollowSchedule, SetOperationMode, StartCharging
from wattlink.connectors.devices import Kind
from wattlink.connectors.devices.site import OperationMode
from wattlink.dialects.enode.routes import TABLE
from wattlink.domain.access.ids import CommandId, DeviceId
from wattlink.domain.commands import store as commands
from wattlink.domain.commands.model import CommandState, DeviceCommand
from wattlink.domain.devices import store as devices
from wattlink.web.routing import Route

_MAKES_WHAT_IS_NEW = "postUsersUseridLink"  # of the same user id in two applications each has its own
_ROUTES = [
    route
    for rows in TABLE.values()
    for route in rows
    if "{" in route.path and "{intervention_id" not in route.path and route.operation_id != _MAKES_WHAT_IS_NEW
]
_BODIES: dict[str, Any] = {
    "postAssetsAssetidRelink": RELINK,
    "updateWebhook": {"events": ["*"]},
    "createLocation": HOME,
    "updateLocation": {"name": "Elsewhere"},
    "updateCharger": {"locationId": None},
    "updateHVAC": {"locationId": None},
    "postVehiclesVehicleidCharging": {"action": "START"},
    "controlChargerCharging": {"action": "START"},
    "postVehiclesVehicleidMaxCurrent": {"maxCurrent": 10},
    "postSetChargerMaxCurrent": {"maxCurrent": 10},
    "postSetHvacPermanentHold": {"mode": "OFF"},
    "postUserSetOperationMode": {"operationMode": "IDLE"},
}
_WITH_ACTIONS = {"vehicles": "vehicle_id", "chargers": "charger_id", "hvacs": "hvac_id", "batteries": "battery_id"}


async def call(api: Api, route: Route, ids: dict[str, str]) -> httpx.Response:
    path = re.sub(r"\{(\w+):str\}", lambda found: ids[found[1]], route.path)
    body = _BODIES.get(route.operation_id)
    return await api.http.request(route.method, path, json=body)


@pytest.mark.parametrize("route", _ROUTES, ids=lambda route: route.operation_id)
async def test_a_foreign_id_is_an_unknown_one(api: Api, other_api: Api, route: Route) -> None:
    vehicle_id = await api.own("tesla", VEHICLE)
    theirs = {
        "user_id": "ada",
        "vendor": "TESLA",
        "vendor_type": "vehicle",
        "asset_id": vehicle_id,
        "vehicle_id": vehicle_id,
        "charger_id": await api.own("easee", CHARGER),
        "hvac_id": await api.own("tesla", HVAC),
        "inverter_id": await api.own("tesla", INVERTER),
        "battery_id": await api.own("tesla", BATTERY),
        "meter_id": await api.own("tesla", METER),
        "location_id": (await api.post("/users/ada/locations", HOME)).json()["id"],
        "webhook_id": (await api.post("/webhooks", NEW)).json()["id"],
    }
    if "{action_id" in route.path:
        theirs["action_id"] = await action_of(api, theirs[_WITH_ACTIONS[route.path.split("/")[1]]])
    nobody_s = {name: str(new_id()) if name.endswith("_id") else value for name, value in theirs.items()}
    foreign, unknown = await call(other_api, route, theirs), await call(other_api, route, nobody_s)
    assert foreign.status_code == unknown.status_code
    assert foreign.headers["content-type"] == unknown.headers["content-type"]
    assert blank(foreign.text, theirs) == blank(unknown.text, nobody_s)
    if "action_id" in theirs:
        action = await api.get(re.sub(r"\{.*", theirs["action_id"], route.path))
        assert (action.status_code, action.json()["state"]) == (200, "PENDING")
    assert (await api.get("/users/ada")).json()["linkedVendors"]
    assert (await api.get(f"/vehicles/{vehicle_id}")).status_code == 200
    assert (await api.get(f"/webhooks/{theirs['webhook_id']}")).json()["events"] == ["*"]


async def action_of(api: Api, device_id: str) -> str:
    """What a device is being told; gives the action's id."""
    now = api.hub.clock()
    async with api.hub.db.transaction() as tx:
        device = await devices.get(tx, api.access, DeviceId(UUID(device_id)))
        told: Command = SetOperationMode(operation_mode=OperationMode.IDLE)
        if device.kind is not Kind.BATTERY:
            told = FollowSchedule() if device.kind is Kind.HVAC else StartCharging()
        command = DeviceCommand(
            command_id=CommandId(new_id()),
            application_id=device.application_id,
            user_id=device.user_id,
            user=device.user,
            account_id=device.account_id,
            device_id=device.device_id,
            vendor=device.vendor,
            kind=device.kind,
            command=told,
            state=CommandState.PENDING,
            created_at=now,
            updated_at=now,
            expires_at=now,
        )
        await commands.insert(tx, command)
    return str(command.command_id)


def blank(text: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        text = re.sub(rf"\b{re.escape(value)}\b", f"<{name}>", text)
    return text


async def test_each_application_has_users_of_its_own(api: Api, other_api: Api) -> None:
    vehicle_id = await api.own("tesla", VEHICLE)
    await other_api.own("easee", CHARGER)
    assert (await other_api.get("/users/ada/vehicles")).json()["data"] == []
    assert (await other_api.get("/vehicles")).json()["data"] == []
    assert (await other_api.delete("/users/ada")).status_code == 204
    assert (await api.get(f"/vehicles/{vehicle_id}")).status_code == 200


async def test_cursors_are_an_application_s_own(api: Api, other_api: Api) -> None:
    for _ in range(2):
        await api.own("tesla", VEHICLE)
    cursor = (await api.get("/vehicles", pageSize=1)).json()["pagination"]["after"]
    assert (await api.get("/vehicles", after=cursor)).status_code == 200
    assert (await other_api.get("/vehicles", after=cursor)).status_code == 400
