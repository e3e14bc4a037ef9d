"""Tesla's clouds, simulated: the sign-in page, rotating tokens, three regions, cars that drive, charge and sleep.

Knobs of the account beyond the common ones: `grace_seconds`, `pace`, `region` (na, eu, cn), `registered` (false: the
API answers 412), `signing` (false: commands arrive unsigned), `consent` (scopes that the user didn't take back since;
None: all). Knobs of a car: see `simulated_life.new_car`.
"""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from wattlink.connectors.contract import Registration
from wattlink.connectors.devices import Kind
from wattlink.connectors.simulation import FleetAccount, SimulatedRequest, State, devices_of
from wattlink.connectors.vendors.tesla import simulated_api, simulated_grants, simulated_sign_in
from wattlink.connectors.vendors.tesla import simulated_life as life
from wattlink.connectors.vendors.tesla import simulated_tokens as tokens
from wattlink.connectors.vendors.tesla.simulated_answers import Outcome, failure
from wattlink.connectors.vendors.tesla.simulated_grants import CLIENT_ID, CLIENT_SECRET, DOMAIN

DEMO_REGISTRATION = Registration(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, options={"domain": DOMAIN})

_DEMO_PACE = 60  # an hour in a minute
_DEMO_PASSWORD = "drive-electric"  # noqa: S105 - of virtual accounts
_AUTHORIZE, _TOKEN, _REVOKE = "/oauth2/v3/authorize", "/oauth2/v3/token", "/oauth2/v3/revoke"


def account_of(request: SimulatedRequest) -> str | None:
    """The user name that is typed, or that a ticket, a code or a token carries."""
    if request.host.startswith("api_"):
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        claims = tokens.opened_access(bearer)
    elif request.path in (_TOKEN, _REVOKE):
        form = request.form
        claims = tokens.opened("code", form.get("code", "")) or simulated_grants.carried(
            form.get("refresh_token") or form.get("token", "")
        )
    else:
        return simulated_sign_in.username_on(request)
    return str(claims["username"]) if claims is not None else None


def handle(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """Answer as Tesla does."""
    if request.host.startswith("api_"):
        return simulated_api.answer(request, state, now)
    match request.host, request.method, request.path:
        case "auth", "GET" | "POST", path if path == _AUTHORIZE:
            return simulated_sign_in.authorize(request, state, now)
        case "auth", "POST", path if path == _REVOKE:
            return simulated_grants.revoke(request, state)
        case "token", "POST", path if path == _TOKEN:
            return simulated_grants.token(request, state, now)
        case "www", "GET" | "POST", path if path.startswith("/_ak/"):
            return simulated_sign_in.pair_key(request, state, now)
    return failure(404, "not_found"), state


def advance(state: State, now: datetime) -> State:
    """The same account later."""
    until = life.account_time(state, now)
    lived = {vin: life.lived(car, until) for vin, car in state["devices"].items()}
    return state if lived == state["devices"] else {**state, "devices": lived}


def withdraw(state: State, now: datetime) -> State:  # noqa: ARG001 - the moment matters to other vendors
    """The account after its user withdrew all access; a new sign-in gives access again."""
    return simulated_grants.withdrawn(state)


def new_account(username: str, password: str, now: datetime, *, devices: int = 1, kind: Kind | None = None) -> State:
    """A plain healthy account; its cars were just plugged in and charge."""
    state: State = {
        "username": username,
        "password": password,
        "faults": [],
        "grace_seconds": 86_400,
        "pace": 1,
        "time": {"real": now.timestamp(), "own": now.timestamp(), "pace": 1},
        "subject": str(uuid5(NAMESPACE_URL, f"https://auth.tesla.com/{username}")),
        "region": "eu",
        "registered": True,
        "signing": True,
        "sessions": {},
        "codes": {},
        "consent": None,
        "numbers": 0,
        "devices_made": 0,
        "devices": {},
    }
    return set_devices(state, now, add=devices, kind=kind)


def set_devices(
    state: State, now: datetime, *, add: int = 0, kind: Kind | None = None, remove: Sequence[str] = ()
) -> State:
    """Cars bought and sold since; a turned `pace` takes effect from now on."""
    if kind not in (None, Kind.VEHICLE):
        raise ValueError(f"Tesla has no devices of the kind {kind}")
    state = life.with_pace(state, now)
    cars = {vin: car for vin, car in state["devices"].items() if vin not in remove}
    at, made = life.account_time(state, now), state["devices_made"]
    for number in range(made + 1, made + add + 1):
        cars[_vin(state["username"], number)] = life.new_car(f"Model 3 no. {number}", at)
    return {**state, "devices": cars, "devices_made": made + add}


def fleet(now: datetime) -> Sequence[FleetAccount]:
    """Four garages: see this folder's README for what each shows."""
    return [
        _garage(
            now,
            "anna@example.com",
            {"name": "Snowflake", "battery": 41.0},
            {"name": "Ghost", "leg": 1, "battery": 78.0, "locates_since": None},
        ),
        _garage(now, "ben@example.com", {"name": "Pebble", "car_type": "modely", "capacity": 75.0, "key": False}),
        _garage(
            now,
            "clara@example.com",
            {"name": "Comet", "car_type": "models", "capacity": 95.0, "mobile_access": False},
            {"name": "Biscuit", "leg": 3, "battery": 64.0, "place": list(life.WORK)},
        ),
        _garage(
            now, "david@example.com", {"name": "Company car", "car_type": "modelx", "capacity": 95.0, "private": True}
        ),
    ]


def _garage(now: datetime, username: str, *knobs: dict[str, Any]) -> FleetAccount:
    region = "na" if username.startswith("david") else "eu"
    state = {**new_account(username, _DEMO_PASSWORD, now, devices=0), "pace": _DEMO_PACE, "region": region}
    state = life.with_pace(state, now)
    routine = life.commuter(life.HOME, life.WORK, km=58.0, minutes=40, park=30, charge=240)
    at = life.account_time(state, now)
    cars = {
        _vin(username, number, car.get("car_type", "model3")): life.new_car(
            at=at, routine=routine, sleeps_after=60, **car
        )
        for number, car in enumerate(knobs, start=1)
    }
    state = {**state, "devices": cars, "devices_made": len(cars)}
    return FleetAccount(username=username, password=_DEMO_PASSWORD, state=state, devices=devices_of(state))


def _vin(username: str, number: int, car_type: str = "model3") -> str:
    """A made-up VIN of a car of 2024, always the same for an account's n-th car."""
    serial = zlib.crc32(f"{username}:{number}".encode()) % 1_000_000
    return f"LRW{car_type.removeprefix('model').upper()}E7EK5RC{serial:06d}"
