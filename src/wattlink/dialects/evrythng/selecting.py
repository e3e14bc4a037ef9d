"""Which documents of a short list are shown: conditions, ids and pages, seen on what is answered."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.evrythng.listing import Asked
from wattlink.domain.records.filters import Comparison, Condition, fulfils

T = TypeVar("T", bound=msgspec.Struct)


def selected(asked: Asked, documents: Sequence[T]) -> tuple[list[T], int]:
    """The page of the documents, which come newest first, that fulfil every condition; and how many do at all."""
    ids = None if asked.ids is None else {id_of(row_id) for row_id in asked.ids}
    conditions = [
        Condition(path=tuple(each.name.split(".")), comparison=Comparison(each.operator), value=each.value)
        for each in asked.conditions
    ]
    found = [document for document in documents if _fits(document, conditions, ids)]
    if asked.is_ascending:
        found.reverse()
    return found[asked.offset : asked.offset + asked.per_page], len(found)


def _fits(document: msgspec.Struct, conditions: Sequence[Condition], ids: set[str] | None) -> bool:
    said = msgspec.to_builtins(document)
    return (ids is None or said["id"] in ids) and fulfils(said, conditions)
