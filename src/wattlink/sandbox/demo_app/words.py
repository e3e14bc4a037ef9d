"""How the app says things: states, times and the Markdown of interventions."""

import re
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from wattlink.connectors.registry import manifests

_POWER = {
    "UNKNOWN": "Unknown",
    "UNPLUGGED": "Not plugged in",
    "PLUGGED_IN:INITIALIZING": "Starting",
    "PLUGGED_IN:CHARGING": "Charging",
    "PLUGGED_IN:STOPPED": "Plugged in, waiting",
    "PLUGGED_IN:COMPLETE": "Charged",
    "PLUGGED_IN:NO_POWER": "Plugged in, no power",
    "PLUGGED_IN:FAULT": "Charging fault",
    "PLUGGED_IN:DISCHARGING": "Giving power back",
}
_STATUS = {
    "CHARGING": "Charging",
    "DISCHARGING": "Powering the home",
    "IDLE": "Resting",
    "FAULT": "Fault",
    "UNKNOWN": "Unknown",
}
_OPERATION = {
    "IMPORT_FOCUS": "Charging from the grid",
    "EXPORT_FOCUS": "Feeding the grid",
    "TIME_OF_USE": "By the price",
    "SELF_RELIANCE": "Self-powered",
    "IDLE": "Resting",
    "UNKNOWN": "Unknown",
}
_MODE = {"UNKNOWN": "Unknown", "OFF": "Off", "AUTO": "Automatic", "COOL": "Cooling", "HEAT": "Heating"}
_KINDS = {
    "vehicle": "vehicles",
    "charger": "chargers",
    "hvac": "heating and cooling",
    "inverter": "solar inverters",
    "battery": "batteries",
    "meter": "meters",
}


def power(state: str) -> str:
    """A `powerDeliveryState` in words."""
    return _POWER.get(state, state)


def status(state: str | None) -> str:
    """A battery's `status` in words."""
    return _STATUS.get(state or "UNKNOWN", str(state))


def operation(mode: str | None) -> str:
    """A battery's `operationMode` in words."""
    return _OPERATION.get(mode or "UNKNOWN", str(mode))


def mode(mode: str) -> str:
    """A thermostat's `mode` in words."""
    return _MODE.get(mode, mode)


def kinds(kind: str) -> str:
    """Devices of a kind."""
    return _KINDS.get(kind, kind)


def number(value: float | None, unit: str = "", digits: int = 3) -> str:
    """A value to so many digits, with its unit; a dash where it isn't known."""
    if value is None:
        return "–"
    shown = f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:.{digits}g}"
    return f"{shown} {unit}" if unit else shown


def brand(vendor: str) -> str:
    """A vendor, by our name of it or by the API's, as people write it."""
    for ours, manifest in manifests().items():
        if vendor in (ours, *manifest.names.get("enode", {}).values()):
            return manifest.name
    return vendor


def ago(moment: datetime, now: datetime) -> str:
    """How long ago something was."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < 5:
        return "just now"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def duration(minutes: float) -> str:
    """A length of time."""
    hours, rest = divmod(int(timedelta(minutes=minutes).total_seconds()) // 60, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def markdown(text: str) -> Markup:
    """The little Markdown of interventions as HTML: paragraphs, numbered lists, bold words, line breaks."""
    blocks = re.split(r"\n\s*\n", re.sub(r"<br\s*/?>", "\n", text).strip())
    return Markup("").join(_block(block.strip()) for block in blocks)


def _block(block: str) -> Markup:
    steps = re.split(r"(?:^|\n)\d+\.\s+", block)
    if len(steps) > 1 and not steps[0]:
        listed = Markup("").join(Markup("<li>{}</li>").format(_bold(step.strip())) for step in steps[1:])
        return Markup("<ol>{}</ol>").format(listed)
    return Markup("<p>{}</p>").format(_bold(block))


def _bold(text: str) -> Markup:
    parts = re.split(r"\*\*(.+?)\*\*", text)
    return Markup("").join(
        Markup("<strong>{}</strong>").format(part) if odd % 2 else escape(part) for odd, part in enumerate(parts)
    )
