"""Tesla's clouds, simulated: the sign-in page, rotating tokens, three regions, cars that drive, homes with batteries.

Knobs of the account beyond the common ones: `grace_seconds`, `pace`, `region` (na, eu, cn), `registered` (false: the
API answers 412; a list of regions: it does so in the others), `signing` (false: commands arrive unsigned), `consent`
(scopes that the user didn't take back since; None: all). Knobs of a car: see `simulated_life.new_car`; of a home's
device: `energy.simulated_life.new_part`.
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
    SimulatedRequest,
    State,
    account_time,
    devices_of,
    plain_account,
    with_pace,
)
from wattlink.connectors.vendors.tesla import simulated_api, simulated_words
from wattlink.connectors.vendors.tesla import simulated_life as life
from wattlink.connectors.vendors.tesla.energy import simulated_life as homes
from wattlink.connectors.vendors.tesla.energy.site import KINDS as ENERGY_KINDS
from wattlink.connectors.vendors.tesla.energy.site import device_id
from wattlink.connectors.vendors.tesla.simulated_answers import Outcome, failure
from wattlink.connectors.vendors.tesla.simulated_sign_in import grants, pages, typed
from wattlink.connectors.vendors.tesla.simulated_sign_in.grants import CLIENT_ID, CLIENT_SECRET, DOMAIN

DEMO_REGISTRATION = Registration(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, options={"domain": DOMAIN})
WORDS = simulated_words.WORDS

_DEMO_PACE = 60  # an hour in a minute
_DEMO_PASSWORD = "drive-electric"  # noqa: S105 - of virtual accounts
PUBLISHED = ("demo-tesla@getfreeheat.com", "Demo1234")  # of the guides that partners test by
_AUTHORIZE, _TOKEN, _REVOKE = "/oauth2/v3/authorize", "/oauth2/v3/token", "/oauth2/v3/revoke"


def account_of(request: SimulatedRequest) -> str | None:
    """The user name that is typed, or that a ticket, a code or a token carries."""
    if request.host.startswith("api_"):
        claims = tokens.opened_access(request.bearer)
    elif request.path in (_TOKEN, _REVOKE):
        form = request.form
        claims = tokens.opened("code", form.get("code", "")) or grants.carried(
            form.get("refresh_token") or form.get("token", "")
        )
    else:
        return username_on(request)
    return str(claims["username"]) if claims is not None else None


def handle(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """Answer as Tesla does."""
    if request.host.startswith("api_"):
        return simulated_api.answer(request, state, now)
    match request.host, request.method, request.path:
        case "auth", "GET" | "POST", path if path == _AUTHORIZE:
            return pages.authorize(request, state, now)
        case "auth", "POST", path if path == _REVOKE:
            return grants.revoke(request, state)
        case "auth", "POST", typed.PATH:
            return typed.sign_in(request, state, now)
        case "token", "POST", path if path == _TOKEN:
            return grants.token(request, state, now)
        case "www", "GET" | "POST", path if path.startswith("/_ak/"):
            return pages.pair_key(request, state, now)
    return failure(404, "not_found"), state


def advance(state: State, now: datetime) -> State:
    """The same account later."""
    until = account_time(state, now)
    lived = {vin: life.lived(car, until) for vin, car in life.cars(state).items()} | homes.lived(state, until)
    devices = state["devices"] | lived
    return state if devices == state["devices"] else {**state, "devices": devices}


def withdraw(state: State) -> State:
    """The account after its user withdrew all access; a new sign-in gives access again."""
    return withdrawn(state)


def new_account(username: str, password: str, now: datetime, *, devices: int = 1, kind: Kind | None = None) -> State:
    """A plain healthy account; a car was just plugged in and charges, a home lives by itself."""
    state = plain_account(
        username,
        password,
        now,
        grace_seconds=86_400,
        subject=str(uuid5(NAMESPACE_URL, f"https://auth.tesla.com/{username}")),
        region="eu",
        registered=True,
        signing=True,
        sessions={},
        codes={},
        consent=None,
        numbers=0,
    )
    return set_devices(state, now, add=devices, kind=kind)


def set_devices(
    state: State, now: datetime, *, add: int = 0, kind: Kind | None = None, remove: Sequence[str] = ()
) -> State:
    """Cars and devices of homes bought and sold since; knobs that are turned count from now on."""
    state = with_pace(state, now)
    at = account_time(state, now)
    devices = {
        key: device for key, device in (state["devices"] | homes.all_settled(state, at)).items() if key not in remove
    }
    state = {**state, "devices": devices}
    for _ in range(add):
        state = _with_one_more(state, kind or Kind.VEHICLE, at)
    return state


def _with_one_more(state: State, kind: Kind, at: float) -> State:
    number = state["devices_made"] + 1
    if kind is Kind.VEHICLE:
        bought = {_vin(state["username"], number): life.new_car(f"Model 3 no. {number}", at)}
    elif kind in ENERGY_KINDS:
        site = homes.site_for(state, kind, number)
        bought = {device_id(site, kind): homes.new_part(kind, f"Home {site}", site, at)}
    else:
        raise ValueError(f"Tesla has no devices of the kind {kind}")
    return {**state, "devices": state["devices"] | bought, "devices_made": number}


def fleet(now: datetime) -> Sequence[FleetAccount]:
    """Garages, and a home with one: see this folder's README for what each shows."""
    return [
        _garage(
            now,
            "anna@example.com",
            _DEMO_PASSWORD,
            {"name": "Snowflake", "battery": 41.0},
            {"name": "Ghost", "leg": 1, "battery": 78.0, "locates_since": None},
        ),
        _garage(
            now,
            "ben@example.com",
            _DEMO_PASSWORD,
            {"name": "Pebble", "car_type": "modely", "capacity": 75.0, "key": False},
        ),
        _garage(
            now,
            "clara@example.com",
            _DEMO_PASSWORD,
            {"name": "Comet", "car_type": "models", "capacity": 95.0, "mobile_access": False},
            {"name": "Biscuit", "leg": 3, "battery": 64.0, "place": list(life.WORK)},
        ),
        _garage(
            now,
            "david@example.com",
            _DEMO_PASSWORD,
            {"name": "Company car", "car_type": "modelx", "capacity": 95.0, "private": True},
        ),
        _home(now, "emma@example.com"),
        _garage(now, *PUBLISHED, {"name": "Demo Tesla"}),
    ]


def _home(now: datetime, username: str) -> FleetAccount:
    """A car, a roof, a battery that only the sun may charge, and the meter between them and the grid."""
    garage = _garage(now, username, _DEMO_PASSWORD, {"name": "Sunny", "car_type": "modely", "capacity": 75.0}).state
    at = account_time(garage, now)
    site = homes.site_for(garage, Kind.BATTERY, 2)
    knobs: dict[Kind, dict[str, Any]] = {Kind.BATTERY: {"grid_charging": False}, Kind.METER: {"load_kw": 1.2}}
    parts = {
        device_id(site, kind): homes.new_part(kind, "Sunny hill", site, at, **knobs.get(kind, {}))
        for kind in ENERGY_KINDS
    }
    state = {**garage, "devices": garage["devices"] | parts, "devices_made": 1 + len(parts)}
    return FleetAccount(username=username, password=_DEMO_PASSWORD, state=state, devices=devices_of(state))


def _garage(now: datetime, username: str, password: str, *knobs: dict[str, Any]) -> FleetAccount:
    region = "na" if username.startswith("david") else "eu"
    state = {**new_account(username, password, now, devices=0), "pace": _DEMO_PACE, "region": region}
    state = with_pace(state, now)
    routine = life.commuter(life.HOME, life.WORK, km=58.0, minutes=40, park=30, charge=240)
    at = account_time(state, now)
    cars = {
        _vin(username, number, car.get("car_type", "model3")): life.new_car(
            at=at, routine=routine, sleeps_after=60, **car
        )
        for number, car in enumerate(knobs, start=1)
    }
    state = {**state, "devices": cars, "devices_made": len(cars)}
    return FleetAccount(username=username, password=password, state=state, devices=devices_of(state))


def _vin(username: str, number: int, car_type: str = "model3") -> str:
    """A made-up VIN of a car of 2024, always the same for an account's n-th car."""
    serial = zlib.crc32(f"{username}:{number}".encode()) % 1_000_000
    return f"LRW{car_type.removeprefix('model').upper()}E7EK5RC{serial:06d}"
