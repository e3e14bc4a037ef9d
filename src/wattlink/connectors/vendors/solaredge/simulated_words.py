"""A simulated inverter in the words of all vendors."""

from wattlink.connectors.devices import Kind
from wattlink.connectors.simulated_words import Word, Words, knob
from wattlink.connectors.vendors.solaredge import simulated_life as life


def _counted(device: life.Device, value: float, at: float) -> life.Device:
    return {**device, "lifetime_kwh": value, "since": at}


WORDS: Words = {
    Kind.INVERTER: {
        "name": knob("name", "text"),
        "isReachable": knob("online", "boolean"),
        "peakPower": knob("peak_kw", "number", minimum=0, maximum=100),
        "lifetimeEnergy": Word(type="number", read=life.lifetime_kwh, turn=_counted, minimum=0, maximum=1_000_000),
    }
}
