"""Heat pumps, inverters, batteries and meters exactly as Enode shows them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.dialects.enode.conftest import Api
from tests.support.clock import StillClock
from tests.support.documents import BATTERY, HVAC, INVERTER, METER
from wattlink.connectors.devices import Document
from wattlink.domain.interventions.catalogue import LINK_AGAIN

_AT = "2026-03-02T18:00:00.123Z"
_INSTALLED = "2024-05-01T00:00:00.000Z"
_NOTHING = {"isCapable": False, "interventionIds": []}
_CAPABLE = {"isCapable": True, "interventionIds": []}
_AT_HOME = {"id": None, "longitude": 10.75, "latitude": 59.91, "lastUpdated": _AT}

_KINDS = [("hvacs", HVAC), ("inverters", INVERTER), ("batteries", BATTERY), ("meters", METER)]


def common(device_id: str, kind: str) -> dict[str, Any]:
    return {
        "id": device_id,
        "userId": "ada",
        "vendor": "TESLA",
        "lastSeen": _AT,
        "isReachable": True,
        "scopes": [f"{kind}:read:data"],
    }


def of_a_site(device_id: str, kind: str) -> dict[str, Any]:
    return common(device_id, kind) | {"timezone": "Europe/Oslo", "hemSystemId": None, "location": _AT_HOME}


async def test_an_hvac_has_every_key_of_enode_s(api: Api) -> None:
    hvac_id = await api.own("tesla", HVAC)
    assert (await api.get(f"/hvacs/{hvac_id}")).json() == common(hvac_id, "hvac") | {
        "consumptionRate": 1.8,
        "information": {
            "brand": "NIBE",
            "model": "S1255",
            "displayName": "Heat pump",
            "groupName": None,
            "category": "HEAT_PUMP",
        },
        "temperatureState": {"currentTemperature": 20.5, "isActive": True, "lastUpdated": _AT},
        "thermostatState": {
            "mode": "HEAT",
            "heatSetpoint": 21.0,
            "coolSetpoint": None,
            "holdType": "SCHEDULED",
            "lastUpdated": _AT,
        },
        "capabilities": {
            "capableModes": ["HEAT", "OFF"],
            "coolSetpointRange": None,
            "heatSetpointRange": {"min": 5.0, "max": 30.0},
            "setpointDifferenceRange": None,
            "setFollowSchedule": {"isCapable": False, "interventionIds": [LINK_AGAIN]},
            "setPermanentHold": _CAPABLE,
        },
        "location": {"id": None},
    }


async def test_an_inverter_has_every_key_of_enode_s(api: Api) -> None:
    inverter_id = await api.own("tesla", INVERTER)
    assert (await api.get(f"/inverters/{inverter_id}")).json() == of_a_site(inverter_id, "inverter") | {
        "information": {
            "id": "I1",
            "sn": "SN1",
            "brand": "Tesla",
            "model": "Solar",
            "siteName": "Home",
            "installationDate": _INSTALLED,
        },
        "productionState": {
            "productionRate": 3.2,
            "isProducing": True,
            "totalLifetimeProduction": 1234.5,
            "lastUpdated": _AT,
        },
        "capabilities": {"productionState": _CAPABLE, "productionStatistics": _NOTHING},
    }


async def test_a_battery_has_every_key_of_enode_s(api: Api) -> None:
    battery_id = await api.own("tesla", BATTERY)
    assert (await api.get(f"/batteries/{battery_id}")).json() == of_a_site(battery_id, "battery") | {
        "information": {
            "id": "B1",
            "brand": "Tesla",
            "model": "Powerwall",
            "siteName": "Home",
            "installationDate": _INSTALLED,
        },
        "chargeState": {
            "status": "DISCHARGING",
            "batteryCapacity": 13.5,
            "batteryLevel": 62.0,
            "chargeRate": -1.1,
            "dischargeLimit": 20.0,
            "lastUpdated": _AT,
        },
        "config": {"operationMode": "SELF_RELIANCE", "lastUpdated": _AT},
        "capabilities": {
            "exportFocus": _NOTHING,
            "importFocus": _NOTHING,
            "timeOfUse": _CAPABLE,
            "selfReliance": _CAPABLE,
            "idle": _NOTHING,
        },
    }


async def test_a_meter_has_every_key_of_enode_s(api: Api) -> None:
    meter_id = await api.own("tesla", METER)
    assert (await api.get(f"/meters/{meter_id}")).json() == of_a_site(meter_id, "meter") | {
        "information": {"brand": "Tesla", "model": "Gateway", "siteName": "Home", "installationDate": _INSTALLED},
        "energyState": {"power": -0.4, "lastUpdated": _AT},
        "capabilities": {"measuresConsumption": _CAPABLE, "measuresProduction": _CAPABLE},
    }


@pytest.mark.parametrize(("path", "document"), _KINDS, ids=lambda value: value if isinstance(value, str) else "")
async def test_every_kind_has_lists_and_a_hint(api: Api, clock: StillClock, path: str, document: Document) -> None:
    first = await api.own("tesla", document)
    clock.forward(minutes=1)
    second = await api.own("tesla", document, user="bob")
    assert [device["id"] for device in (await api.get(f"/{path}")).json()["data"]] == [second, first]
    page = (await api.get(f"/users/ada/{path}")).json()
    assert [device["id"] for device in page["data"]] == [first]
    assert page["pagination"] == {"after": None, "before": None}
    assert (await api.get(f"/users/nobody/{path}")).json()["data"] == []
    async with api.hub.db.transaction() as tx:
        await tx.execute("UPDATE visit SET due_at = %(later)s", later=datetime(2026, 3, 3, tzinfo=UTC))
    assert (await api.post(f"/{path}/{first}/refresh-hint")).status_code == 204
    async with api.hub.db.read() as reader:
        assert await reader.one(datetime, "SELECT min(due_at) FROM visit") == clock()
