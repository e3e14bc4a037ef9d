"""A partner boosts a car: now, at its next session, never twice; told plainly where that can't be."""

import asyncio
from typing import Any

import pytest

from tests.sandbox.conftest import Ci, account_path, until
from wattlink.dialects.podero import BASE


class Garage:
    """A partner's backend, one of whose users has a car."""

    def __init__(self, ci: Ci, account: dict[str, Any], at: str) -> None:
        self.ci, self.account, self.at = ci, account, at

    async def send(self, method: str, path: str = "", body: Any = None) -> tuple[int, Any]:
        """The status and the answer's JSON, of a path below the car."""
        url = f"{self.ci.stack.url}/podero{BASE}{self.at}{path}"
        async with self.ci.stack.http.request(method, url, json=body, headers=self.ci.app.headers) as answer:
            content = await answer.read()
            return answer.status, await answer.json() if content else None

    async def car(self) -> dict[str, Any]:
        """As the partner sees it."""
        status, car = await self.send("GET")
        assert status == 200
        return dict(car)

    async def is_seen(self, **state: Any) -> bool:
        """Whether the car is seen to be so."""
        car = await self.car()
        return all(car[name] == value for name, value in state.items())

    async def change(self, **state: Any) -> None:
        """Something happens to the car, and a visit sees it."""
        (device,) = self.account["devices"]
        await self.ci.sandbox("PATCH", f"{account_path(self.account)}/devices/{device['id']}", state)
        await self.ci.app.call("POST", f"/vehicles/{self.at.rsplit('/', 1)[1]}/refresh-hint")

    async def actions(self) -> int:
        """How many commands the car was ever given."""
        async with self.ci.stack.hub.db.read() as reader:
            return await reader.one(
                int, "SELECT count(*) FROM command WHERE device_id::text = %(id)s", id=self.at.rsplit("/", 1)[1]
            )


async def linked(ci: Ci, vendor: str, path: str, device: dict[str, Any]) -> Garage:
    """A device of a user's, at a simulated vendor, as the partner finds it."""
    account = await ci.sandbox("POST", "/accounts", {"vendor": vendor, "devices": [device]})
    got = await ci.sandbox("POST", f"{account_path(account)}/link", {"userId": "driver"})
    async with ci.stack.hub.db.read() as reader:
        at = await reader.one(
            str,
            """
            SELECT format('/org/%%s/users/%%s', organization_id, user_id)
              FROM application JOIN app_user USING (application_id) WHERE application_id = %(application_id)s
            """,
            application_id=ci.app.credentials.application_id,
        )
    return Garage(ci, account, f"{at}/{path}/{got['deviceIds'][0]}")


async def _garage(ci: Ci, **state: Any) -> Garage:
    car = {"kind": "vehicle", "state": {"isPluggedIn": False, "batteryLevel": 30, **state}}
    return await linked(ci, "tesla", "electric-vehicles", car)


async def test_a_car_that_is_plugged_in_charges_now(ci: Ci) -> None:
    garage = await _garage(ci, isPluggedIn=True, isCharging=False)
    assert await garage.is_seen(boost_state="available", boost_for_next_session=False, is_plugged_in=True)
    both = await asyncio.gather(garage.send("POST", "/boost"), garage.send("POST", "/boost"))
    assert {status for status, _ in both} == {204}
    assert (await garage.car())["boost_state"] in ("requested", "ongoing")
    await until(lambda: garage.is_seen(boost_state="ongoing", is_charging=True))
    assert await garage.send("POST", "/boost") == (409, {"state": "ongoing", "reason": "already_charging"})
    assert await garage.send("DELETE", "/boost") == (204, None)
    assert await garage.is_seen(boost_state="ongoing", is_charging=True)
    assert await garage.actions() == 1
    await garage.change(isCharging=False)
    await until(lambda: garage.is_seen(boost_state="available", is_charging=False))
    await garage.change(isCharging=True)  # by itself: that is no boost
    await until(lambda: garage.is_seen(boost_state="unavailable", is_charging=True))
    assert await garage.send("POST", "/boost") == (409, {"state": "unavailable", "reason": "already_charging"})


async def test_a_car_that_is_away_charges_once_when_it_is_plugged_in(ci: Ci) -> None:
    garage = await _garage(ci)
    assert await garage.send("POST", "/boost") == (204, None)
    assert await garage.send("POST", "/boost") == (204, None)
    assert await garage.is_seen(boost_state="available", boost_for_next_session=True)
    assert await garage.actions() == 0
    await garage.change(isPluggedIn=True, isCharging=False)
    await until(lambda: garage.is_seen(boost_state="ongoing", boost_for_next_session=False))
    assert await garage.actions() == 1
    await garage.change(isPluggedIn=False)
    await until(lambda: garage.is_seen(is_plugged_in=False, boost_state="available"))
    await garage.change(isPluggedIn=True, isCharging=False)
    await until(lambda: garage.is_seen(is_plugged_in=True))
    assert await garage.is_seen(boost_for_next_session=False, is_charging=False)
    assert await garage.actions() == 1


async def test_what_was_taken_back_does_not_begin(ci: Ci) -> None:
    garage = await _garage(ci)
    assert await garage.send("DELETE", "/boost") == (204, None)
    assert await garage.send("POST", "/boost") == (204, None)
    assert await garage.send("DELETE", "/boost") == (204, None)
    assert await garage.is_seen(boost_for_next_session=False)
    await garage.change(isPluggedIn=True, isCharging=False)
    await until(lambda: garage.is_seen(is_plugged_in=True))
    assert await garage.is_seen(boost_state="available")
    assert await garage.actions() == 0


async def test_a_car_that_charges_by_itself_has_what_was_wished_for(ci: Ci) -> None:
    garage = await _garage(ci)
    assert await garage.send("POST", "/boost") == (204, None)
    await garage.change(isPluggedIn=True, isCharging=True)
    await until(lambda: garage.is_seen(is_charging=True, boost_for_next_session=False))
    assert await garage.actions() == 0


@pytest.mark.parametrize("path", ["/boost", "/charge-policy"])
async def test_only_its_own_cars(ci: Ci, path: str) -> None:
    garage = await _garage(ci)
    others = Garage(Ci(ci.stack, await ci.stack.new_app(), ci.receiver), garage.account, garage.at)
    for method in ("POST", "DELETE") if path == "/boost" else ("GET", "PUT"):
        assert (await others.send(method, path, {}))[0] == 404
        wallbox = Garage(ci, garage.account, garage.at.replace("electric-vehicles", "wallboxes"))
        assert (await wallbox.send(method, path, {}))[0] == 404


async def test_a_charge_policy_is_kept_day_by_day(ci: Ci) -> None:
    garage = await _garage(ci)
    status, empty = await garage.send("GET", "/charge-policy")
    assert status == 200
    assert empty["metadata"]["electric_vehicle_id"] == garage.at.rsplit("/", 1)[1]
    assert set(empty["data"]) == {"mon", "tue", "wed", "thu", "fri", "sat", "sun", "timezone"}
    assert not any(empty["data"].values())
    day = {"charge_percentage": 80, "charge_deadline": "07:00"}
    _, kept = await garage.send("PUT", "/charge-policy", {"mon": day, "timezone": "Europe/Berlin"})
    assert (kept["data"]["mon"], kept["data"]["timezone"], kept["data"]["tue"]) == (day, "Europe/Berlin", None)
    _, both = await garage.send("PUT", "/charge-policy", {"data": {"sun": day, "mon": None}})
    assert (both["data"]["sun"], both["data"]["mon"], both["data"]["timezone"]) == (day, None, "Europe/Berlin")
    for wrong, field in (
        ({"tue": {"charge_percentage": 101, "charge_deadline": "07:00"}}, "charge_percentage"),
        ({"tue": {"charge_percentage": 80, "charge_deadline": "24:00"}}, "charge_deadline"),
        ({"tue": {"charge_percentage": 80, "charge_deadline": "07:00\n"}}, "charge_deadline"),
        ({"tue": {"charge_percentage": 80}}, "charge_deadline"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ):
        status, refused = await garage.send("PUT", "/charge-policy", wrong)
        assert status == 422
        assert field in str(refused["detail"])
    assert await garage.send("GET", "/charge-policy") == (200, both)


async def test_partners_are_told_of_a_boosted_car_as_they_would_read_it(ci: Ci) -> None:
    garage = await _garage(ci, isPluggedIn=True, isCharging=False)
    feed = Garage(ci, garage.account, garage.at.partition("/users/")[0] + "/events")
    _, before = await feed.send("GET", "/end")
    await garage.send("POST", "/boost")

    async def told() -> list[dict[str, Any]]:
        _, answer = await feed.send("GET", f"?after={before['cursor']}")
        return [one["event"] for one in answer["events"]]

    async def is_told() -> bool:
        return {"command.updated", "electric_vehicle.updated"} <= {event["type"] for event in await told()}

    await until(is_told)
    await until(lambda: garage.is_seen(boost_state="ongoing"))
    events = await told()
    [command] = [event for event in events if event["type"] == "command.updated"]
    assert (command["command"]["state"], command["device_type"]) == ("confirmed", "ev")
    asked, car = (event for event in events if event["type"] == "electric_vehicle.updated")
    assert (asked["updated_fields"], asked["device"]["boost_state"]) == (["boost_state"], "requested")
    assert {"is_charging", "boost_state"} <= {*car["updated_fields"]}
    assert (car["device"]["is_charging"], car["device"]["boost_state"]) == (True, "ongoing")


async def test_a_partners_other_backends_hear_what_one_of_them_wished(ci: Ci) -> None:
    garage = await _garage(ci)
    feed = Garage(ci, garage.account, garage.at.partition("/users/")[0] + "/events")
    _, before = await feed.send("GET", "/end")
    for _ in range(2):  # said again, nothing changes
        assert (await garage.send("POST", "/boost"))[0] == 204
    for _ in range(2):
        assert (await garage.send("DELETE", "/boost"))[0] == 204
    day = {"charge_percentage": 80, "charge_deadline": "07:00"}
    for _ in range(2):
        assert (await garage.send("PUT", "/charge-policy", {"mon": day}))[0] == 200

    _, answer = await feed.send("GET", f"?after={before['cursor']}")
    told = [one["event"] for one in answer["events"]]
    assert {event["type"] for event in told} == {"electric_vehicle.updated"}
    assert [(event["updated_fields"], event["device"]["boost_for_next_session"]) for event in told] == [
        (["boost_for_next_session"], True),
        (["boost_for_next_session"], False),
        (["charge_policy_last_updated_at"], False),
    ]
    shown = (await garage.car())["charge_policy_last_updated_at"]
    assert shown is not None
    assert [event["device"]["charge_policy_last_updated_at"] for event in told] == [None, None, shown]
