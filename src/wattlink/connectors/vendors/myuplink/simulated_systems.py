"""What the simulated API says of systems: their list, subscriptions, smart-home mode and alarms."""

import re
from typing import Any

from wattlink.connectors.simulation import SimulatedAnswer, SimulatedRequest, State
from wattlink.connectors.vendors.myuplink import simulated_points as points
from wattlink.connectors.vendors.myuplink.simulated_answers import Outcome, failure, told

_SYSTEM = re.compile(r"/v2/systems/([^/]+)/(subscriptions|smart-home-mode|notifications(?:/active)?)")
_MODES = ("Default", "Normal", "Away", "Vacation", "Home")
_NOT_FOUND = failure(404)


def answer(request: SimulatedRequest, state: State, *, may_write: bool) -> Outcome | None:
    """The answer to a question about systems; None for any other."""
    if (request.method, request.path) == ("GET", "/v2/systems/me"):
        entries = [points.system_of(device_id, pump, state) for device_id, pump in state["devices"].items()]
        return _page(request, "systems", entries), state
    found = _SYSTEM.fullmatch(request.path)
    if found is None:
        return None
    device_id = next((key for key in state["devices"] if points.system_id(key) == found[1]), None)
    if device_id is None:
        return _NOT_FOUND, state
    match request.method, found[2]:
        case "GET", "subscriptions":
            paid = [{"validUntil": "2099-12-31T23:59:59Z", "type": "manage"}]
            return told({"subscriptions": paid if state["devices"][device_id]["premium"] else []}), state
        case "GET", "smart-home-mode":
            pump = state["devices"][device_id]
            return told({"systemId": found[1], "smartHomeMode": pump["home_mode"]}), state
        case "PUT", "smart-home-mode":
            return _home_mode(request, state, device_id, may_write=may_write)
        case "GET", _:
            return _page(request, "notifications", []), state
    return _NOT_FOUND, state


def _home_mode(request: SimulatedRequest, state: State, device_id: str, *, may_write: bool) -> Outcome:
    wanted, pump = request.json(), state["devices"][device_id]
    mode = wanted.get("smartHomeMode") if isinstance(wanted, dict) else None
    if not may_write or not pump["premium"]:
        return failure(403), state
    if mode not in _MODES:
        return failure(400), state
    devices = {**state["devices"], device_id: {**pump, "home_mode": mode}}
    return told({"status": 200, "payload": {"state": "ok"}}), {**state, "devices": devices}


def _page(request: SimulatedRequest, name: str, entries: list[dict[str, Any]]) -> SimulatedAnswer:
    page, size = (request.positive(word, default) for word, default in (("page", 1), ("itemsPerPage", 10)))
    shown = entries[(page - 1) * size : page * size]
    return told({"page": page, "itemsPerPage": size, "numItems": len(entries), name: shown})
