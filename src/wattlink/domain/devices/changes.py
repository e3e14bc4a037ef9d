"""What changed between two states of a device. Timestamps alone are no change."""

from typing import Any

import msgspec

from wattlink.connectors.devices import Battery, Charger, Document, Hvac, Inverter, Meter, Vehicle
from wattlink.connectors.devices.site import BatteryStatus

_TIMES = ("last_seen", "last_updated")


def changed_fields(before: Document, after: Document) -> tuple[str, ...]:
    """The top-level fields that tell something else than before."""
    if before == after:
        return ()
    return tuple(
        name
        for name in after.__struct_fields__
        if name not in _TIMES and _timeless(getattr(before, name, None)) != _timeless(getattr(after, name))
    )


def is_active(document: Document) -> bool:
    """Whether so much happens that it is worth looking more often."""
    match document:
        case Vehicle() | Charger():
            return bool(document.charge_state.is_charging)
        case Hvac():
            return document.temperature_state.is_active
        case Inverter():
            return bool(document.production_state.is_producing)
        case Battery():
            return document.charge_state.status in (BatteryStatus.CHARGING, BatteryStatus.DISCHARGING)
        case Meter():
            return False


def _timeless(value: Any) -> Any:
    if isinstance(value, msgspec.Struct) and "last_updated" in value.__struct_fields__:
        return msgspec.structs.replace(value, last_updated=None)
    return value
