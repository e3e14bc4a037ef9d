"""myUplink's cloud, simulated: sign-in with optional rights, rotating tokens, heat pumps that heat.

Knobs of the account beyond the common ones: `grace_seconds`, `pace`, `consent` (the vendor's scopes that the user
didn't take back since; None: all). Knobs of a heat pump: see `simulated_life.new_pump`.
"""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from wattlink.connectors.contract import Registration
from wattlink.connectors.devices import Kind
from wattlink.connectors.simulated_sign_in import tokens
from wattlink.connectors.simulated_sign_in.codes import withdrawn
from wattlink.connectors.simulated_sign_in.pages import username_on
from wattlink.connectors.simulation import (
    FleetAccount,
    SimulatedAnswer,
    SimulatedRequest,
    State,
    account_time,
    devices_of,
    plain_account,
    with_pace,
)
from wattlink.connectors.vendors.myuplink import simulated_api, simulated_words
from wattlink.connectors.vendors.myuplink import simulated_life as life
from wattlink.connectors.vendors.myuplink.simulated_answers import Outcome
from wattlink.connectors.vendors.myuplink.simulated_sign_in import grants, pages
from wattlink.connectors.vendors.myuplink.simulated_sign_in.grants import CLIENT_ID, CLIENT_SECRET

DEMO_REGISTRATION = Registration(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
WORDS = simulated_words.WORDS

_DEMO_PACE = 60  # an hour in a minute
_DEMO_PASSWORD = "warm-at-home"  # noqa: S105 - of virtual accounts
PUBLISHED = ("demomyuplink@nibe.se", "Demo1234")  # of the guides that partners test by
_AUTHORIZE, _TOKEN, _REVOKE = "/oauth/authorize", "/oauth/token", "/oauth/revocation"
_DISCOVERY = "/.well-known/openid-configuration"


def account_of(request: SimulatedRequest) -> str | None:
    """The user name that is typed, or that a ticket, a code or a token carries."""
    form = request.form
    match request.path:
        case path if path == _AUTHORIZE:
            return username_on(request)
        case path if path in (_TOKEN, _REVOKE):
            carried = form.get("refresh_token") or form.get("token", "")
            claims = tokens.opened("code", form.get("code", "")) or tokens.opened("refresh", carried)
        case _:
            claims = tokens.opened_access(request.bearer)
    return str(claims["username"]) if claims is not None else None


def handle(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """Answer as myUplink does."""
    match request.method, request.path:
        case "GET" | "POST", path if path == _AUTHORIZE:
            return pages.authorize(request, state, now)
        case "POST", path if path == _TOKEN:
            return grants.token(request, state, now)
        case "POST", path if path == _REVOKE:
            return grants.revoke(request, state)
        case "GET", path if path == _DISCOVERY:
            return grants.discovered(request.base), state
        case "GET", "/v2/ping":
            return SimulatedAnswer(status=204), state
    return simulated_api.answer(request, state, now)


def advance(state: State, now: datetime) -> State:
    """The same account later."""
    until = account_time(state, now)
    lived = {device_id: life.lived(pump, until) for device_id, pump in state["devices"].items()}
    return state if lived == state["devices"] else {**state, "devices": lived}


def withdraw(state: State) -> State:
    """The account after its user withdrew all access; a new sign-in gives access again."""
    return withdrawn(state)


def new_account(username: str, password: str, now: datetime, *, devices: int = 1, kind: Kind | None = None) -> State:
    """A plain healthy account with this many heat pumps, all that can be had."""
    state = plain_account(
        username,
        password,
        now,
        subject=str(uuid5(NAMESPACE_URL, f"https://api.myuplink.com/{username}")),
        sessions={},
        codes={},
        consent=None,
        numbers=0,
    )
    return set_devices(state, now, add=devices, kind=kind)


def set_devices(
    state: State, now: datetime, *, add: int = 0, kind: Kind | None = None, remove: Sequence[str] = ()
) -> State:
    """Heat pumps bought and sold since; knobs that are turned after it, and those turned before, count from now on."""
    if kind not in (None, Kind.HVAC):
        raise ValueError(f"myUplink has no devices of the kind {kind}")
    state = with_pace(state, now)
    at, made = account_time(state, now), state["devices_made"]
    pumps = {key: life.settled(pump, at) for key, pump in state["devices"].items() if key not in remove}
    for number in range(made + 1, made + add + 1):
        pumps[_device_id(state["username"], number)] = life.new_pump(f"Home no. {number}", at)
    return {**state, "devices": pumps, "devices_made": made + add}


def fleet(now: datetime) -> Sequence[FleetAccount]:
    """Four homes: see this folder's README for what each shows."""
    plain = {"model": "F730 CU 3x400V", "zones": False}
    return [
        _home(now, "ingrid@example.com", _DEMO_PASSWORD, {"name": "Villa Björk"}),
        _home(now, "oskar@example.com", _DEMO_PASSWORD, {"name": "Town house", "premium": False, **plain}),
        _home(
            now,
            "freja@example.com",
            _DEMO_PASSWORD,
            {"name": "Cabin", "room": 18.0, "heat": 18.5, **plain},
            {"name": "Barn", "room_sensor": False, **plain},
        ),
        _home(now, *PUBLISHED, {"name": "Demo home"}),
    ]


def _home(now: datetime, username: str, password: str, *knobs: dict[str, Any]) -> FleetAccount:
    state = {**new_account(username, password, now, devices=0), "pace": _DEMO_PACE}
    state = with_pace(state, now)
    at = account_time(state, now)
    pumps = {_device_id(username, number): life.new_pump(at=at, **pump) for number, pump in enumerate(knobs, start=1)}
    state = {**state, "devices": pumps, "devices_made": len(pumps)}
    return FleetAccount(username=username, password=password, state=state, devices=devices_of(state))


def _device_id(username: str, number: int) -> str:
    """A made-up id in the vendor's form, always the same for an account's n-th device."""
    serial = zlib.crc32(f"{username}:{number}".encode()) % 100_000_000
    return f"emmy-r-{208000 + number}-20240201-{serial:08d}"
