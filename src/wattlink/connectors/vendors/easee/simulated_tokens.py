"""The simulated vendor's tokens: what they carry, which of them are good, and how they rotate.

A sign-in makes a login; its refresh tokens are numbered. A used one stays good for `grace_seconds` after its first
use, so that a client which lost the answer may ask again; every answer carries a new one, and those that were never
used stay good too, the latest of them.
"""

import base64
import hashlib
from datetime import datetime
from typing import Any

import msgspec

from wattlink.connectors.simulation import State

_REMEMBERED = 16


class Carried(msgspec.Struct, frozen=True, array_like=True):
    """What a token says of itself."""

    username: str
    login: str
    number: int  # of a refresh token; of an access token the moment of its end


def _packed(value: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


def read_token(token: object) -> Carried | None:
    """What a refresh token, or the middle part of an access token, carries; None for anything else."""
    text = token if isinstance(token, str) else ""
    part = text.split(".")[1] if text.count(".") == 2 else text
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), type=Carried)
    except ValueError:
        return None


def under(password: str) -> str:
    """How a login remembers the password that it was made with."""
    return hashlib.sha256(password.encode()).hexdigest()[:16]


def issued(state: State, login: str, now: datetime) -> tuple[dict[str, Any], State]:
    """The next pair of tokens of a login, as the vendor's answer, and the account with them."""
    record = state["logins"].get(login, {"under": under(state["password"]), "count": 0, "good": {}})
    number = record["count"] + 1
    good = dict([*record["good"].items(), (str(number), None)][-_REMEMBERED:])
    username, seconds = state["username"], state["access_seconds"]
    ends = int(now.timestamp() + seconds)
    answer = {
        "accessToken": f"{_packed({'alg': 'none'})}.{_packed(Carried(username, login, ends))}.simulated",
        "expiresIn": float(seconds),
        "accessClaims": ["User"],
        "tokenType": "Bearer",
        "refreshToken": _packed(Carried(username, login, number)),
    }
    return answer, {**state, "logins": {**state["logins"], login: {**record, "count": number, "good": good}}}


def signed_in(state: State, now: datetime) -> tuple[dict[str, Any], State]:
    """A new login with its first pair of tokens."""
    made = state["logins_made"] + 1
    return issued({**state, "logins_made": made}, str(made), now)


def _alive(state: State, carried: Carried | None) -> bool:
    record = state["logins"].get(carried.login) if carried is not None else None
    return record is not None and record["under"] == under(state["password"])


def is_access_good(state: State, token: str, now: datetime) -> bool:
    """Whether an access token opens the account's data."""
    carried = read_token(token)
    return carried is not None and _alive(state, carried) and now.timestamp() < carried.number


def refreshed(state: State, token: object, now: datetime) -> tuple[dict[str, Any] | None, State]:
    """A new pair for a refresh token, or None where it isn't good any more."""
    carried = read_token(token)
    if carried is None or not _alive(state, carried):
        return None, state
    record, at, number = state["logins"][carried.login], now.timestamp(), str(carried.number)
    good = {n: used for n, used in record["good"].items() if used is None or at - used < state["grace_seconds"]}
    if number not in good:
        return None, state
    if good[number] is None:
        good[number] = at
    return issued({**state, "logins": {**state["logins"], carried.login: {**record, "good": good}}}, carried.login, now)


def without_login(state: State, token: str) -> State:
    """The account after the login of an access token was ended."""
    carried = read_token(token)
    login = carried.login if carried is not None else ""
    return {**state, "logins": {name: record for name, record in state["logins"].items() if name != login}}
