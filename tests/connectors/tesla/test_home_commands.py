"""A home's battery is told what to aim at; what an answer to that means."""

from typing import Any

import pytest

from tests.connectors.tesla.conftest import SCOPES, Garage, Vendor
from tests.connectors.tesla.test_homes import id_of, only
from tests.support.clock import StillClock
from wattlink.connectors.commands import SetOperationMode
from wattlink.connectors.contract import Connector, Credential
from wattlink.connectors.devices import Battery
from wattlink.connectors.devices.site import BatteryInformation, BatteryStatus, OperationMode
from wattlink.connectors.errors import (
    CommandRefusal,
    CommandRefused,
    ConnectorError,
    CredentialsRejected,
    UnexpectedAnswer,
    VendorUnavailable,
)
from wattlink.connectors.simulation import Fault

OPERATION = "/api/1/energy_sites/1234567/operation"


def _mode(mode: OperationMode) -> SetOperationMode:
    return SetOperationMode(operation_mode=mode)


@pytest.mark.parametrize("mode", [OperationMode.TIME_OF_USE, OperationMode.IMPORT_FOCUS, OperationMode.SELF_RELIANCE])
async def test_what_a_battery_is_told_is_what_it_then_says(home: Garage, mode: OperationMode) -> None:
    credential = (await home.link()).credential
    before = await home.read_home(credential)
    for _ in range(2):  # said twice it does what it does once
        await home.connector.send(credential, id_of(before, Battery), _mode(mode), only(before, Battery))
        after = only(await home.read_home(credential, before), Battery)
        assert after.config.operation_mode is mode


async def test_a_battery_that_is_to_be_kept_full_is_charged_from_the_grid_at_night(
    home: Garage, clock: StillClock
) -> None:
    clock.forward(hours=(23 - clock().hour) % 24)
    credential = (await home.link()).credential
    await home.car_knobs(id_of(await home.read_home(credential), Battery), level=50.0)
    before = await home.read_home(credential)
    assert only(before, Battery).charge_state.status is BatteryStatus.DISCHARGING
    await home.connector.send(
        credential, id_of(before, Battery), _mode(OperationMode.IMPORT_FOCUS), only(before, Battery)
    )
    after = only(await home.read_home(credential), Battery)
    assert (after.charge_state.status, after.charge_state.charge_rate) == (BatteryStatus.CHARGING, 5.0)


@pytest.mark.parametrize("mode", [OperationMode.EXPORT_FOCUS, OperationMode.IDLE])
async def test_a_mode_that_the_vendor_has_not_is_never_sent(home: Garage, mode: OperationMode) -> None:
    credential = (await home.link()).credential
    before = await home.read_home(credential)
    asked = await home.sandbox.last_request()
    with pytest.raises(CommandRefused):
        await home.connector.send(credential, id_of(before, Battery), _mode(mode), only(before, Battery))
    assert await home.sandbox.requests("tesla", after=asked) == []


async def test_without_the_permission_a_battery_is_not_told_anything(home: Garage) -> None:
    credential = (await home.link(SCOPES - {"battery:control:operation_mode"})).credential
    before = await home.read_home(credential)
    refused = await _told(home.connector, credential, only(before, Battery), id_of(before, Battery))
    assert isinstance(refused, CommandRefused)
    assert refused.cause is CommandRefusal.PERMISSION


async def test_a_battery_out_of_reach_may_have_heard_it(home: Garage) -> None:
    credential = (await home.link()).credential
    before = await home.read_home(credential)
    await home.sandbox.fault("tesla", "somebody@example.com", Fault.ASLEEP)
    refused = await _told(home.connector, credential, only(before, Battery), id_of(before, Battery))
    assert isinstance(refused, VendorUnavailable)


async def _told(
    connector: Connector, credential: Credential, battery: Battery, device_id: str = "1234567-battery"
) -> ConnectorError | None:
    try:
        await connector.send(credential, device_id, _mode(OperationMode.TIME_OF_USE), battery)
    except ConnectorError as error:
        return error
    return None


@pytest.fixture
def battery(clock: StillClock) -> Battery:
    information = BatteryInformation(
        vendor_id="1234567", brand="Tesla", model="Powerwall", site_name="Home", installed_at=clock()
    )
    return Battery(last_seen=clock(), information=information)


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"response": {"code": 201, "message": "Updated"}}),
        (200, {"response": {"code": 200}}),
        (200, {"response": {"message": "Updated"}}),
    ],
)
async def test_what_was_accepted(
    vendor: Vendor, credential: Credential, battery: Battery, answer: tuple[int, Any]
) -> None:
    async with vendor({OPERATION: answer}) as connector:
        assert await _told(connector, credential, battery) is None


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ((403, {"error": "Unauthorized missing scopes"}), CommandRefusal.PERMISSION),
        ((403, {"error": "forbidden"}), CommandRefusal.PERMISSION),
        ((404, {"error": "not_found"}), CommandRefusal.NOT_FOUND),
        ((409, {"error": "conflict"}), CommandRefusal.CONFLICT),
        ((400, {"error": "invalid_command"}), CommandRefusal.PRECONDITION),
        ((408, {"error": "vehicle unavailable: vehicle is offline or asleep"}), CommandRefusal.UNREACHABLE),
        ((200, {"response": {"code": 400, "message": "no rate plan"}}), CommandRefusal.PRECONDITION),
        ((200, {"response": {"code": 403}}), CommandRefusal.PERMISSION),
    ],
)
async def test_what_was_certainly_not_done(
    vendor: Vendor, credential: Credential, battery: Battery, answer: tuple[int, Any], cause: CommandRefusal
) -> None:
    async with vendor({OPERATION: answer}) as connector:
        refused = await _told(connector, credential, battery)
    assert isinstance(refused, CommandRefused)
    assert refused.cause is cause


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((401, {"error": "token expired (401)"}), CredentialsRejected),
        ((401, {"error": "invalid_client"}), VendorUnavailable),
        ((400, {"error": "unauthorized_client"}), VendorUnavailable),
        ((408, {"error": "upstream timeout"}), VendorUnavailable),
        ((412, b""), VendorUnavailable),
        ((429, b""), VendorUnavailable),
        ((500, {"error": "internal server error"}), VendorUnavailable),
        ((503, b"<html>"), VendorUnavailable),
        ((200, b"<html>"), UnexpectedAnswer),
        ((200, {"response": None}), UnexpectedAnswer),
        ((200, {"response": "done"}), UnexpectedAnswer),
        ((200, {"response": {"code": "201"}}), UnexpectedAnswer),
        ((200, {"response": {"code": 500}}), UnexpectedAnswer),
        ((302, b""), UnexpectedAnswer),
        ((403, b"<html>"), UnexpectedAnswer),
        ((404, b""), UnexpectedAnswer),
    ],
)
async def test_what_leaves_open_whether_it_was_done(
    vendor: Vendor,
    credential: Credential,
    battery: Battery,
    answer: tuple[int, Any],
    expected: type[ConnectorError],
) -> None:
    async with vendor({OPERATION: answer}) as connector:
        assert type(await _told(connector, credential, battery)) is expected
