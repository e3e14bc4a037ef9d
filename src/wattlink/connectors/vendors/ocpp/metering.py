"""Meter values of both versions, as far as a charger's state needs them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any, NamedTuple

_POWER, _ENERGY = "Power.Active.Import", "Energy.Active.Import.Register"
_KILO = 1000.0
_ELSEWHERE = frozenset({"Inlet", "EV", "Body"})
_TOTAL = frozenset({None, ""})
_PHASES = frozenset({"L1", "L2", "L3", "L1-N", "L2-N", "L3-N"})
_FURTHEST = 1e9


class Measured(NamedTuple):
    """Power in kW, the meter's reading in kWh; None where nothing is said of it."""

    power: float | None
    energy: float | None
    at: datetime | None


def measured(values: Sequence[Mapping[str, Any]]) -> Measured:
    """What the newest of these meter values that says something says."""
    power = energy = at = None
    for value in sorted(values, key=lambda found: str(found.get("timestamp", ""))):
        samples = value.get("sampled_value", [])
        power = _of(samples, _POWER, power)
        energy = _of(samples, _ENERGY, energy)
        at = moment(value.get("timestamp")) or at
    return Measured(power, energy, at)


def _of(samples: Iterable[Mapping[str, Any]], measurand: str, before: float | None) -> float | None:
    """The total if there is one, else the sum of the phases; in thousands."""
    phases: dict[str, float] = {}
    for sample in samples:
        if sample.get("measurand", _ENERGY) != measurand or sample.get("location") in _ELSEWHERE:
            continue
        value = _number(sample)
        if value is None:
            continue
        if sample.get("phase") in _TOTAL:
            return value
        if sample.get("phase") in _PHASES:
            phases[str(sample["phase"])[:2]] = value
    return sum(phases.values()) if phases else before


def _number(sample: Mapping[str, Any]) -> float | None:
    unit = sample.get("unit_of_measure") or {"unit": sample.get("unit")}
    try:
        value = float(sample["value"]) * 10.0 ** int(unit.get("multiplier", 0))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if str(unit.get("unit") or "").lower() not in ("kw", "kwh"):
        value /= _KILO
    return value if isfinite(value) and abs(value) < _FURTHEST else None


def moment(text: object) -> datetime | None:
    """A time as charge points write it; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(str(text))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):  # a clock that was never set may stand at the beginning of all years
        return None
