"""Who may do what with which kind of record: by the kind of key, and with a user's key by its role."""

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
_PATHS: Mapping[RecordKind, str] = {
    RecordKind.THNG: "/thngs",
    RecordKind.PRODUCT: "/products",
    RecordKind.ACTION: "/actions",
    RecordKind.ACTION_TYPE: "/actions",
}


def check_may(access: Access, kind: RecordKind, letter: str, *, below: str = "") -> None:
    """Raise NotPermitted where the caller mustn't do this (c, r, u or d) with any record of the kind, or with one.

    `below` is how the path goes on, to which a role may give a permission of its own.
    """
    if letter not in _LETTERS[access.kind].get(kind, ""):
        raise NotPermitted("this key isn't for that")
    access.check(_PATHS[kind] + below, letter)


def check_owns(access: Access, record: Record) -> None:
    """Raise NotPermitted where a user only sees a record that is for all of them."""
    if access.kind is KeyKind.USER and access.only_user not in record.users:
        raise NotPermitted(f"this {record.kind} isn't the user's own")
