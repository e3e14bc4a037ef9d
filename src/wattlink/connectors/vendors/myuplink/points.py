"""A device's points: what each means, scaled, and found by what it is for.

`value` comes scaled, `minValue`, `maxValue` and `stepValue` come raw. A sensor that isn't there is -32768. Ids may
come twice, values may be texts, and names hold soft hyphens.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from wattlink.base.clock import moment_of
from wattlink.connectors.devices.parts import Range
from wattlink.connectors.errors import UnexpectedAnswer

_SOFT_HYPHEN = "\u00ad"
_FREEZING, _PER_DEGREE = 32.0, 1.8  # °F
_NO_SENSOR = (-32768.0, -3276.8)  # as it comes, and scaled as values are elsewhere


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One point with a value that is a number; temperatures and their limits are in °C, whatever the unit."""

    parameter_id: str
    value: float
    unit: str
    told_at: datetime | None
    is_writable: bool
    range: Range | None
    step: float | None  # in the unit
    categories: frozenset[str]
    zone_id: str | None

    @property
    def is_celsius(self) -> bool:
        """Whether its temperatures are °C where they come from."""
        return self.unit != "°F"


class Points:
    """The points of one device."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = points

    def __iter__(self) -> Iterator[Point]:
        return iter(self._points)

    def meant_for(self, category: str) -> Point | None:
        """The first point of a smart-home category: the same for every brand."""
        return next((point for point in self._points if category in point.categories), None)

    def numbered(self, *parameter_ids: str) -> Point | None:
        """The first point with one of these ids: NIBE's own, in the order in which they are to be taken."""
        found = (point for wanted in parameter_ids for point in self._points if point.parameter_id == wanted)
        return next(found, None)


def points_of(told: Any) -> Points:
    """The points of an answer; those without a number are left out."""
    if not isinstance(told, list):
        raise UnexpectedAnswer("the points of a device aren't a list")
    made = [_point(entry) for entry in told if isinstance(entry, dict)]
    return Points([point for point in made if point is not None])


def number_of(value: Any) -> float | None:
    """A number, also one that comes as a text; None for anything else, and for a sensor that isn't there."""
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return number if number is not None and math.isfinite(number) and number not in _NO_SENSOR else None


def celsius_of(fahrenheit: float) -> float:
    """°F in °C."""
    return round((fahrenheit - _FREEZING) / _PER_DEGREE, 1)


def fahrenheit_of(celsius: float) -> float:
    """°C in °F."""
    return celsius * _PER_DEGREE + _FREEZING


def text_of(value: Any) -> str | None:
    """A text without soft hyphens; None where there is none."""
    return value.replace(_SOFT_HYPHEN, "").strip() or None if isinstance(value, str) else None


def _point(entry: dict[str, Any]) -> Point | None:
    parameter_id, value = entry.get("parameterId"), number_of(entry.get("value"))
    if not isinstance(parameter_id, str) or value is None:
        return None
    categories, zone = entry.get("smartHomeCategories"), entry.get("zoneId")
    scale, unit = number_of(entry.get("scaleValue")) or 1.0, text_of(entry.get("parameterUnit")) or ""
    return Point(
        parameter_id=parameter_id,
        value=celsius_of(value) if unit == "°F" else value,
        unit=unit,
        told_at=moment_of(entry.get("timestamp")),
        is_writable=entry.get("writable") is True,
        range=_range(entry, scale, is_celsius=unit != "°F"),
        step=_scaled(entry.get("stepValue"), scale),
        categories=frozenset(name for name in categories if isinstance(name, str))
        if isinstance(categories, list)
        else frozenset(),
        zone_id=zone if isinstance(zone, str) and zone else None,
    )


def _range(entry: dict[str, Any], scale: float, *, is_celsius: bool) -> Range | None:
    low, high = _scaled(entry.get("minValue"), scale), _scaled(entry.get("maxValue"), scale)
    if low is None or high is None or low >= high:
        return None
    return Range(min=low, max=high) if is_celsius else Range(min=celsius_of(low), max=celsius_of(high))


def _scaled(raw: Any, scale: float) -> float | None:
    number = number_of(raw)
    return None if number is None else round(number * scale, 3)
