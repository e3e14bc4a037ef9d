"""What each kind of key may do with which kind of record; what a role allows is seen at the door."""

from collections.abc import Mapping

from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import NotPermitted
from wattlink.domain.records.model import Record, RecordKind

_ALL = "crud"
_LETTERS: Mapping[KeyKind, Mapping[RecordKind, str]] = {
    KeyKind.OPERATOR: dict.fromkeys(RecordKind, _ALL),
    KeyKind.TRUSTED: dict.fromkeys(RecordKind, _ALL),
    KeyKind.APPLICATION: {RecordKind.PRODUCT: "r", RecordKind.ACTION: "c", RecordKind.ACTION_TYPE: "r"},
    KeyKind.USER: {**dict.fromkeys(RecordKind, _ALL), RecordKind.ACTION_TYPE: "r"},
    KeyKind.DEVICE: {RecordKind.THNG: "r"},
}


def check_may(access: Access, kind: RecordKind, letter: str) -> None:
    """Raise NotPermitted where the caller's kind of key isn't for this (c, r, u or d) with records of this kind."""
    if letter not in _LETTERS[access.kind].get(kind, ""):
        raise NotPermitted("this key isn't for that")


def check_owns(access: Access, record: Record) -> None:
    """Raise NotPermitted where a user only sees a record that is for all of them."""
    if access.kind is KeyKind.USER and access.only_user not in record.users:
        raise NotPermitted(f"this {record.kind} isn't the user's own")
