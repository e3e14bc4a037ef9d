"""The simulated API: who may ask what, what it answers, and what it changes.

A pump with zones takes a temperature for a point of its own, says `modified`, and forgets it: only its zone counts.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wattlink.connectors.simulated_sign_in import tokens
from wattlink.connectors.simulation import Fault, SimulatedAnswer, SimulatedRequest, State, account_time
from wattlink.connectors.vendors.myuplink import simulated_life as life
from wattlink.connectors.vendors.myuplink import simulated_points as points
from wattlink.connectors.vendors.myuplink import simulated_systems
from wattlink.connectors.vendors.myuplink.simulated_answers import Outcome, failure, told, unauthorized

_DEVICE = re.compile(
    r"/v2/devices/([^/]+)(?:/(points|smart-home-zones|smart-home-categories|firmware-info|zones/([^/]+)))?"
)
_QUOTA = failure(429, ratelimit_limit="25", ratelimit_remaining="0", ratelimit_reset="42")
_NOT_FOUND, _FORBIDDEN = failure(404), failure(403)
_KNOBS = {"47011": "offset", "47398": "heat"}  # what the points of the F series set

Claims = Mapping[str, Any]


def answer(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """Any request with an access token."""
    claims = tokens.opened_access(request.bearer)
    if state is None or claims is None:
        return unauthorized('error_description="The signature is invalid"'), state
    if claims["exp"] <= now.timestamp() or Fault.ACCESS_REFUSED in state["faults"]:
        return unauthorized('error_description="The token expired"'), state
    if Fault.QUOTA in state["faults"]:
        return _QUOTA, state
    if Fault.FORBIDDEN in state["faults"] or "READSYSTEM" not in claims["scope"]:
        return _FORBIDDEN, state
    return _routed(request, state, claims, now)


def _routed(request: SimulatedRequest, state: State, claims: Claims, now: datetime) -> Outcome:
    if (request.method, request.path) == ("GET", "/v2/protected-ping"):
        return SimulatedAnswer(status=204), state
    of_systems = simulated_systems.answer(request, state, may_write=_may_write(state, claims))
    if of_systems is not None:
        return of_systems
    found = _DEVICE.fullmatch(request.path)
    pump = state["devices"].get(found[1]) if found is not None else None
    if found is None or pump is None:
        return _NOT_FOUND, state
    if pump["broken"] and found[2] is not None:
        return failure(500), state
    if request.method == "PATCH" and found[2] is not None:
        return _changed(request, state, claims, now, found)
    return _told(request, state, now, found) if request.method == "GET" else _NOT_FOUND, state


def _told(request: SimulatedRequest, state: State, now: datetime, found: re.Match[str]) -> SimulatedAnswer:
    device_id, pump = found[1], state["devices"][found[1]]
    match found[2]:
        case None:
            return told(points.device_of(device_id, pump, state))
        case "points":
            wanted = request.query.get("parameters")
            shown = points.points_of(pump, state, now)
            return told([point for point in shown if wanted is None or point["parameterId"] in wanted.split(",")])
        case "smart-home-zones":
            return told(points.zones_of(pump, state, now))
        case "smart-home-categories":
            return told(points.categories_of(pump, state, now))
        case "firmware-info":
            return told(points.firmware_of(device_id, pump, state))
    return _NOT_FOUND


def _changed(request: SimulatedRequest, state: State, claims: Claims, now: datetime, found: re.Match[str]) -> Outcome:
    device_id, pump = found[1], state["devices"][found[1]]
    if not _may_write(state, claims) or not pump["premium"]:
        return _FORBIDDEN, state
    if not points.is_connected(pump, state):
        return _NOT_FOUND, state
    wanted = request.json()
    if not isinstance(wanted, dict):
        return failure(400), state
    if found[2] == "points":
        results, changes = _point_changes(pump, wanted)
    elif found[3] == points.ZONE and pump["zones"]:
        results, changes = {}, _zone_changes(pump, wanted)
    else:
        return _NOT_FOUND, state
    if changes is None:
        return failure(400), state
    changed = life.settled(pump, account_time(state, now), **changes)
    state = {**state, "devices": {**state["devices"], device_id: changed}}
    return told({"status": 200, "payload": results}), state


def _may_write(state: State, claims: Claims) -> bool:
    return "WRITESYSTEM" in claims["scope"] and Fault.SCOPE_MISSING not in state["faults"]


def _point_changes(pump: life.Pump, wanted: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any] | None]:
    if pump["zones"]:
        return dict.fromkeys(wanted, "modified"), {}
    results = {number: "modified" if number in _KNOBS else "not writable" for number in wanted}
    try:
        changes = {_KNOBS[number]: float(value) for number, value in wanted.items() if number in _KNOBS}
    except (TypeError, ValueError):
        return results, None
    return results, changes


def _zone_changes(pump: life.Pump, wanted: Mapping[str, Any]) -> dict[str, Any] | None:
    names = {"mode": "mode", "setpointHeat": "heat", "setpointCool": "cool"}
    if wanted.keys() - names or wanted.get("mode", pump["mode"]) not in pump["modes"].split(","):
        return None
    degrees = [value for name, value in wanted.items() if name != "mode"]
    if not all(isinstance(value, int | float) and 5 <= value <= 35 for value in degrees):
        return None
    return {names[name]: value for name, value in wanted.items()}
