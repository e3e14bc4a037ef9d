"""Request bodies: JSON whatever the Content-Type says, and every bad field told at once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, UnsetType

T = TypeVar("T")

_PLAIN = (str, int, float, bool, datetime)


class Issue(msgspec.Struct, frozen=True):
    """A field that can't be used: its path as sent (`scopes[0]`), what is wrong, and what may stand there."""

    field: str
    message: str
    allowed: tuple[str, ...] = ()
    kind: Literal["missing", "unknown", "value"] = "value"
    place: Literal["body", "query", "path"] = "body"


class NotJson(Exception):
    """A body that isn't JSON."""


class InvalidBody(Exception):
    """JSON of another shape than is asked for."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        super().__init__(f"{len(issues)} issues")
        self.issues = tuple(issues)


class Check(msgspec.Struct, frozen=True):
    """In an annotation: a rule for text that no schema can say; gives what is wrong, or None.

    `allowed` are words for what may stand there instead.
    """

    problem_of: Callable[[str], str | None]
    allowed: tuple[str, ...] = ()


def one_of(*allowed: str) -> dict[str, Any]:
    """For `Meta(extra_json_schema=...)`: a string that must be one of these, checked here and shown in OpenAPI."""
    return {"extra": {"enum": list(allowed)}}


def decode(raw: bytes, expected: type[T]) -> T:
    """The body as a struct; raises NotJson, or InvalidBody with all its issues."""
    taken = _plainly_right(raw, expected)
    if taken is not None:
        return taken
    try:
        value = msgspec.json.decode(raw)
        issues = list(issues_of(value, expected))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson(str(error)) from None
    if issues:
        raise InvalidBody(issues)
    return msgspec.convert(value, expected)


def _plainly_right(raw: bytes, expected: type[T]) -> T | None:
    """The struct, where it is plain that nothing is wrong; None: it takes a closer look to say so."""
    if b"\\u" in raw or not (isinstance(expected, type) and issubclass(expected, msgspec.Struct)):
        return None  # an escape may hide what no text can hold
    rules = _rules_of(expected)
    if rules is None:
        return None
    try:
        taken = msgspec.json.decode(raw, type=expected)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    texts = [(value, keeps) for name, keeps in rules if isinstance(value := getattr(taken, name), str)]
    return taken if all(keeps(value) for value, keeps in texts) else None


@cache
def _rules_of(kind: type[msgspec.Struct]) -> tuple[tuple[str, Callable[[str], bool]], ...] | None:
    """Attributes with a rule that msgspec doesn't know, and whether a text keeps it; None where one stands deeper."""
    fields = {field.name: list(_parts(field.type)) for field in msgspec.structs.fields(kind)}
    if not all(_is_plain(part) for parts in fields.values() for part in parts):
        return None
    return tuple(
        (name, keeps) for name, parts in fields.items() for part in parts if (keeps := _rule(part)) is not None
    )


def _rule(part: Any) -> Callable[[str], bool] | None:
    if isinstance(part, Check):
        return lambda text: part.problem_of(text) is None
    if isinstance(part, msgspec.Meta) and (allowed := allowed_in(part)):
        return lambda text: text in allowed
    return None


def _is_plain(part: Any) -> bool:
    """Whether nothing about this part of an annotation needs a look below the attribute."""
    if get_origin(part) is list:
        return all(_is_plain(inner) and _rule(inner) is None for inner in _parts(get_args(part)[0]))
    return (
        isinstance(part, msgspec.Meta | Check)
        or get_origin(part) is Literal
        or part in _PLAIN
        or (isinstance(part, type) and issubclass(part, Enum))
    )


def issues_of(value: Any, expected: Any, field: str = "") -> Iterator[Issue]:
    """Everything that is wrong with a decoded value, seen against an annotation."""
    kind = _bare(expected)
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _issues_of_fields(value, kind, field)
    elif isinstance(value, list) and (get_origin(kind) is list or kind is Any):
        (inner,) = get_args(kind) or (Any,)
        found = [issue for at, part in enumerate(value) for issue in issues_of(part, inner, f"{field}[{at}]")]
        yield from found or _issues_of_whole(value, expected, field)
    elif isinstance(value, dict) and (get_origin(kind) is dict or kind is Any):
        yield from list(_issues_of_entries(value, kind, field)) or _issues_of_whole(value, expected, field)
    else:
        yield from _issues_of_whole(value, expected, field)


def _issues_of_entries(value: dict[str, Any], kind: Any, field: str) -> Iterator[Issue]:
    """Names are the sender's own here."""
    _, inner = get_args(kind) or (str, Any)
    for name, part in value.items():
        if not is_storable(name):
            yield Issue(field, "has a name with a character that no text can hold")
        else:
            yield from issues_of(part, inner, _path(field, name))


def _issues_of_fields(value: dict[str, Any], kind: type[msgspec.Struct], field: str) -> Iterator[Issue]:
    known = {known.encode_name: known for known in msgspec.structs.fields(kind)}
    for name, info in known.items():
        if name in value:
            yield from issues_of(value[name], info.type, _path(field, name))
        elif info.default is NODEFAULT and info.default_factory is NODEFAULT:
            yield Issue(_path(field, name), "is missing", allowed_in(info.type), "missing")
    if kind.__struct_config__.forbid_unknown_fields:
        for name in value.keys() - known.keys():
            yield Issue(_path(field, name), "isn't known here", tuple(known), "unknown")


def _issues_of_whole(value: Any, expected: Any, field: str) -> Iterator[Issue]:
    allowed = allowed_in(expected)
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        yield Issue(field, str(error).split(" - at `$")[0], allowed)
        return
    if isinstance(value, str) and allowed and value not in allowed:
        yield Issue(field, f"{value!r} isn't one of the allowed values", allowed)
    elif isinstance(value, str) and not is_storable(value):
        yield Issue(field, "holds a character that no text can hold")
    elif isinstance(value, str):
        checks = [(part.problem_of(value), part.allowed) for part in _parts(expected) if isinstance(part, Check)]
        yield from (Issue(field, problem, allowed) for problem, allowed in checks if problem is not None)


def allowed_in(expected: Any) -> tuple[str, ...]:
    """The values that an annotation, or what a list of it holds, closes itself to; none where it is open."""
    for part in _parts(expected):
        if get_origin(part) is list:
            return allowed_in(get_args(part)[0])
        if isinstance(part, msgspec.Meta) and "enum" in (part.extra_json_schema or {}).get("extra", {}):
            return tuple((part.extra_json_schema or {})["extra"]["enum"])
        if get_origin(part) is Literal:
            return tuple(str(choice) for choice in get_args(part))
        if isinstance(part, type) and issubclass(part, Enum):
            return tuple(str(member.value) for member in part)
    return ()


def is_storable(text: str) -> bool:
    """Whether PostgreSQL and UTF-8 can hold the text."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _bare(expected: Any) -> Any:
    """The one annotation below `Annotated` and `| None`."""
    kinds = [part for part in _parts(expected) if not isinstance(part, msgspec.Meta | Check)]
    return kinds[0] if len(kinds) == 1 else expected


def _parts(expected: Any) -> Iterator[Any]:
    if get_origin(expected) is Annotated:
        inner, *notes = get_args(expected)
        yield from (note for note in notes if isinstance(note, msgspec.Meta | Check))
        yield from _parts(inner)
    elif get_origin(expected) in (Union, UnionType):
        for arm in get_args(expected):
            if arm not in (NoneType, UnsetType):
                yield from _parts(arm)
    else:
        yield expected


def _path(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name
