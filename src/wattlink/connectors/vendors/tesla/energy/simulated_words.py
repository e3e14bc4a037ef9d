"""The simulated devices of a home in the words of all vendors. Its battery is counted up to now beforehand."""

from wattlink.connectors.devices import Kind
from wattlink.connectors.simulated_words import Word, Words, knob, switches
from wattlink.connectors.vendors.tesla.energy.capabilities import MODES

_THEIRS = {ours.value: theirs for theirs, ours in MODES.items()}

_NAME = knob("name", "text")
_REACHABLE = Word(
    type="boolean",
    read=lambda part, _: not part["offline"],
    turn=lambda part, value, _: {**part, "offline": not value},
)
_LEVEL = Word(
    type="number",
    read=lambda battery, _: round(battery["level"], 3),
    turn=lambda battery, value, at: {**battery, "level": float(value), "level_at": at},
    minimum=0,
    maximum=100,
)
_MODE = Word(
    type="choice",
    read=lambda battery, _: MODES[battery["mode"]].value,
    turn=lambda battery, value, _: {**battery, "mode": _THEIRS[value]},
    choices=tuple(_THEIRS),
)


WORDS: Words = {
    Kind.BATTERY: {
        "name": _NAME,
        "isReachable": _REACHABLE,
        "interventions": switches(
            {"grid_charging": ("grid_charging", False, True), "rate_plan": ("rate_plan", False, True)}
        ),
        "batteryCapacity": knob("capacity", "number", minimum=1, maximum=500),
        "batteryLevel": _LEVEL,
        "dischargeLimit": knob("reserve", "number", minimum=0, maximum=100),
        "mode": _MODE,
    },
    Kind.INVERTER: {
        "name": _NAME,
        "isReachable": _REACHABLE,
        "peakPower": knob("peak_kw", "number", minimum=0, maximum=100),
    },
    Kind.METER: {
        "name": _NAME,
        "isReachable": _REACHABLE,
        "averageLoad": knob("load_kw", "number", minimum=0, maximum=100),
    },
}
