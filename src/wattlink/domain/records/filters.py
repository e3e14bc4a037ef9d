"""Conditions on documents: one rule, told to PostgreSQL as a jsonpath and applied here to what isn't a record.

A value was sent as text: it equals the same text, and the number or truth value that it writes. Of a list one entry
has to do. Order is that of numbers where the value is one, and of letters otherwise.
"""

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

TIMES = ("createdAt", "updatedAt")
"""What is compared as a time of the row, in milliseconds, and stands in no document."""


class Comparison(StrEnum):
    """How a field is compared."""

    IS = "="
    ABOVE = ">"
    BELOW = "<"


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A field, its path split at the dots, compared with a value."""

    path: tuple[str, ...]
    comparison: Comparison = Comparison.IS
    value: str

    def is_fulfilled_by(self, document: Mapping[str, Any]) -> bool:
        """Whether a document fulfils it."""
        return any(_compares(found, self.comparison, self.value) for found in _found(document, self.path))


def fulfils(document: Mapping[str, Any], conditions: Iterable[Condition]) -> bool:
    """Whether a document fulfils all of them."""
    return all(condition.is_fulfilled_by(document) for condition in conditions)


def jsonpath_of(conditions: Iterable[Condition]) -> str | None:
    """All of them as one predicate; None where there is none."""
    return " && ".join(_predicate(condition) for condition in conditions) or None


def number_of(text: str) -> float | None:
    """The number that a text writes, as JSON does."""
    try:
        number = msgspec.json.decode(text.encode(), type=float)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    return number if math.isfinite(number) else None


def _predicate(condition: Condition) -> str:
    field = "$" + "".join(f".{_quoted(part)}" for part in condition.path)
    number, sign = number_of(condition.value), condition.comparison
    if sign is not Comparison.IS:
        return f"({field} {sign} {_quoted(condition.value) if number is None else repr(number)})"
    choices = [f"{field} == {_quoted(condition.value)}"]
    if number is not None:
        choices.append(f"{field} == {number!r}")
    if condition.value in ("true", "false"):
        choices.append(f"{field} == {condition.value}")
    return f"({' || '.join(choices)})"


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _found(value: Any, path: tuple[str, ...]) -> Iterable[Any]:
    """What stands at a path; a list stands for each of its entries, as in PostgreSQL's lax mode."""
    if isinstance(value, list | tuple):
        return [found for part in value for found in _found(part, path)] if path or value else []
    if not path:
        return [value]
    return _found(value[path[0]], path[1:]) if isinstance(value, Mapping) and path[0] in value else []


def _compares(found: Any, sign: Comparison, value: str) -> bool:
    number = number_of(value)
    if isinstance(found, bool):
        return sign is Comparison.IS and value == ("true" if found else "false")
    if isinstance(found, int | float):
        return number is not None and _in_order(found, sign, number)
    return isinstance(found, str) and (sign is Comparison.IS or number is None) and _in_order(found, sign, value)


def _in_order(found: Any, sign: Comparison, wanted: Any) -> bool:
    match sign:
        case Comparison.IS:
            return bool(found == wanted)
        case Comparison.ABOVE:
            return bool(found > wanted)
        case Comparison.BELOW:
            return bool(found < wanted)
