"""What a record may say of itself."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from wattlink.db.database import Reader
from wattlink.domain.access.ids import RecordId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists, InvalidInput
from wattlink.domain.records import store
from wattlink.domain.records.model import RecordKind

MOST_LETTERS = 256  # of a name
PREDEFINED = (
    "checkins",
    "comments",
    "commissions",
    "decommissions",
    "encodings",
    "implicitScans",
    "invalidScans",
    "scans",
    "shares",
)
"""The action types that every organization has."""

_CUSTOM = re.compile(r"_[A-Za-z0-9_.-]{1,100}")


async def check(
    reader: Reader,
    access: Access,
    kind: RecordKind,
    document: Mapping[str, Any],
    *,
    before: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Raise InvalidInput for what no record of this kind can say, NotFound for a product that isn't within reach.

    A product that was there `before` may be out of it: a device sees nothing but itself.
    """
    if kind is not RecordKind.ACTION:
        _check_name(kind, document.get("name"))
    if kind is RecordKind.ACTION_TYPE:
        _check_type(str(document["name"]))
    if kind is RecordKind.THNG and document.get("product", before.get("product")) != before.get("product"):
        await store.get(reader, access, RecordKind.PRODUCT, RecordId(UUID(document["product"])))


def _check_name(kind: RecordKind, name: Any) -> None:
    if not isinstance(name, str) or not name.strip():
        raise InvalidInput(f"{kind}.name", "cannot be blank")
    if len(name) > MOST_LETTERS:
        raise InvalidInput(f"{kind}.name", f"must have {MOST_LETTERS} characters at most")


def _check_type(name: str) -> None:
    if name in PREDEFINED:
        raise AlreadyExists(f"action type {name!r}")
    if not _CUSTOM.fullmatch(name):
        raise InvalidInput("action_type.name", "must begin with an underscore, and have letters, digits, _, . or -")
