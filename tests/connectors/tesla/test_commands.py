"""What the simulated API does for other clients too: it wakes cars, obeys commands, and takes keys."""

from typing import Any
from urllib.parse import urlencode

import msgspec

from tests.connectors.tesla.conftest import FORM, LOGIN, Garage
from tests.support.clock import StillClock
from wattlink.connectors.contract import Credential
from wattlink.connectors.devices import PowerDelivery


async def _command(garage: Garage, credential: Credential, vin: str, name: str, body: Any = None) -> tuple[int, Any]:
    answer = await garage.send(credential, "POST", f"/api/1/vehicles/{vin}/command/{name}", body or {})
    told = msgspec.json.decode(answer.body)
    return answer.status, told["response"] or told["error"]


async def test_charging_stops_and_starts(garage: Garage, clock: StillClock) -> None:
    credential = (await garage.link()).credential
    vin = next(iter(await garage.read(credential)))
    done, refused = {"result": True, "reason": ""}, {"result": False, "reason": "not_charging"}
    clock.forward(minutes=12)
    assert await _command(garage, credential, vin, "charge_stop") == (200, done)
    assert await _command(garage, credential, vin, "charge_stop") == (200, refused)
    stopped = (await garage.read(credential))[vin].charge_state
    assert stopped.power_delivery is PowerDelivery.STOPPED
    clock.forward(minutes=10)
    assert (await garage.read(credential))[vin].charge_state.battery_level == stopped.battery_level
    assert await _command(garage, credential, vin, "charge_start") == (200, done)
    clock.forward(hours=1)
    going_on = (await garage.read(credential))[vin].charge_state
    assert going_on.is_charging
    assert going_on.battery_level == 74  # 52, twelve minutes and then an hour of 11 kW into 60 kWh


async def test_limit_and_current_are_set_and_seen(garage: Garage, clock: StillClock) -> None:
    credential = (await garage.link()).credential
    vin = next(iter(await garage.read(credential)))
    clock.forward(minutes=6)
    assert (await _command(garage, credential, vin, "set_charging_amps", {"charging_amps": 8}))[0] == 200
    assert (await _command(garage, credential, vin, "set_charge_limit", {"percent": 90}))[0] == 200
    again = await _command(garage, credential, vin, "set_charge_limit", {"percent": 90})
    assert again == (200, {"result": False, "reason": "already_set"})
    assert await _command(garage, credential, vin, "set_charge_limit", {"percent": 30}) == (400, "invalid_field")
    assert await _command(garage, credential, vin, "fly") == (400, "invalid_command")
    state = (await garage.read(credential))[vin].charge_state
    assert (state.max_current, state.charge_limit, state.charge_rate) == (8, 90, 6)


async def test_commands_need_the_key_and_a_signature_unless_the_car_is_old(garage: Garage) -> None:
    credential = (await garage.link()).credential
    vin = next(iter(await garage.read(credential)))
    await garage.car_knobs(vin, key=False)
    status, text = await _command(garage, credential, vin, "charge_stop")
    assert status == 500
    assert "key has not been paired" in text
    await garage.knobs(signing=False)
    status, text = await _command(garage, credential, vin, "charge_stop")
    assert status == 403
    assert text.startswith("Tesla Vehicle Command Protocol required")
    await garage.car_knobs(vin, firmware="2021.4")
    assert (await _command(garage, credential, vin, "charge_stop"))[0] == 200


async def test_a_sleeping_car_wakes_when_asked_and_only_then(garage: Garage, clock: StillClock) -> None:
    credential = (await garage.link()).credential
    vin = next(iter(await garage.read(credential)))
    clock.forward(hours=5)
    assert (await _command(garage, credential, vin, "charge_start"))[0] == 408

    async def state() -> str:
        entry = msgspec.json.decode((await garage.send(credential, "GET", f"/api/1/vehicles/{vin}")).body)
        return str(entry["response"]["state"])

    assert await state() == "asleep"
    await garage.send(credential, "POST", f"/api/1/vehicles/{vin}/wake_up")
    assert await state() == "waking"
    clock.forward(seconds=9)
    assert await state() == "waking"
    clock.forward(seconds=22)
    assert await state() == "online"
    assert (await garage.read(credential))[vin].charge_state.power_delivery is PowerDelivery.COMPLETE
    clock.forward(hours=1)
    assert await state() == "asleep"


async def test_the_key_page_puts_the_key_into_the_cars_that_are_chosen(garage: Garage) -> None:
    credential = (await garage.link()).credential
    vin, other = await garage.read(credential)
    await garage.car_knobs(vin, key=False)
    await garage.car_knobs(other, key=False)
    page = garage.connector.pairing_address(vin)
    assert page is not None

    async def post(fields: dict[str, str]) -> str:
        return (await garage.outbound.send("POST", page, headers=FORM, body=urlencode(fields).encode())).body.decode()

    assert (await garage.outbound.send("GET", page)).status == 200
    assert "Check e-mail and password" in await post(LOGIN._replace(password="wrong")._asdict())
    cars = await post(LOGIN._asdict())
    ticket = cars.split('name="ticket" value="')[1].split('"')[0]
    assert "Added to Model 3 no. 1." in await post({"ticket": ticket, vin: "on"})
    paired = await garage.read(credential)
    assert paired[vin].capabilities.start_charging.is_capable
    assert not paired[other].capabilities.start_charging.is_capable
    unknown = await garage.outbound.send("GET", page.replace("wattlink.example", "unknown.example"))
    assert unknown.status == 404


async def test_a_partner_registers_its_domain(garage: Garage) -> None:
    hosts, registration = garage.sandbox.hosts("tesla"), garage.connector.registration
    form = {
        "grant_type": "client_credentials",
        "client_id": registration.client_id,
        "client_secret": registration.client_secret,
        "audience": "https://fleet-api.prd.eu.vn.cloud.tesla.com",
    }
    address, body = f"{hosts['token']}/oauth2/v3/token", urlencode(form).encode()
    answer = await garage.outbound.send("POST", address, headers=FORM, body=body)
    token = msgspec.json.decode(answer.body)["access_token"]
    for bearer, domain, status in (
        (token, "wattlink.example", 200),
        (token, "elsewhere.example", 400),
        ("x.y", "wattlink.example", 401),
    ):
        registered = await garage.outbound.send(
            "POST",
            f"{hosts['api_eu']}/api/1/partner_accounts",
            headers={"authorization": f"Bearer {bearer}", "content-type": "application/json"},
            body=msgspec.json.encode({"domain": domain}),
        )
        assert registered.status == status
