"""Commands to simulated cars. What a car won't do is answered with 200, `result: false` and a reason.

Commands arrive signed as long as the account's knob `signing` is on, as if the operator ran Tesla's command proxy.
"""

from datetime import datetime
from typing import Any

from wattlink.connectors.simulation import State, account_time
from wattlink.connectors.vendors.tesla import simulated_life as life
from wattlink.connectors.vendors.tesla.simulated_answers import Outcome, failure, told

_UNSIGNED = failure(
    403,
    "Tesla Vehicle Command Protocol required, please refer to the documentation here: "
    "https://developer.tesla.com/docs/fleet-api/virtual-keys/developer-guide",
)
_NO_KEY = failure(500, "vehicle rejected request: your public key has not been paired with the vehicle")
_DONE = told({"result": True, "reason": ""})


def command(state: State, vin: str, name: str, body: Any, now: datetime) -> Outcome:
    """`POST /api/1/vehicles/{vin}/command/{name}` to a car that is online."""
    car = state["devices"][vin]
    if life.has_firmware(car, car["signs_since"]):
        if not state["signing"]:
            return _UNSIGNED, state
        if not car["key"]:
            return _NO_KEY, state
    fields = body if isinstance(body, dict) else {}
    at = account_time(state, now)
    charging_state = life.moment(car, at).charging_state
    match name:
        case "charge_start":
            reasons = {"Disconnected": "disconnected", "Charging": "is_charging", "Complete": "complete"}
            return _set(state, vin, at, reasons.get(charging_state), charging=True)
        case "charge_stop":
            return _set(state, vin, at, None if charging_state == "Charging" else "not_charging", charging=False)
        case "set_charge_limit":
            return _set_number(state, vin, at, knob="limit", wanted=fields.get("percent"), allowed=range(50, 101))
        case "set_charging_amps":
            return _set_number(state, vin, at, knob="amps", wanted=fields.get("charging_amps"), allowed=range(33))
    return failure(400, "invalid_command"), state


def _set_number(state: State, vin: str, at: float, *, knob: str, wanted: Any, allowed: range) -> Outcome:
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted not in allowed:
        return failure(400, "invalid_field"), state
    return _set(state, vin, at, "already_set" if state["devices"][vin][knob] == wanted else None, **{knob: wanted})


def _set(state: State, vin: str, at: float, refused: str | None, **changes: Any) -> Outcome:
    if refused is not None:
        return told({"result": False, "reason": refused}), state
    car = life.commanded(state["devices"][vin], at, **changes)
    return _DONE, {**state, "devices": {**state["devices"], vin: car}}
