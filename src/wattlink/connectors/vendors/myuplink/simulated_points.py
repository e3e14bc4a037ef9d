"""What the simulated API says of a heat pump: its entry in lists, its points and its zones.

Points have the numbers, names and units that real pumps of the F and the S series were seen with, soft hyphens and a
number that comes twice included.
"""

from datetime import datetime
from typing import Any

from wattlink.connectors.simulation import Fault, State, account_time
from wattlink.connectors.vendors.myuplink import simulated_life as life

_NO_SENSOR = -32768
_PRIORITIES = {10: "Off", 20: "Hot water", 30: "Heating", 40: "Pool", 41: "Pool 2", 50: "Transfer", 60: "Cooling"}
_COMPRESSOR = {20: "off", 40: "starts", 60: "runs", 100: "stops"}
_SWITCH = {0: "off", 1: "on"}
ZONE = "1"

Entry = dict[str, Any]


def system_of(device_id: str, pump: life.Pump, state: State) -> Entry:
    """A home as the list of systems shows it: in the simulation each has one heat pump."""
    return {
        "systemId": system_id(device_id),
        "name": pump["name"],
        "securityLevel": "admin",
        "hasAlarm": False,
        "country": "Sweden",
        "devices": [_device(device_id, pump, state)],
    }


def system_id(device_id: str) -> str:
    """The id of a device's home."""
    return f"{device_id.rsplit('-', maxsplit=1)[-1]}-home"


def device_of(device_id: str, pump: life.Pump, state: State) -> Entry:
    """A device by itself, with what it offers."""
    entry = _device(device_id, pump, state)
    firmware = entry.pop("currentFwVersion")
    offered = {"settings": True, "setSmartMode": False, "getZones": pump["zones"], "boostHotWater": True}
    return {
        **entry,
        "firmware": {"currentFwVersion": firmware, "desiredFwVersion": firmware},
        "availableFeatures": offered,
    }


def firmware_of(device_id: str, pump: life.Pump, state: State) -> Entry:
    """Which firmware a device has."""
    firmware = _device(device_id, pump, state)["currentFwVersion"]
    return {"deviceId": device_id, "firmwareId": "1", "currentFwVersion": firmware, "desiredFwVersion": firmware}


def categories_of(pump: life.Pump, state: State, now: datetime) -> dict[str, bool]:
    """The smart-home categories in which a device has points."""
    return {name: True for point in points_of(pump, state, now) for name in point["smartHomeCategories"]}


def is_connected(pump: life.Pump, state: State) -> bool:
    """Whether the vendor reaches the pump."""
    return bool(pump["connected"]) and Fault.ASLEEP not in state["faults"]


def points_of(pump: life.Pump, state: State, now: datetime) -> list[Entry]:
    """All points of a pump; one that isn't connected tells what it was like long ago."""
    seen = life.moment(pump, account_time(state, now))
    told = _s_series(pump, seen) if pump["zones"] else _f_series(pump, seen)
    stamp = now.replace(microsecond=0).isoformat()
    return [{**point, "category": pump["model"], "timestamp": stamp} for point in told]


def zones_of(pump: life.Pump, state: State, now: datetime) -> list[Entry]:
    """The zones of a pump; those of the F series have none."""
    if not pump["zones"]:
        return []
    at = account_time(state, now)
    seen = life.moment(pump, at)
    zone = {
        "zoneId": ZONE,
        "name": "Climate system 1",
        "commandOnly": False,
        "supportedModes": pump["modes"],
        "mode": pump["mode"],
        "temperature": round(seen.room, 1) if pump["room_sensor"] else None,
        "setpoint": seen.heat_setpoint,
        "setpointHeat": seen.heat_setpoint,
        "setpointCool": pump["cool"],
        "setpointRangeMin": 5,
        "setpointRangeMax": 35,
        "isCelsius": True,
        "indoorCo2": None,
        "indoorHumidity": None,
    }
    return [zone]


def _device(device_id: str, pump: life.Pump, state: State) -> Entry:
    return {
        "id": device_id,
        "connectionState": "Connected" if is_connected(pump, state) else "Disconnected",
        "currentFwVersion": "4.7.5" if pump["zones"] else "9682R7",
        "product": {"serialNumber": device_id.rsplit("-", maxsplit=1)[-1], "name": pump["model"]},
    }


def _f_series(pump: life.Pump, seen: life.Moment) -> list[Entry]:
    room = round(seen.room, 1) if pump["room_sensor"] else _NO_SENSOR
    return [
        _measured("40004", "Current outd temp (BT1)", "°C", seen.outdoor),
        _measured("40008", "Supply line (BT2)", "°C", seen.supply),
        _measured("40033", "Room tem\u00adperature (BT50)", "°C", room),
        _measured("40047", "Supply line (BT61)", "°C", _NO_SENSOR),
        _measured("40940", "Degree minutes", "", -120.0, writable=True),
        _measured("40940", "Degree minutes", "", -120.0, writable=True),
        _measured("41778", "Current com\u00adpressor fre\u00adquency", "Hz", seen.frequency),
        _named("43427", "Status com\u00adpressor", seen.compressor, _COMPRESSOR),
        _named("49994", "Priority", seen.priority, _PRIORITIES),
        _named("50004", "Tempo\u00adrary lux", 0, _SWITCH, writable=True),
        _limited(
            "47011", "Heating offset climate system 1", "", pump["offset"], (-10, 10, 1, "1"), "sh-indoorSpOffsHeat"
        ),
        _limited(
            "47398",
            "Room sensor set point value heating climate system 1",
            "°C",
            pump["heat"],
            (50.0, 350.0, 5.0, "0.1"),
        ),
        {**_measured("99000", "Excluded", "", 0.0), "value": "Hello", "strVal": "Hello"},
    ]


def _s_series(pump: life.Pump, seen: life.Moment) -> list[Entry]:
    room = round(seen.room, 1) if pump["room_sensor"] else _NO_SENSOR
    heat = _limited(
        "47751",
        "Room sen\u00adsor set point: Climate system 1",
        "°C",
        seen.heat_setpoint,
        (50, 350, 5, "0.1"),
        "sh-indoorSpHeat",
    )
    return [
        _measured("4", "Current outdoor temperature (BT1)", "°C", seen.outdoor, "sh-outdoorTemp"),
        _measured("8", "Supply line (BT2)", "°C", seen.supply, "sh-supplyTemp"),
        _measured("44", "Return line (BT62)", "°C", _NO_SENSOR, "sh-returnTemp"),
        _named("1965", "Oper\u00adating mode com\u00adpressor", seen.compressor, _COMPRESSOR),
        _measured("5927", "Current com\u00adpressor fre\u00adquency", "Hz", seen.frequency),
        {
            **_limited("22130", "Instan\u00adtaneous used power", "W", round(seen.power * 1000), (0, 9999999, 10, "1")),
            "writable": False,
        },
        {**heat, "zoneId": ZONE},
        {**_measured("48351", "Tempe\u00adrature: Climate system 1", "°C", room, "sh-indoorTemp"), "zoneId": ZONE},
        _measured("50660", "Tempe\u00adrature: BT50", "°C", room, "sh-indoorTemp"),
        _named("55000", "Priority", seen.priority, _PRIORITIES),
    ]


def _measured(number: str, name: str, unit: str, value: float, *categories: str, writable: bool = False) -> Entry:
    shown = round(value, 1)
    shown = int(shown) if shown == int(shown) else shown
    return {
        "category": "",
        "parameterId": number,
        "parameterName": name,
        "parameterUnit": unit,
        "writable": writable,
        "timestamp": "",
        "value": shown,
        "strVal": f"{shown}{unit}",
        "smartHomeCategories": list(categories),
        "minValue": None,
        "maxValue": None,
        "stepValue": 1,
        "enumValues": [],
        "scaleValue": "0.1",
        "zoneId": None,
    }


def _named(number: str, name: str, value: int, words: dict[int, str], *, writable: bool = False) -> Entry:
    enum = [{"value": str(one), "text": text, "icon": ""} for one, text in words.items()]
    point = _measured(number, name, "", value, writable=writable)
    return {**point, "strVal": words[value], "enumValues": enum, "scaleValue": "1"}


def _limited(
    number: str, name: str, unit: str, value: float, limits: tuple[float, float, float, str], *categories: str
) -> Entry:
    low, high, step, scale = limits
    point = _measured(number, name, unit, value, *categories, writable=True)
    return {**point, "minValue": low, "maxValue": high, "stepValue": step, "scaleValue": scale}
