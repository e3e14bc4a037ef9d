"""SolarEdge's monitoring API, simulated: one site per account, whose ID is the user name and whose key the password."""

import hashlib
import re
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

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
from wattlink.connectors.vendors.solaredge import simulated_life as life
from wattlink.connectors.vendors.solaredge import simulated_words

DEMO_REGISTRATION = Registration()
WORDS = simulated_words.WORDS

_PATH = re.compile(r"/site/([^/]+)/(details|inventory|overview)|/equipment/([^/]+)/([^/]+)/data")
_ZONE = "Europe/Berlin"
_FORMAT, _LONGEST = "%Y-%m-%d %H:%M:%S", timedelta(days=7)
_DEMO_PACE = 240  # a day in six minutes


def account_of(request: SimulatedRequest) -> str | None:
    """The site that the path names."""
    found = _PATH.fullmatch(request.path)
    return None if found is None else found[1] or found[3]


def handle(request: SimulatedRequest, state: State | None, now: datetime) -> tuple[SimulatedAnswer, State | None]:
    """Answer as SolarEdge does; whose site is unknown learns no more than who may not see it."""
    found = _PATH.fullmatch(request.path)
    if found is None:
        return _problem(404, "Not Found", "There is no such resource."), state
    if state is None:
        return _problem(403, "Forbidden", "The site isn't available for this key."), None
    return _answer(request, found, state, now), state


def _answer(request: SimulatedRequest, found: re.Match[str], state: State, now: datetime) -> SimulatedAnswer:
    faults, is_look = state["faults"], found[2] == "details"
    if Fault.QUOTA in faults:
        return _problem(429, "Too Many Requests", "The daily quota is used up.")
    if is_look and Fault.ACCOUNT_LOCKED in faults:
        return _problem(403, "Forbidden", "The account is locked.")
    dead = {Fault.WRONG_PASSWORD, Fault.REFRESH_REFUSED} if is_look else {Fault.ACCESS_REFUSED}
    if dead & set(faults) or request.query.get("api_key") != state["password"]:
        return _problem(401, "Unauthorized - Authentication Failed", "Invalid API key")
    if not is_look and {Fault.FORBIDDEN, Fault.SCOPE_MISSING} & set(faults):
        return _problem(403, "Forbidden", "The key has no access to this.")
    if request.method != "GET":
        return _problem(405, "Method Not Allowed", "Only GET.")
    match found[2]:
        case "details":
            return _json(_details(state))
        case "inventory":
            return _json(_inventory(state))
        case "overview":
            return _json(_overview(state, now))
    return _data(request, state, found[4], now)


def _details(state: State) -> Any:
    return {
        "details": {
            "id": state["site_id"],
            "name": state["site_name"],
            "accountId": state["site_id"] + 1,
            "status": "Active",
            "peakPower": sum(device["peak_kw"] for device in state["devices"].values()),
            "installationDate": "2024-05-17",
            "type": "Optimizers & Inverters",
            "location": {"country": "Germany", "countryCode": "DE", "timeZone": _ZONE},
        }
    }


def _inventory(state: State) -> Any:
    inverters = [
        {
            "name": device["name"],
            "manufacturer": "SolarEdge",
            "model": device["model"],
            "communicationMethod": "ETHERNET",
            "cpuVersion": "4.18.32",
            "SN": serial,
            "connectedOptimizers": 18,
        }
        for serial, device in state["devices"].items()
    ]
    return {"Inventory": {"meters": [], "sensors": [], "gateways": [], "batteries": [], "inverters": inverters}}


def _overview(state: State, now: datetime) -> Any:
    at, devices = account_time(state, now), state["devices"].values()
    return {
        "overview": {
            "lastUpdateTime": _local(now),
            "lifeTimeData": {"energy": 1000 * sum(life.lifetime_kwh(device, at) for device in devices)},
            "currentPower": {"power": 1000 * sum(life.power_kw(device, at) for device in devices)},
            "measuredBy": "INVERTER",
        }
    }


def _data(request: SimulatedRequest, state: State, serial: str, now: datetime) -> SimulatedAnswer:
    device = state["devices"].get(serial)
    if device is None:
        return _problem(404, "Not Found", "There is no such inverter.")
    start, end = (_moment(request.query.get(name, "")) for name in ("startTime", "endTime"))
    if start is None or end is None or not timedelta(0) <= end - start <= _LONGEST:
        return _problem(400, "Bad Request", "startTime and endTime are needed, a week apart at most.")
    if not device["online"] or Fault.ASLEEP in state["faults"]:
        return _json({"data": {"count": 0, "telemetries": []}})
    at = account_time(state, now)
    watts = 1000 * life.power_kw(device, at)
    told = {
        "date": _local(now),
        "totalActivePower": watts,
        "dcVoltage": 752.5,
        "powerLimit": 100.0,
        "totalEnergy": 1000 * life.lifetime_kwh(device, at),
        "temperature": 31.5,
        "inverterMode": "MPPT" if watts > 0 else "SLEEPING",
    }
    return _json({"data": {"count": 1, "telemetries": [told]}})


def advance(state: State, now: datetime) -> State:  # noqa: ARG001 - what is told is computed when it is asked
    """The same account later."""
    return state


def withdraw(state: State) -> State:
    """The account after its owner deleted the key and made another, which is the password now."""
    return {**state, "password": hashlib.sha256(state["password"].encode()).hexdigest()[:32].upper()}


def new_account(username: str, password: str, now: datetime, *, devices: int = 1, kind: Kind | None = None) -> State:
    """A plain healthy site with this many inverters."""
    state = plain_account(
        username,
        password,
        now,
        site_id=int(username) if username.isdecimal() else zlib.crc32(username.encode()),
        site_name="Home",
    )
    return set_devices(state, now, add=devices, kind=kind)


def set_devices(
    state: State, now: datetime, *, add: int = 0, kind: Kind | None = None, remove: Sequence[str] = ()
) -> State:
    """Inverters mounted and taken down since; what they gave until now is counted as the knobs were until now."""
    if kind not in (None, Kind.INVERTER):
        raise ValueError(f"SolarEdge has no devices of the kind {kind}")
    state = with_pace(state, now)
    at, made = account_time(state, now), state["devices_made"]
    devices = {key: life.settled(device, at) for key, device in state["devices"].items() if key not in remove}
    for number in range(made + 1, made + add + 1):
        serial = _serial(state["username"], number)
        devices[serial] = life.new_device(f"Inverter {number}", at, serial)
    return {**state, "devices": devices, "devices_made": made + add}


def _serial(site: str, number: int) -> str:
    return f"{zlib.crc32(f'{site}:{number}'.encode()):08X}-{number % 256:02X}"


def fleet(now: datetime) -> Sequence[FleetAccount]:
    """A home with one inverter, and a farm with two, one of them out of reach."""
    return [
        _site(now, "1846201", "SIMULATEDKEYOFTHESANDBOX00000001", "Sunny Home", [True]),
        _site(now, "2730518", "SIMULATEDKEYOFTHESANDBOX00000002", "Hill Farm", [True, False]),
    ]


def _site(now: datetime, site_id: str, key: str, name: str, online: list[bool]) -> FleetAccount:
    state = {**new_account(site_id, key, now, devices=len(online)), "pace": _DEMO_PACE, "site_name": name}
    reached = zip(state["devices"].items(), online, strict=True)
    devices = {serial: {**device, "online": is_online} for (serial, device), is_online in reached}
    state = set_devices({**state, "devices": devices}, now)
    return FleetAccount(username=site_id, password=key, state=state, devices=devices_of(state))


def _local(now: datetime) -> str:
    return now.astimezone(ZoneInfo(_ZONE)).strftime(_FORMAT)


def _moment(local: str) -> datetime | None:
    try:
        return datetime.strptime(local, _FORMAT).replace(tzinfo=ZoneInfo(_ZONE))
    except ValueError:
        return None


def _json(value: Any, status: int = 200, kind: str = "application/json") -> SimulatedAnswer:
    return SimulatedAnswer(status=status, headers={"content-type": kind}, body=msgspec.json.encode(value))


def _problem(status: int, title: str, detail: str) -> SimulatedAnswer:
    body = {
        "type": "https://se-api.stoplight.io/docs/monitoring",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": None,
        "properties": {"traceId": "0" * 32},
    }
    return _json(body, status, "application/problem+json")
