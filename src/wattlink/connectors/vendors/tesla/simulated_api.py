"""The simulated Fleet API: who may ask what where, and what it answers."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from wattlink.connectors.simulated_sign_in import tokens
from wattlink.connectors.simulation import Fault, SimulatedAnswer, SimulatedRequest, State, account_time
from wattlink.connectors.vendors.tesla import simulated_life as life
from wattlink.connectors.vendors.tesla.energy import simulated_api as energy
from wattlink.connectors.vendors.tesla.simulated_answers import Outcome, failure, told
from wattlink.connectors.vendors.tesla.simulated_commands import command
from wattlink.connectors.vendors.tesla.simulated_data import data_of, entry_of
from wattlink.connectors.vendors.tesla.simulated_sign_in.grants import CLIENT_ID, DOMAIN, session_of

_BASES = {
    "na": "https://fleet-api.prd.na.vn.cloud.tesla.com",
    "eu": "https://fleet-api.prd.eu.vn.cloud.tesla.com",
    "cn": "https://fleet-api.prd.cn.vn.cloud.tesla.cn",
}
_VEHICLE = re.compile(r"/api/1/vehicles/([A-Z0-9]{17})(?:/(vehicle_data|wake_up|command/([a-z_]+)))?")
_READ, _LOCATE = "vehicle_device_data", "vehicle_location"
_COMMAND = {"vehicle_cmds", "vehicle_charging_cmds"}
_VEHICLE_SCOPES = {_READ, _LOCATE, *_COMMAND}
_ENERGY_SCOPES = {energy.READ, energy.COMMAND}

_NO_SCOPE = failure(403, "Unauthorized missing scopes")
_NOT_FOUND = failure(404, "not_found")
_ASLEEP = failure(408, "vehicle unavailable: vehicle is offline or asleep")
_MOBILE_ACCESS = failure(401, "mobile_access_disabled")
_QUOTA = failure(
    429, "Rate limit exceeded", retry_after="60", ratelimit_limit="60", ratelimit_remaining="0", ratelimit_reset="60"
)

Claims = Mapping[str, Any]


def answer(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """Any request to one of the three regions' hosts."""
    if (request.method, request.path) == ("POST", "/api/1/partner_accounts"):
        return _registered(request), state
    claims = tokens.opened_access(request.bearer)
    if state is None or claims is None or session_of(claims, state) is None:
        return failure(401, "invalid bearer token"), state
    if claims["exp"] <= now.timestamp() or Fault.ACCESS_REFUSED in state["faults"]:
        return failure(401, "token expired (401)"), state
    refused = _turned_away(request, state)
    return (refused, state) if refused is not None else _routed(request, state, claims, now)


def _turned_away(request: SimulatedRequest, state: State) -> SimulatedAnswer | None:
    if Fault.QUOTA in state["faults"]:
        return _QUOTA
    registered = state["registered"]
    if not registered or (registered is not True and request.host.removeprefix("api_") not in registered):
        return failure(412, "Account must be registered in the current region.")
    if request.host != f"api_{state['region']}":
        return failure(421, f"user out of region, use base URL: {_BASES[state['region']]}")
    if Fault.FORBIDDEN in state["faults"]:
        return failure(403, "forbidden")
    return None


def _routed(request: SimulatedRequest, state: State, claims: Claims, now: datetime) -> Outcome:
    route = f"{request.method} {request.path}"
    if route == "GET /api/1/users/region":
        region = state["region"]
        return told({"region": region, "fleet_api_base_url": _BASES[region]}), state
    scopes = set(claims["scp"])
    drives, lives = bool(_VEHICLE_SCOPES & scopes), bool(_ENERGY_SCOPES & scopes)
    if route == "GET /api/1/products" and (drives or lives):
        entries = [*(_cars(state, now) if drives else ()), *(energy.entries(state, now) if lives else ())]
        return _page(request, entries), state
    of_home = energy.answer(request, state, scopes, now)
    if of_home is not None:
        return of_home
    if not drives:
        return _NO_SCOPE, state
    if route == "GET /api/1/vehicles":
        return _page(request, _cars(state, now)), state
    if route == "POST /api/1/vehicles/fleet_status":
        return _fleet_status(request, state), state
    found = _VEHICLE.fullmatch(request.path)
    if found is None or found[1] not in life.cars(state):
        return _NOT_FOUND, state
    return _of_vehicle(request, state, claims, now, found)


def _of_vehicle(
    request: SimulatedRequest, state: State, claims: Claims, now: datetime, found: re.Match[str]
) -> Outcome:
    vin, verb, scopes = found[1], found[2], set(claims["scp"])
    car = state["devices"][vin]
    if verb is None and request.method == "GET":
        return told(entry_of(vin, car, state, now)), state
    if verb == "wake_up" and request.method == "POST":
        at = account_time(state, now)
        state = {**state, "devices": {**state["devices"], vin: life.woken(car, at, state["pace"])}}
        return told(entry_of(vin, state["devices"][vin], state, now)), state
    needed = {_READ} if verb == "vehicle_data" else _COMMAND
    if not needed & scopes or Fault.SCOPE_MISSING in state["faults"]:
        return _NO_SCOPE, state
    if car["broken"]:
        return failure(500, "internal server error"), state
    if not car["mobile_access"]:
        return _MOBILE_ACCESS, state
    if entry_of(vin, car, state, now)["state"] != "online":
        return _ASLEEP, state
    if verb == "vehicle_data" and request.method == "GET":
        endpoints = set(
            request.query.get("endpoints", "charge_state;drive_state;vehicle_config;vehicle_state").split(";")
        )
        located = _LOCATE in scopes and "location_data" in endpoints
        return told(data_of(vin, state, now, endpoints, with_location=located)), state
    if found[3] and request.method == "POST":
        return command(state, vin, found[3], request.json(), now)
    return _NOT_FOUND, state


def _registered(request: SimulatedRequest) -> SimulatedAnswer:
    body = request.json()
    domain = body.get("domain") if isinstance(body, dict) else None
    if tokens.opened("partner", request.bearer) is None:
        return failure(401, "invalid bearer token")
    if domain != DOMAIN:
        return failure(400, "invalid_field: domain")
    return told({"client_id": CLIENT_ID, "domain": domain, "name": "Wattlink Demo"})


def _cars(state: State, now: datetime) -> list[dict[str, Any]]:
    return [entry_of(vin, car, state, now) for vin, car in life.cars(state).items()]


def _page(request: SimulatedRequest, entries: Sequence[dict[str, Any]]) -> SimulatedAnswer:
    page, size = (request.positive(name, default) for name, default in (("page", 1), ("per_page", 100)))
    pages = max(1, -(-len(entries) // size))
    shown = entries[(page - 1) * size : page * size]
    pagination = {
        "previous": page - 1 or None,
        "next": page + 1 if page < pages else None,
        "current": page,
        "per_page": size,
        "count": len(entries),
        "pages": pages,
    }
    return told(shown, pagination=pagination, count=len(shown))


def _fleet_status(request: SimulatedRequest, state: State) -> SimulatedAnswer:
    body = request.json()
    vins = body.get("vins") if isinstance(body, dict) else None
    if not isinstance(vins, list):
        return failure(400, "invalid_field: vins")
    cars = {vin: car for vin, car in life.cars(state).items() if vin in vins}
    paired = [vin for vin, car in cars.items() if car["key"]]
    about = {
        vin: {
            "firmware_version": car["firmware"],
            "vehicle_command_protocol_required": life.has_firmware(car, car["signs_since"]),
            "discounted_device_data": False,
            "fleet_telemetry_version": "1.0.0",
            "total_number_of_keys": 2 + car["key"],
        }
        for vin, car in cars.items()
    }
    unpaired = [vin for vin in cars if vin not in paired]
    return told({"key_paired_vins": paired, "unpaired_vins": unpaired, "vehicle_info": about})
