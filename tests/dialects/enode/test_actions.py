"""Actions as an app's backend sees them: what is refused and how, whom they belong to, and what the document says."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from tests.dialects.enode.conftest import Api
from tests.support.documents import BATTERY, HVAC
from wattlink.connectors.devices import (
    CAPABLE,
    Charger,
    ChargerCapabilities,
    ChargerChargeState,
    ChargerInformation,
    Document,
    blocked,
)
from wattlink.domain.commands.ending.end import end_overdue
from wattlink.domain.interventions.catalogue import LINK_AGAIN

START = {"action": "START"}
CHARGER = Charger(
    last_seen=HVAC.last_seen,
    is_reachable=True,
    information=ChargerInformation(brand="Easee", model="Easee Home", serial_number="EH1"),
    charge_state=ChargerChargeState(is_plugged_in=True, is_charging=False),
    capabilities=ChargerCapabilities(
        start_charging=CAPABLE, stop_charging=CAPABLE, set_max_current=blocked(LINK_AGAIN)
    ),
)


async def owned(api: Api, vendor: str, document: Document) -> str:
    """A device that its user lets the app control."""
    device_id = await api.own(vendor, document)
    async with api.hub.db.transaction() as tx:
        await tx.execute(
            "UPDATE device SET scopes = scopes || '{charger:control:charging,hvac:control:mode,"
            "battery:control:operation_mode}'"
        )
    return device_id


async def test_an_action_from_its_birth_to_its_end(api: Api) -> None:
    device_id = await owned(api, "easee", CHARGER)
    made = await api.post(f"/chargers/{device_id}/charging", START)
    action = made.json()
    assert made.status_code == 200
    assert action == {
        "id": action["id"],
        "userId": "ada",
        "createdAt": "2026-03-02T18:30:00.000Z",
        "updatedAt": "2026-03-02T18:30:00.000Z",
        "completedAt": None,
        "state": "PENDING",
        "targetId": device_id,
        "targetType": "charger",
        "failureReason": None,
        "kind": "START",
    }
    assert (await api.get(f"/chargers/actions/{action['id']}")).json() == action

    cancelled = await api.post(f"/chargers/actions/{action['id']}/cancel")
    assert cancelled.status_code == 200
    assert cancelled.json()["state"] == "CANCELLED"
    assert cancelled.json()["failureReason"]["type"] == "REQUESTED_CANCELLATION"
    again = await api.post(f"/chargers/actions/{action['id']}/cancel")
    assert (again.status_code, again.headers["content-type"], again.json()) == (
        409,
        "application/json",
        cancelled.json(),
    )


async def test_what_couldnt_be_sent_in_time_failed_without_a_response(api: Api) -> None:
    device_id = await owned(api, "easee", CHARGER)
    action = (await api.post(f"/chargers/{device_id}/charging", START)).json()
    api.hub.clock.forward(minutes=15)  # type: ignore[attr-defined]
    assert await end_overdue(api.hub.db, api.hub.clock()) == 1
    over = (await api.get(f"/chargers/actions/{action['id']}")).json()
    assert (over["state"], over["failureReason"]["type"]) == ("FAILED", "NO_RESPONSE")
    assert over["completedAt"] == over["updatedAt"] == "2026-03-02T18:45:00.000Z"


@pytest.mark.parametrize(
    ("path", "body", "field", "allowed"),
    [
        ("charging", {"action": "BEGIN"}, "action", ["START", "STOP"]),
        ("charging", {}, "action", ["START", "STOP"]),
        ("charging", {"action": "START", "now": True}, "now", ["action"]),
        ("max-current", {"maxCurrent": 500}, "maxCurrent", ["0..80"]),
        ("max-current", {"maxCurrent": "16"}, "maxCurrent", []),
    ],
)
async def test_a_body_that_cant_be_used_names_the_field(
    api: Api, path: str, body: Any, field: str, allowed: list[str]
) -> None:
    device_id = await owned(api, "easee", CHARGER)
    answer = await api.post(f"/chargers/{device_id}/{path}", body)
    assert answer.status_code == 400
    (issue,) = answer.json()["issues"]
    assert (issue["field"], issue.get("allowedValues", [])) == (field, allowed)


async def test_setpoints_outside_their_range_and_modes_that_a_device_lacks(api: Api) -> None:
    hvac = await owned(api, "myuplink", HVAC)
    battery = await owned(api, "tesla", BATTERY)
    for path, body, field, allowed in (
        (f"/hvacs/{hvac}/permanent-hold", {"mode": "HEAT", "heatSetpoint": 31}, "heatSetpoint", ["5..30"]),
        (f"/hvacs/{hvac}/permanent-hold", {"mode": "COOL", "coolSetpoint": 20}, "mode", ["HEAT", "OFF"]),
        (
            f"/batteries/{battery}/operation-mode",
            {"operationMode": "IDLE"},
            "operationMode",
            ["TIME_OF_USE", "SELF_RELIANCE"],
        ),
    ):
        answer = await api.post(path, body)
        assert answer.status_code == 400
        assert answer.json()["issues"] == [
            {"field": field, "message": answer.json()["issues"][0]["message"], "allowedValues": allowed}
        ]


async def test_what_waits_for_somebody_names_the_intervention(api: Api) -> None:
    device_id = await owned(api, "easee", CHARGER)
    answer = await api.post(f"/chargers/{device_id}/max-current", {"maxCurrent": 10})
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/precondition-failed")
    assert answer.json()["interventionIds"] == [LINK_AGAIN]


async def test_an_unplugged_charger_makes_no_action(api: Api) -> None:
    unplugged = structs.replace(CHARGER, charge_state=ChargerChargeState(is_plugged_in=False))
    device_id = await owned(api, "easee", unplugged)
    answer = await api.post(f"/chargers/{device_id}/charging", START)
    assert (answer.status_code, answer.json()["detail"]) == (400, "Nothing is plugged in.")
    async with api.hub.db.read() as reader:
        assert await reader.one(int, "SELECT count(*) FROM command") == 0


async def test_reading_alone_lets_nobody_control(api: Api) -> None:
    device_id = await api.own("easee", CHARGER)
    answer = await api.post(f"/chargers/{device_id}/charging", START)
    assert (answer.status_code, answer.json()["detail"]) == (400, "The user didn't grant charger:control:charging.")


async def test_another_applications_devices_and_actions_arent_there(api: Api, other_api: Api) -> None:
    device_id = await owned(api, "easee", CHARGER)
    action_id = (await api.post(f"/chargers/{device_id}/charging", START)).json()["id"]
    for answer in (
        await other_api.post(f"/chargers/{device_id}/charging", START),
        await other_api.get(f"/chargers/actions/{action_id}"),
        await other_api.post(f"/chargers/actions/{action_id}/cancel"),
        await api.get(f"/vehicles/actions/{action_id}"),
        await api.post(f"/vehicles/{device_id}/charging", START),
        await api.get(f"/chargers/actions/{uuid4()}"),
        await api.get("/chargers/actions/none"),
    ):
        assert answer.status_code == 404
    assert (await api.get(f"/chargers/actions/{action_id}")).json()["state"] == "PENDING"


async def test_a_replayed_flood_reaches_its_limit_and_leaves_one_action(api: Api) -> None:
    device_id = await owned(api, "easee", CHARGER)
    answers = await asyncio.gather(*(api.post(f"/chargers/{device_id}/charging", START) for _ in range(40)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(200), codes.count(429)) == (30, 10)
    assert {answer.headers.get("retry-after") for answer in answers if answer.status_code == 429} == {"300"}
    async with api.hub.db.read() as reader:
        assert await reader.one(int, "SELECT count(*) FROM command WHERE completed_at IS NULL") == 1
