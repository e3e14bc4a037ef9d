"""A simulated heat pump in the words of all vendors."""

from wattlink.connectors.devices import Kind
from wattlink.connectors.simulated_words import Word, Words, knob, switches
from wattlink.connectors.vendors.myuplink import simulated_life as life

_MODES = {"AUTO": "heatcool", "HEAT": "heat", "COOL": "cool", "OFF": "off", "SCHEDULE": "auto"}
_ALL_MODES, _UNSCHEDULED = "off,auto,heat,cool,heatcool", "off,heat,cool,heatcool"
_WORDS = {theirs: ours for ours, theirs in _MODES.items()}


def _mode(pump: life.Pump, at: float) -> str:  # noqa: ARG001
    return _WORDS[pump["mode"]] if pump["zones"] else "HEAT"


def _measure(pump: life.Pump, value: float, at: float) -> life.Pump:
    return {**pump, "room": float(value), "since": at}


def _aim(pump: life.Pump, value: float, at: float) -> life.Pump:
    """What it is set to; one that follows its schedule is held from now on."""
    held = "heat" if pump["mode"] == "auto" else pump["mode"]
    return life.settled(pump, at, heat=float(value), mode=held)


def _missing(pump: life.Pump, at: float) -> list[str]:  # noqa: ARG001
    return [] if "auto" in pump["modes"] else ["set_follow_schedule"]


def _take_away(pump: life.Pump, missing: list[str], at: float) -> life.Pump:
    """Without a schedule to follow, it holds what it is at now."""
    if not missing:
        return {**pump, "modes": _ALL_MODES}
    held = _aim(pump, life.heat_setpoint(pump, at), at)
    return {**held, "modes": _UNSCHEDULED}


WORDS: Words = {
    Kind.HVAC: {
        "name": knob("name", "text"),
        "isReachable": knob("connected", "boolean"),
        "interventions": switches({"premium": ("premium", False, True), "room_sensor": ("room_sensor", False, True)}),
        "missingCapabilities": Word(type="choices", read=_missing, turn=_take_away, choices=("set_follow_schedule",)),
        "mode": Word(
            type="choice",
            read=_mode,
            turn=lambda pump, value, at: life.settled(pump, at, mode=_MODES[value]),
            choices=tuple(_MODES),
        ),
        "currentTemperature": Word(
            type="number",
            read=lambda pump, at: round(life.moment(pump, at).room, 3),
            turn=_measure,
            minimum=0,
            maximum=40,
        ),
        "targetTemperature": Word(type="number", read=life.heat_setpoint, turn=_aim, minimum=5, maximum=35),
    }
}
