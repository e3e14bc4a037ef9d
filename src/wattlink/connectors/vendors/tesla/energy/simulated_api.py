"""What the simulated Fleet API says of a home and lets be set there. Powers are in W, energies in Wh."""

import re
from collections.abc import Set
from datetime import datetime
from typing import Any

from wattlink.connectors.devices import Kind
from wattlink.connectors.simulation import Fault, SimulatedAnswer, SimulatedRequest, State, account_time
from wattlink.connectors.vendors.tesla.energy import simulated_life as life
from wattlink.connectors.vendors.tesla.energy.site import device_id
from wattlink.connectors.vendors.tesla.simulated_answers import Outcome, failure, told

READ, COMMAND = "energy_device_data", "energy_cmds"
_SITE = re.compile(r"/api/1/energy_sites/([0-9]+)/(live_status|site_info|operation|backup)")
_INSTALLED = "2024-05-14T00:00:00+02:00"

_NO_SCOPE = failure(403, "Unauthorized missing scopes")
_NOT_FOUND = failure(404, "not_found")
_INVALID = failure(400, "invalid_field")
_OUT_OF_REACH = failure(408, "upstream timeout")
_BROKEN = failure(500, "internal server error")
_UPDATED = told({"code": 201, "message": "Updated"})


def entries(state: State, now: datetime) -> list[dict[str, Any]]:
    """The account's homes, as its list of products shows them."""
    return [_entry(site, home, state, now) for site, home in life.homes(state).items()]


def answer(request: SimulatedRequest, state: State, scopes: Set[str], now: datetime) -> Outcome | None:
    """A request about one home; None for any other."""
    found = _SITE.fullmatch(request.path)
    if found is None:
        return None
    home = life.homes(state).get(found[1])
    if home is None:
        return _NOT_FOUND, state
    reads = found[2] in ("live_status", "site_info")
    if (READ if reads else COMMAND) not in scopes or Fault.SCOPE_MISSING in state["faults"]:
        return _NO_SCOPE, state
    if any(part["broken"] for part in home.values()):
        return _BROKEN, state
    away = Fault.ASLEEP in state["faults"] or any(part["offline"] for part in home.values())
    match request.method, found[2]:
        case "GET", "site_info":
            return told(site_info(found[1], home)), state
        case "GET", "live_status":
            return (_OUT_OF_REACH if away else live_status(home, state, now)), state
        case "POST", "operation" | "backup":
            return (_OUT_OF_REACH, state) if away else _set(request, state, found[1], now)
    return _NOT_FOUND, state


def _set(request: SimulatedRequest, state: State, site: str, now: datetime) -> Outcome:
    home, body = life.homes(state)[site], request.json()
    fields = body if isinstance(body, dict) else {}
    mode, reserve = fields.get("default_real_mode"), fields.get("backup_reserve_percent")
    if Kind.BATTERY not in home:
        return failure(400, "invalid_command"), state
    if request.path.endswith("/operation"):
        if mode not in ("self_consumption", "autonomous", "backup"):
            return _INVALID, state
        changes = {"mode": mode}
    elif isinstance(reserve, int) and not isinstance(reserve, bool) and 0 <= reserve <= 100:
        changes = {"reserve": reserve}
    else:
        return _INVALID, state
    battery = life.settled(home, account_time(state, now), **changes)
    return _UPDATED, {**state, "devices": {**state["devices"], device_id(site, Kind.BATTERY): battery}}


def live_status(home: life.Home, state: State, now: datetime) -> SimulatedAnswer:
    """What a home's power does now."""
    moment = life.moment(home, account_time(state, now))
    shown: dict[str, Any] = {
        "solar_power": round(moment.solar * 1000),
        "load_power": round(moment.load * 1000),
        "battery_power": 0,
        "grid_status": "Active",
        "grid_services_active": False,
        "grid_services_power": 0,
        "generator_power": 0,
        "island_status": "on_grid",
        "storm_mode_active": False,
        "timestamp": now.isoformat(),
        "wall_connectors": [],
    }
    if Kind.METER in home:
        shown["grid_power"] = round(moment.grid * 1000)
    if Kind.BATTERY in home:
        shown |= {**_charge(home, moment), "battery_power": round(-moment.battery * 1000), "backup_capable": True}
    return told(shown)


def _charge(home: life.Home, moment: life.Moment) -> dict[str, Any]:
    whole = home[Kind.BATTERY]["capacity"] * 1000
    return {
        "energy_left": whole * moment.level / 100,
        "total_pack_energy": whole,
        "percentage_charged": moment.level,
    }


def _entry(site: str, home: life.Home, state: State, now: datetime) -> dict[str, Any]:
    shown = {
        "energy_site_id": int(site),
        "resource_type": "battery" if Kind.BATTERY in home else "solar",
        "site_name": _name(home),
        "id": f"STE{site}",
        "gateway_id": f"STE{site}",
        "asset_site_id": f"asset-{site}",
        "components": _components(home),
    }
    if Kind.BATTERY in home:
        moment = life.moment(home, account_time(state, now))
        shown |= {**_charge(home, moment), "battery_power": round(-moment.battery * 1000)}
        shown |= {"battery_type": "ac_powerwall", "backup_capable": True}
    return shown


def _components(home: life.Home) -> dict[str, Any]:
    inverter = home.get(Kind.INVERTER)
    shown = {
        "battery": Kind.BATTERY in home,
        "solar": inverter is not None,
        "grid": Kind.METER in home,
        "load_meter": Kind.METER in home,
        "market_type": "residential",
    }
    if inverter is not None:
        shown["solar_type"] = inverter["solar_type"]
    return shown


def site_info(site: str, home: life.Home) -> dict[str, Any]:
    """How a home is set up."""
    components = _components(home)
    del components["market_type"]
    shown: dict[str, Any] = {
        "id": f"STE{site}",
        "site_name": _name(home),
        "installation_date": _INSTALLED,
        "installation_time_zone": "Europe/Oslo",
        "components": components,
        "version": "25.10.1 ad91a8f0",
        "battery_count": 0,
    }
    if Kind.METER in home:
        components["gateways"] = [{"device_id": f"gateway-{site}", "part_name": "Tesla Backup Gateway 2"}]
    battery = home.get(Kind.BATTERY)
    if battery is not None:
        components |= _battery_components(site, battery)
        plan = [{"target": "peak", "week_days": [1, 0], "start_seconds": 61_200, "end_seconds": 75_600}]
        shown |= {
            "battery_count": 1,
            "backup_reserve_percent": battery["reserve"],
            "default_real_mode": battery["mode"],
            "nameplate_energy": battery["capacity"] * 1000,
            "nameplate_power": battery["most_kw"] * 1000,
            "tou_settings": {
                "optimization_strategy": "economics",
                "schedule": plan if battery["rate_plan"] else [],
            },
            "components": components,
        }
    return shown


def _battery_components(site: str, battery: life.Part) -> dict[str, Any]:
    return {
        "backup": True,
        "tou_capable": True,
        "battery_type": "ac_powerwall",
        "batteries": [
            {
                "device_id": f"battery-{site}",
                "part_name": "Powerwall 2",
                "nameplate_max_charge_power": battery["most_kw"] * 1000,
                "nameplate_max_discharge_power": battery["most_kw"] * 1000,
                "nameplate_energy": battery["capacity"] * 1000,
            }
        ],
        "disallow_charge_from_grid_with_solar_installed": not battery["grid_charging"],
    }


def _name(home: life.Home) -> str:
    return str(next(iter(home.values()))["name"])
