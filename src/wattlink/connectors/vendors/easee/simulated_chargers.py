"""What the simulated vendor says of its chargers, and what they do on command."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from wattlink.connectors.simulation import SimulatedAnswer, State, account_time
from wattlink.connectors.vendors.easee import simulated_life as life
from wattlink.connectors.vendors.easee.simulated_answers import json_answer, refusal

Outcome = tuple[SimulatedAnswer, State]

_DISCONNECTED, _AWAITING_START, _CHARGING, _COMPLETED = 1, 2, 3, 4
_MODES = {"away": _DISCONNECTED, "waiting": _AWAITING_START, "charging": _CHARGING, "done": _COMPLETED}
_OWNER = 1


def listed(state: State, _: datetime) -> SimulatedAnswer:
    """`GET /api/chargers`"""
    return json_answer([_entry(key, device) for key, device in state["devices"].items()])


def _entry(key: str, device: life.Device) -> dict[str, Any]:
    return {
        "id": key,
        "name": device["name"],
        "color": 1,
        "createdOn": "2024-03-01T10:00:00.000Z",
        "updatedOn": "2024-03-01T10:00:00.000Z",
        "backPlate": {"id": f"BP-{key}", "masterBackPlateId": f"BP-{key}"},
        "levelOfAccess": device["access_level"],
        "productCode": 1,
        "userRole": 1 if device["access_level"] == _OWNER else 2,
    }


def state_of(state: State, key: str, now: datetime) -> SimulatedAnswer:
    """`GET /api/chargers/{id}/state`"""
    at = account_time(state, now)
    device = life.settled(state["devices"][key], at)
    charging = life.is_charging(device)
    power = round(life.power_kw(device) * _wobble(at), 3) if charging else 0.0
    return json_answer(
        {
            "smartCharging": False,
            "cableLocked": device["car"] != "away",
            "chargerOpMode": _mode(device),
            "totalPower": power,
            "sessionEnergy": round(device["session_kwh"], 6),
            "energyPerHour": 0.0,
            "latestPulse": _pulse(device, now),
            "chargerFirmware": 310,
            "latestFirmware": 310,
            "voltage": 231.4,
            "lockCablePermanently": False,
            "outputCurrent": round(power * 1000 / 690, 1),
            "isOnline": device["online"],
            "dynamicChargerCurrent": device["dynamic_amps"],
            "dynamicCircuitCurrentP1": 40.0,
            "cableRating": 20000.0 if device["car"] != "away" else 0.0,
            "reasonForNoCurrent": 0 if charging else 50,
            "lifetimeEnergy": round(device["lifetime_kwh"], 3),
            "wiFiRSSI": -61,
        }
    )


def _mode(device: life.Device) -> int:
    if device["op_mode"] is not None:
        return int(device["op_mode"])
    if device["car"] == "charging" and not life.is_charging(device):
        return _AWAITING_START
    return _MODES[device["car"]]


def _wobble(at: float) -> float:
    """Power is never quite even: it steps every two minutes of the charger's own time."""
    return 0.96 + 0.01 * (int(at // 120) % 5)


def _pulse(device: life.Device, now: datetime) -> str:
    """A charger in reach reports every minute."""
    seconds = now.timestamp() if device["online"] else float(device["offline_since"] or now.timestamp())
    return datetime.fromtimestamp(seconds - seconds % 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def config_of(state: State, key: str, _: datetime) -> SimulatedAnswer:
    """`GET /api/chargers/{id}/config`"""
    device = state["devices"][key]
    return json_answer(
        {
            "isEnabled": device["enabled"],
            "lockCablePermanently": False,
            "authorizationRequired": False,
            "remoteStartRequired": False,
            "smartButtonEnabled": False,
            "offlineChargingMode": 0,
            "circuitMaxCurrentP1": 32.0,
            "phaseMode": 2,
            "maxChargerCurrent": device["max_amps"],
        }
    )


def command(state: State, key: str, name: str, body: Any, now: datetime) -> Outcome:
    """`POST /api/chargers/{id}/commands/{name}`: accepted by the cloud at once, followed by the charger later."""
    device, make = state["devices"][key], _COMMANDS.get(name)
    fields = body if isinstance(body, dict) else {}
    if make is None:
        return refusal(404, 0, "NotFound", "No such command."), state
    if device["access_level"] != _OWNER:
        return refusal(403, 0, "Forbidden", "The user's level of access doesn't allow this."), state
    if not device["online"]:
        return refusal(409, 0, "ChargerOffline", "The charger isn't connected."), state
    changes = make(device, fields)
    if changes is None:
        return refusal(400, 0, "InvalidCommand", "The charger can't do this now."), state
    at = account_time(state, now)
    device = life.asked(device, at, state["pace"], **changes)
    count = state["commands"] + 1
    answer = json_answer({"device": key, "commandId": count, "ticks": int(now.timestamp() * 10_000_000)}, 202)
    return answer, {**state, "commands": count, "devices": {**state["devices"], key: device}}


def settings(state: State, key: str, body: Any, now: datetime) -> Outcome:
    """`POST /api/chargers/{id}/settings`: `enabled`, `maxChargerCurrent`."""
    fields = body if isinstance(body, dict) else {}
    changes: dict[str, Any] = {}
    if isinstance(fields.get("enabled"), bool):
        changes["enabled"] = fields["enabled"]
    if _is_current(fields.get("maxChargerCurrent")):
        changes["max_amps"] = float(fields["maxChargerCurrent"])
    device = {**life.settled(state["devices"][key], account_time(state, now)), **changes}
    return json_answer({"device": key}, 202), {**state, "devices": {**state["devices"], key: device}}


def _start(device: life.Device, _: dict[str, Any]) -> dict[str, Any] | None:
    return {"car": "charging"} if device["car"] in ("waiting", "charging") else None


def _stop(device: life.Device, _: dict[str, Any]) -> dict[str, Any] | None:
    return {"car": "waiting"} if device["car"] in ("waiting", "charging") else None


def _toggle(device: life.Device, fields: dict[str, Any]) -> dict[str, Any] | None:
    return _stop(device, fields) if device["car"] == "charging" else _start(device, fields)


def _limit(_: life.Device, fields: dict[str, Any]) -> dict[str, Any] | None:
    amps = fields.get("amps")
    return {"dynamic_amps": float(amps)} if isinstance(amps, int) and _is_current(amps) else None


def _nothing(_: life.Device, __: dict[str, Any]) -> dict[str, Any]:
    return {}


def _is_current(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 40


_COMMANDS: dict[str, Callable[[life.Device, dict[str, Any]], dict[str, Any] | None]] = {
    "start_charging": _start,
    "resume_charging": _start,
    "stop_charging": _stop,
    "pause_charging": _stop,
    "toggle_charging": _toggle,
    "set_dynamic_charger_current": _limit,
    "override_schedule": _start,
    "reboot": _nothing,
}
