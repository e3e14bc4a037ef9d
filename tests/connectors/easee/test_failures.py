"""What Easee's refusals mean: the body speaks first, then the status."""

import msgspec
import pytest

from wattlink.base.outbound import Answer
from wattlink.connectors.errors import (
    ConnectorError,
    CredentialsRejected,
    Refusal,
    UnexpectedAnswer,
    VendorUnavailable,
)
from wattlink.connectors.vendors.easee.failures import at_data, at_login, at_refresh

_PAGE = b"<html><h1>Bad token</h1></html>"


def _said(status: int, title: str = "", *, body: bytes | None = None, retry_after: str = "") -> Answer:
    envelope = {"errorCode": 0, "errorCodeName": None, "type": None, "title": title, "status": status, "detail": None}
    headers = {"retry-after": retry_after} if retry_after else {}
    return Answer(status, headers, msgspec.json.encode(envelope) if body is None else body)


def _meaning(error: ConnectorError) -> object:
    match error:
        case CredentialsRejected():
            return error.cause
        case VendorUnavailable():
            return error.reason
    assert isinstance(error, UnexpectedAnswer)
    return UnexpectedAnswer


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (_said(400, "Username or password is invalid"), Refusal.WRONG_CREDENTIALS),
        (_said(400, "One or more validation errors occurred."), Refusal.WRONG_CREDENTIALS),
        (_said(401, body=b""), Refusal.WRONG_CREDENTIALS),
        (_said(400, "User is locked out"), Refusal.ACCOUNT_LOCKED),
        (_said(403, "Account locked after too many attempts"), Refusal.ACCOUNT_LOCKED),
        (_said(429, "Too many requests"), "quota"),
        (_said(403, "Too many requests"), "quota"),
        (_said(400, body=_PAGE), UnexpectedAnswer),
        (_said(403, "Forbidden"), UnexpectedAnswer),
        (_said(500, "Wrong password"), "outage"),
        (_said(503, body=_PAGE), "outage"),
    ],
)
def test_at_sign_in(answer: Answer, meaning: object) -> None:
    assert _meaning(at_login(answer)) == meaning


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (_said(400, "Invalid refresh token"), Refusal.REVOKED),
        (_said(401, "Unauthorized"), Refusal.REVOKED),
        (_said(401, body=b""), Refusal.REVOKED),
        (_said(403, "The session was ended"), Refusal.REVOKED),
        (_said(400, "One or more validation errors: the RefreshToken field is required."), UnexpectedAnswer),
        (_said(400, "Something else"), UnexpectedAnswer),
        (_said(400, body=b""), UnexpectedAnswer),
        (_said(400, body=_PAGE), UnexpectedAnswer),
        (_said(401, body=_PAGE), UnexpectedAnswer),
        (_said(403, body=_PAGE), UnexpectedAnswer),
        (_said(403, "Rate limit exceeded for this token"), "quota"),
        (_said(404, "Unknown token"), UnexpectedAnswer),
        (_said(500, "Invalid refresh token"), "outage"),
        (_said(502, body=_PAGE), "outage"),
    ],
)
def test_at_refresh(answer: Answer, meaning: object) -> None:
    assert _meaning(at_refresh(answer)) == meaning


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (_said(401, "Unauthorized"), Refusal.ACCESS_EXPIRED),
        (_said(401, body=b""), Refusal.ACCESS_EXPIRED),
        (_said(401, body=_PAGE), UnexpectedAnswer),
        (_said(403, "Forbidden"), UnexpectedAnswer),
        (_said(403, "Too many requests"), "quota"),
        (_said(404, "Not found"), UnexpectedAnswer),
        (_said(408, body=b""), "outage"),
        (_said(500, "Unauthorized"), "outage"),
    ],
)
def test_while_reading(answer: Answer, meaning: object) -> None:
    assert _meaning(at_data(answer)) == meaning


@pytest.mark.parametrize(("header", "seconds"), [("120", 120.0), ("", None), ("Tue, 03 Mar 2026 10:00:00 GMT", None)])
def test_how_long_to_wait_is_told_where_it_is_a_number(header: str, seconds: float | None) -> None:
    told = at_data(_said(429, "Too many requests", retry_after=header))
    assert isinstance(told, VendorUnavailable)
    assert told.retry_after == seconds
