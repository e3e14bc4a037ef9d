"""Which of the four errors an answer of SolarEdge's is. Only its own envelope speaks of a key; a page never does."""

from collections.abc import Mapping
from typing import Any

from wattlink.base.outbound import Answer
from wattlink.connectors.door import json_of, retry_after
from wattlink.connectors.errors import (
    ConnectorError,
    CredentialsRejected,
    Refusal,
    UnexpectedAnswer,
    VendorUnavailable,
)

_UNTIL_SOME_QUOTA_IS_BACK = 3600.0  # the vendor doesn't say; the quota is one of a day


def at_sign_in(answer: Answer) -> ConnectorError:
    """What a refused first look at the site means; a site of somebody else's isn't told from a wrong key."""
    told = _envelope(answer)
    if told is not None and answer.status == 403 and "locked" in f"{told.get('title')} {told.get('detail')}".lower():
        return CredentialsRejected(Refusal.ACCOUNT_LOCKED)
    if told is not None and answer.status in (401, 403, 404):
        return CredentialsRejected(Refusal.WRONG_CREDENTIALS)
    return _otherwise(answer)


def at_renewal(answer: Answer) -> ConnectorError:
    """What a refused later look means: only a 401 says that the key is gone."""
    if answer.status == 401 and _envelope(answer) is not None:
        return CredentialsRejected(Refusal.REVOKED)
    return _otherwise(answer)


def at_data(answer: Answer) -> ConnectorError:
    """What a refused read means; whether the key is gone is asked of the site itself."""
    if answer.status == 401 and _envelope(answer) is not None:
        return CredentialsRejected(Refusal.ACCESS_EXPIRED)
    return _otherwise(answer)


def _otherwise(answer: Answer) -> ConnectorError:
    seconds = retry_after(answer)
    if answer.status == 429:
        return VendorUnavailable("too many requests", reason="quota", retry_after=seconds or _UNTIL_SOME_QUOTA_IS_BACK)
    if answer.status >= 500 or answer.status == 408:
        return VendorUnavailable(f"status {answer.status}", retry_after=seconds)
    return UnexpectedAnswer(f"status {answer.status}")


def _envelope(answer: Answer) -> Mapping[str, Any] | None:
    try:
        told = json_of(answer)
    except UnexpectedAnswer:
        return None
    is_problem = isinstance(told, dict) and isinstance(told.get("title"), str) and told.get("status") == answer.status
    return told if is_problem else None
