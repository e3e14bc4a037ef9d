"""Who may make a record of a kind, and whose it has to be to be changed; the rest says the door of each address."""

from collections.abc import Mapping

from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import NotPermitted
from wattlink.domain.records.model import Record, RecordKind

_MAKERS: Mapping[RecordKind, frozenset[KeyKind]] = {
    RecordKind.THNG: frozenset({KeyKind.OPERATOR, KeyKind.TRUSTED, KeyKind.USER}),
    RecordKind.PRODUCT: frozenset({KeyKind.OPERATOR, KeyKind.TRUSTED, KeyKind.USER}),
    RecordKind.ACTION: frozenset({KeyKind.OPERATOR, KeyKind.TRUSTED, KeyKind.APPLICATION, KeyKind.USER}),
    RecordKind.ACTION_TYPE: frozenset({KeyKind.OPERATOR, KeyKind.TRUSTED}),
}


def check_may_make(access: Access, kind: RecordKind) -> None:
    """Raise NotPermitted where the caller's kind of key makes no records of this kind."""
    if access.kind not in _MAKERS[kind]:
        raise NotPermitted("this key isn't for that")


def check_owns(access: Access, record: Record) -> None:
    """Raise NotPermitted where a user only sees a record that is for all of them."""
    if access.kind is KeyKind.USER and access.only_user not in record.users:
        raise NotPermitted(f"this {record.kind} isn't the user's own")
