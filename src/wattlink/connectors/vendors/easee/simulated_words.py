"""A simulated charger in the words of all vendors."""

from wattlink.connectors.devices import Kind
from wattlink.connectors.simulated_words import Word, Words, knob, switches
from wattlink.connectors.vendors.easee import simulated_life as life

_OWNER, _GUEST = 1, 3


def _plug(device: life.Device, value: bool, at: float) -> life.Device:
    if value == (device["car"] != "away"):
        return device
    return life.plugged_in(device, at) if value else life.driven_off(device, at)


def _charge(device: life.Device, value: bool, at: float) -> life.Device:
    if value:
        device = {**_plug(device, True, at), "enabled": True}
        wants = max(device["wants_kwh"], 20.0)
        return {**device, "car": "charging", "wants_kwh": wants}
    return {**device, "car": "waiting"} if device["car"] == "charging" else device


def _reach(device: life.Device, value: bool, at: float) -> life.Device:  # noqa: ARG001 - `set_devices` notes when
    return {**device, "online": value}


WORDS: Words = {
    Kind.CHARGER: {
        "name": knob("name", "text"),
        "isReachable": Word(type="boolean", read=lambda device, _: device["online"], turn=_reach),
        "interventions": switches(
            {"switched_off": ("enabled", False, True), "not_owner": ("access_level", _GUEST, _OWNER)}
        ),
        "maxCurrent": knob("max_amps", "number", minimum=0, maximum=32),
        "isPluggedIn": Word(type="boolean", read=lambda device, _: device["car"] != "away", turn=_plug),
        "isCharging": Word(type="boolean", read=lambda device, _: life.is_charging(device), turn=_charge),
        "sessionEnergy": knob("session_kwh", "number", minimum=0, maximum=1000),
        "lifetimeEnergy": knob("lifetime_kwh", "number", minimum=0, maximum=1_000_000),
    }
}
