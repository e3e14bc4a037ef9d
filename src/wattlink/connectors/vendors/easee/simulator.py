"""Easee's cloud, simulated: sign-in, rotating tokens, chargers that live, and every command and error we know of.

A charger doesn't sleep, so the fault `asleep` changes nothing. Knobs of the account beyond the common ones:
`access_seconds` (life of an access token), `lock_after` (wrong passwords until the account is locked),
`wrong_passwords` (how many there were). Knobs of a charger: see `simulated_life.py`.
"""

import re
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wattlink.connectors.contract import Registration
from wattlink.connectors.devices import Kind
from wattlink.connectors.simulation import (
    Fault,
    FleetAccount,
    SimulatedAnswer,
    SimulatedRequest,
    State,
    account_time,
    devices_of,
    plain_account,
    with_pace,
)
from wattlink.connectors.vendors.easee import simulated_chargers as chargers
from wattlink.connectors.vendors.easee import simulated_life as life
from wattlink.connectors.vendors.easee import simulated_tokens as tokens
from wattlink.connectors.vendors.easee import simulated_words
from wattlink.connectors.vendors.easee.simulated_answers import json_answer, refusal

DEMO_REGISTRATION = Registration()
WORDS = simulated_words.WORDS

_LOGIN, _REFRESH, _LOGOUT = "/api/accounts/login", "/api/accounts/refresh_token", "/api/accounts/logout"
_CHARGER = re.compile(r"/api/chargers/([^/]+)/(state|config|settings|commands/([a-z_]+))")
_DEMO_PACE = 240  # a day in six minutes

_NOT_FOUND = refusal(404, 0, "NotFound", "There is no such resource.")
_WRONG_PASSWORD = refusal(400, 100, "InvalidUserPassword", "Username or password is invalid.")
_LOCKED = refusal(400, 101, "UserLockedOut", "The user is locked out after too many attempts.")
_DEAD_ACCESS = refusal(401, 0, "Unauthorized", "The access token is expired or invalid.")
_DEAD_REFRESH = refusal(400, 102, "InvalidRefreshToken", "The refresh token is invalid or expired.")
_TOO_MANY = refusal(429, 0, "TooManyRequests", "Too many requests.", retry_after="120")
_NO_ACCESS = refusal(403, 0, "Forbidden", "The user has no access to this charger.")
_FORBIDDEN = refusal(403, 0, "Forbidden", "This feature is not available.")


def account_of(request: SimulatedRequest) -> str | None:
    """The user name that is typed, or that a token carries."""
    fields = _fields(request)
    if request.path == _LOGIN:
        name = fields.get("userName")
        return name if isinstance(name, str) else None
    carried = tokens.read_token(fields.get("refreshToken") if request.path == _REFRESH else request.bearer)
    return carried.username if carried is not None else None


def handle(request: SimulatedRequest, state: State | None, now: datetime) -> tuple[SimulatedAnswer, State | None]:
    """Answer as Easee does; without an account there is nothing but refusals."""
    unknown = {_LOGIN: _WRONG_PASSWORD, _REFRESH: _DEAD_REFRESH}.get(request.path, _DEAD_ACCESS)
    if state is None:
        return unknown, None
    if Fault.QUOTA in state["faults"]:
        return _TOO_MANY, state
    if request.path == _LOGIN:
        return _sign_in(request, state, now)
    if request.path == _REFRESH:
        return _refresh(request, state, now)
    token = request.bearer
    if Fault.ACCESS_REFUSED in state["faults"] or not tokens.is_access_good(state, token, now):
        return _DEAD_ACCESS, state
    if (request.method, request.path) == ("POST", _LOGOUT):
        return SimulatedAnswer(status=204), tokens.without_login(state, token)
    if Fault.FORBIDDEN in state["faults"]:
        return _FORBIDDEN, state
    return _data(request, state, now)


def _sign_in(request: SimulatedRequest, state: State, now: datetime) -> chargers.Outcome:
    if Fault.ACCOUNT_LOCKED in state["faults"] or state["wrong_passwords"] >= state["lock_after"]:
        return _LOCKED, state
    if Fault.WRONG_PASSWORD in state["faults"] or _fields(request).get("password") != state["password"]:
        return _WRONG_PASSWORD, {**state, "wrong_passwords": state["wrong_passwords"] + 1}
    answer, state = tokens.signed_in({**state, "wrong_passwords": 0}, now)
    return json_answer(answer), state


def _refresh(request: SimulatedRequest, state: State, now: datetime) -> chargers.Outcome:
    fields = _fields(request)
    if Fault.REFRESH_REFUSED in state["faults"] or tokens.read_token(fields.get("accessToken")) is None:
        return _DEAD_REFRESH, state
    answer, state = tokens.refreshed(state, fields.get("refreshToken"), now)
    return (_DEAD_REFRESH if answer is None else json_answer(answer)), state


def _data(request: SimulatedRequest, state: State, now: datetime) -> chargers.Outcome:
    if (request.method, request.path) == ("GET", "/api/accounts/profile"):
        return json_answer({"userId": state["user_id"], "firstName": "Sim", "eMail": state["username"]}), state
    if (request.method, request.path) == ("GET", "/api/chargers"):
        return chargers.listed(state, now), state
    found = _CHARGER.fullmatch(request.path)
    if found is None or found[1] not in state["devices"]:
        return _NOT_FOUND, state
    if Fault.SCOPE_MISSING in state["faults"]:
        return _NO_ACCESS, state
    match request.method, found[2]:
        case "GET", "state":
            return chargers.state_of(state, found[1], now), state
        case "GET", "config":
            return chargers.config_of(state, found[1], now), state
        case "POST", "settings":
            return chargers.settings(state, found[1], _fields(request), now)
        case "POST", _ if found[3]:
            return chargers.command(state, found[1], found[3], _fields(request), now)
    return refusal(405, 0, "MethodNotAllowed", "The method isn't allowed."), state


def advance(state: State, now: datetime) -> State:
    """The same account later."""
    until = account_time(state, now)
    lived = {key: life.lived(device, until) for key, device in state["devices"].items()}
    return state if lived == state["devices"] else {**state, "devices": lived}


def withdraw(state: State) -> State:
    """The account after its user withdrew all access; a new sign-in gives access again."""
    return {**state, "logins": {}}


def new_account(username: str, password: str, now: datetime, *, devices: int = 1, kind: Kind | None = None) -> State:
    """A plain healthy account with this many chargers."""
    state = plain_account(
        username,
        password,
        now,
        grace_seconds=60,
        access_seconds=86_400,
        lock_after=10,
        wrong_passwords=0,
        user_id=100_000 + zlib.crc32(username.encode()),
        logins={},
        logins_made=0,
        commands=0,
    )
    return set_devices(state, now, add=devices, kind=kind)


def set_devices(
    state: State, now: datetime, *, add: int = 0, kind: Kind | None = None, remove: Sequence[str] = ()
) -> State:
    """Chargers bought and sold since; knobs that are turned after it, and those turned before, count from now on."""
    if kind not in (None, Kind.CHARGER):
        raise ValueError(f"Easee has no devices of the kind {kind}")
    state = with_pace(state, now)
    at, made = account_time(state, now), state["devices_made"]
    kept = {key: device for key, device in state["devices"].items() if key not in remove}
    devices = {key: _noticed(life.settled(device, at), now) for key, device in kept.items()}
    for number in range(made + 1, made + add + 1):
        key = _serial(state["username"], number)
        devices[key] = life.new_device(f"Charger {number}", at, key)
    return {**state, "devices": devices, "devices_made": made + add}


def _serial(username: str, number: int) -> str:
    return f"EH{zlib.crc32(f'{username}:{number}'.encode()) % 1_000_000:06d}"


def _noticed(device: life.Device, now: datetime) -> life.Device:
    """A charger that remembers when it was last in reach."""
    if device["online"]:
        return {**device, "offline_since": None}
    return {**device, "offline_since": device["offline_since"] or now.timestamp()}


def fleet(now: datetime) -> Sequence[FleetAccount]:
    """A household with two chargers, one whose charger is switched off in the app, a guest's with a lost Wi-Fi."""
    hour = 3600.0
    at = now.timestamp()
    return [
        _household(
            now,
            "nora@example.com",
            {"name": "Garage", "car": "charging", "wants_kwh": 40.0, "next": at + 10 * hour},
            {"name": "Driveway", "next": at + 1.5 * hour},
        ),
        _household(now, "jonas@example.com", {"name": "Carport", "enabled": False}),
        _household(
            now,
            "+4791234567",
            {"name": "Cabin", "access_level": 3},
            {"name": "Boathouse", "online": False, "offline_since": at - 3 * hour},
        ),
    ]


def _household(now: datetime, username: str, *knobs: dict[str, Any]) -> FleetAccount:
    state = {**new_account(username, "charge-at-home", now, devices=len(knobs)), "pace": _DEMO_PACE}
    turned = {key: {**state["devices"][key], **mine} for key, mine in zip(state["devices"], knobs, strict=True)}
    state = set_devices({**state, "devices": turned}, now)
    return FleetAccount(username=username, password=state["password"], state=state, devices=devices_of(state))


def _fields(request: SimulatedRequest) -> dict[str, Any]:
    body = request.json()
    return body if isinstance(body, dict) else {}
