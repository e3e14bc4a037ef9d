"""What each kind of answer means, told over real HTTP by a server that says what it is told to say."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from tests.connectors.tesla.conftest import SCOPES, Vendor
from tests.support.clock import StillClock
from wattlink.connectors.contract import Connector, Credential, SignInAnswer
from wattlink.connectors.devices import Kind, Vehicle, VehicleChargeState
from wattlink.connectors.errors import (
    ConnectorError,
    CredentialsRejected,
    Refusal,
    UnexpectedAnswer,
    VendorUnavailable,
)
from wattlink.connectors.registry import manifest_of

VIN = "LRW3E7EK5RC123456"
TOKEN = "/oauth2/v3/token"
REVOKE = "/oauth2/v3/revoke"
PRODUCTS = "/api/1/products"
DATA = f"/api/1/vehicles/{VIN}/vehicle_data"
STATUS = "/api/1/vehicles/fleet_status"
ONE_CAR = {"response": [{"vin": VIN, "state": "online", "display_name": "Test"}]}
GOOD = {
    PRODUCTS: (200, ONE_CAR),
    STATUS: (200, {"response": {"key_paired_vins": [VIN], "unpaired_vins": []}}),
    DATA: (200, {"response": {"charge_state": {"battery_level": 50, "charging_state": "Stopped"}}}),
}


async def _error(told: Awaitable[object]) -> ConnectorError:
    with pytest.raises(ConnectorError) as raised:
        await told
    return raised.value


def _read(connector: Connector, credential: Credential) -> Awaitable[object]:
    return connector.read(credential, frozenset({Kind.VEHICLE}), SCOPES, {})


async def _car(connector: Connector, credential: Credential, last: Vehicle) -> Vehicle:
    [reading] = await connector.read(credential, frozenset({Kind.VEHICLE}), SCOPES, {VIN: last})
    assert isinstance(reading.document, Vehicle)
    return reading.document


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (401, {"error": "login_required", "error_description": "Login required"}, Refusal.REVOKED),
        (400, {"error": "invalid_grant"}, Refusal.REVOKED),
        (423, {"error": "locked"}, Refusal.ACCOUNT_LOCKED),
    ],
)
async def test_what_breaks_a_refresh_token(
    vendor: Vendor, credential: Credential, status: int, body: Any, cause: Refusal
) -> None:
    async with vendor({TOKEN: (status, body)}) as connector:
        error = await _error(connector.refresh(credential))
        assert isinstance(error, CredentialsRejected)
        assert error.cause is cause


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, b"", UnexpectedAnswer),
        (401, {"error": "User revoked consent"}, UnexpectedAnswer),
        (403, {"error": "forbidden"}, UnexpectedAnswer),
        (403, b"<html>blocked</html>", UnexpectedAnswer),
        (400, {"error": "invalid_request"}, UnexpectedAnswer),
        (200, {"token_type": "Bearer"}, UnexpectedAnswer),
        (200, {"access_token": 7}, UnexpectedAnswer),
        (200, [], UnexpectedAnswer),
        (503, {"error": "login_required"}, VendorUnavailable),
        (500, b"", VendorUnavailable),
        (429, {"error": "invalid_grant"}, VendorUnavailable),
        (401, {"error": "invalid_client"}, VendorUnavailable),
        (400, {"error": "unauthorized_client"}, VendorUnavailable),
    ],
)
async def test_what_never_breaks_a_refresh_token(
    vendor: Vendor, credential: Credential, status: int, body: Any, expected: type[ConnectorError]
) -> None:
    async with vendor({TOKEN: (status, body)}) as connector:
        assert type(await _error(connector.refresh(credential))) is expected


async def test_a_refresh_answer_is_taken_as_it_comes(vendor: Vendor, clock: StillClock, credential: Credential) -> None:
    async with vendor({TOKEN: (200, {"access_token": "b", "expires_in": 60})}) as connector:
        fresh = await connector.refresh(credential)
        assert (fresh.access_token, fresh.refresh_token) == ("b", "r")
        assert fresh.expires_at == clock() + timedelta(seconds=60)
        assert fresh.extra == credential.extra
    untold = {"access_token": "b", "refresh_token": "s"}
    async with vendor({TOKEN: (200, untold)}) as connector:
        fresh = await connector.refresh(credential)
        assert fresh.refresh_token == "s"
        assert clock() < fresh.expires_at < clock() + timedelta(hours=1)


async def test_a_token_that_does_not_say_whose_it_is_makes_no_grant(vendor: Vendor) -> None:
    answer = SignInAnswer(code="c", redirect_uri="https://app.example.com/", scopes=SCOPES)
    async with vendor({TOKEN: (200, {"access_token": "opaque"})}) as connector:
        with pytest.raises(UnexpectedAnswer):
            await connector.exchange(answer)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, b"", CredentialsRejected),
        (401, {"error": "token expired (401)"}, CredentialsRejected),
        (403, {"error": "forbidden"}, UnexpectedAnswer),
        (403, b"<html>blocked</html>", UnexpectedAnswer),
        (423, {"error": "locked"}, UnexpectedAnswer),
        (451, {"error": "unavailable for legal reasons"}, UnexpectedAnswer),
        (412, {"error": "not registered"}, VendorUnavailable),
        (500, {"error": "internal"}, VendorUnavailable),
        (503, b"<html>down</html>", VendorUnavailable),
        (200, b"{", UnexpectedAnswer),
        (200, {"response": None}, UnexpectedAnswer),
        (200, {"response": {"vin": VIN}}, UnexpectedAnswer),
        (200, {"response": ["a", "b"]}, UnexpectedAnswer),
        (421, {"error": "user out of region, use base URL: https://evil.example.com"}, UnexpectedAnswer),
    ],
)
async def test_what_a_list_that_cannot_be_read_means(
    vendor: Vendor, credential: Credential, status: int, body: Any, expected: type[ConnectorError]
) -> None:
    told = {PRODUCTS: (status, body), "/api/1/users/region": (421, {})}
    async with vendor(told) as connector:
        error = await _error(_read(connector, credential))
        assert type(error) is expected
        if isinstance(error, CredentialsRejected):
            assert error.cause is Refusal.ACCESS_EXPIRED
        if isinstance(error, VendorUnavailable):
            assert error.reason == ("registration" if status == 412 else "outage")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "37"}, 37.0), ({"RateLimit-Reset": "12"}, 12.0), ({}, None), ({"Retry-After": "soon"}, None)],
)
async def test_a_quota_says_when_to_come_back(
    vendor: Vendor, credential: Credential, headers: dict[str, str], seconds: float | None
) -> None:
    async with vendor(GOOD | {DATA: (429, b"")}, **headers) as connector:
        error = await _error(_read(connector, credential))
        assert isinstance(error, VendorUnavailable)
        assert (error.reason, error.retry_after) == ("quota", seconds)


@pytest.mark.parametrize(
    ("status", "body", "reachable"),
    [
        (408, {"error": "vehicle unavailable: vehicle is offline or asleep"}, True),
        (408, b"", True),
        (403, {"error": "unsupported vehicle"}, False),
        (404, {"error": "not_found"}, False),
        (503, {"error": "vehicle is not available"}, False),
        (540, {"error": "device unexpected response"}, False),
        (401, {"error": "mobile_access_disabled"}, False),
        (403, {"error": "Unauthorized missing scopes"}, None),
    ],
)
async def test_a_car_that_does_not_answer_keeps_its_values(
    vendor: Vendor, credential: Credential, status: int, body: Any, reachable: bool | None
) -> None:
    last = Vehicle(
        last_seen=credential.expires_at - timedelta(days=1), charge_state=VehicleChargeState(battery_level=33)
    )
    async with vendor(GOOD | {DATA: (status, body)}) as connector:
        car = await _car(connector, credential, last)
    assert car.is_reachable is reachable
    assert (car.charge_state, car.last_seen) == (last.charge_state, last.last_seen)


async def test_an_account_that_may_not_be_listed_any_more_loses_no_car(
    vendor: Vendor, clock: StillClock, credential: Credential
) -> None:
    async with vendor(GOOD) as connector:
        before = await _car(connector, credential, Vehicle(last_seen=clock()))
    refused = GOOD | {PRODUCTS: (403, {"error": "Unauthorized missing scopes"})}
    async with vendor(refused) as connector:
        after = await _car(connector, credential, before)
    assert after.charge_state == before.charge_state
    assert after.capabilities.charge_state.interventions == (manifest_of("tesla").intervention("permission"),)
    assert after.capabilities.smart_charging == before.capabilities.smart_charging


async def test_keys_that_cannot_be_told_leave_the_commands_as_they_were(
    vendor: Vendor, clock: StillClock, credential: Credential
) -> None:
    phone_key = (manifest_of("tesla").intervention("phone_key"),)
    unpaired = GOOD | {STATUS: (200, {"response": {"key_paired_vins": [], "unpaired_vins": [VIN]}})}
    untold = GOOD | {STATUS: (200, {"response": {"vehicle_info": "gone"}})}
    async with vendor(unpaired) as connector:
        keyless = await _car(connector, credential, Vehicle(last_seen=clock()))
        assert keyless.capabilities.start_charging.interventions == phone_key
    async with vendor(untold) as connector:
        assert (await _car(connector, credential, keyless)).capabilities.start_charging.interventions == phone_key
        assert (await _car(connector, credential, Vehicle(last_seen=clock()))).capabilities.start_charging.is_capable


@pytest.mark.parametrize(("status", "body"), [(500, b""), (200, b"{"), (404, b"<html>"), (200, {"response": []})])
async def test_a_question_for_keys_that_fails_keeps_no_car_from_being_read(
    vendor: Vendor, clock: StillClock, credential: Credential, status: int, body: Any
) -> None:
    async with vendor(GOOD | {STATUS: (status, body)}) as connector:
        car = await _car(connector, credential, Vehicle(last_seen=clock()))
        assert (car.is_reachable, car.charge_state.battery_level) == (True, 50)


@pytest.mark.parametrize(
    ("status", "expected"), [(429, VendorUnavailable), (412, VendorUnavailable), (401, CredentialsRejected)]
)
async def test_a_question_for_keys_may_tell_of_the_account_or_of_us(
    vendor: Vendor, credential: Credential, status: int, expected: type[ConnectorError]
) -> None:
    async with vendor(GOOD | {STATUS: (status, b"")}) as connector:
        assert type(await _error(_read(connector, credential))) is expected


@pytest.mark.parametrize(
    ("status", "body"), [(200, b""), (400, {"error": "invalid_grant"}), (401, {"error": "login_required"})]
)
async def test_what_is_dead_is_revoked(vendor: Vendor, credential: Credential, status: int, body: Any) -> None:
    async with vendor({REVOKE: (status, body)}) as connector:
        await connector.revoke(credential)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (404, b"", UnexpectedAnswer),
        (401, b"", UnexpectedAnswer),
        (500, {"error": "invalid_grant"}, VendorUnavailable),
        (401, {"error": "invalid_client"}, VendorUnavailable),
    ],
)
async def test_what_is_not_known_to_be_revoked_is_tried_again(
    vendor: Vendor, credential: Credential, status: int, body: Any, expected: type[ConnectorError]
) -> None:
    async with vendor({REVOKE: (status, body)}) as connector:
        assert type(await _error(connector.revoke(credential))) is expected
