"""Which documents of a short list are shown: conditions, ids and pages, seen on what is answered."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.evrythng.listing import Asked, Condition

T = TypeVar("T", bound=msgspec.Struct)


def selected(asked: Asked, documents: Sequence[T]) -> tuple[list[T], int]:
    """The page of the documents, which come newest first, that fulfil every condition; and how many do at all."""
    ids = None if asked.ids is None else {id_of(row_id) for row_id in asked.ids}
    found = [document for document in documents if _fits(document, asked.conditions, ids)]
    if asked.is_ascending:
        found.reverse()
    return found[asked.offset : asked.offset + asked.per_page], len(found)


def _fits(document: msgspec.Struct, conditions: Sequence[Condition], ids: set[str] | None) -> bool:
    said = msgspec.to_builtins(document)
    return (ids is None or said["id"] in ids) and all(holds(condition, said) for condition in conditions)


def holds(condition: Condition, document: dict[str, Any]) -> bool:
    """Whether a document fulfils a condition; of a list one element is enough, and `a.b` looks within."""
    value: Any = document
    for part in condition.name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    values = value if isinstance(value, list) else [] if value is None else [value]
    return any(_compares(condition, each) for each in values)


def _compares(condition: Condition, value: Any) -> bool:
    if condition.operator == "=":
        return str(value) == condition.value
    try:
        left, right = float(value), float(condition.value)
    except (TypeError, ValueError):
        return False
    return left > right if condition.operator == ">" else left < right
