"""What documents have in common: names in camel case, times in milliseconds, and what isn't there left out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import UNSET, UnsetType

from wattlink.dialects.evrythng.ids import id_of
from wattlink.web.app import PREFIX
from wattlink.web.bodies import decode
from wattlink.web.call import Call
from wattlink.web.openapi import camel

T = TypeVar("T")


class Payload(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """The base of what is sent to us."""


class Answer(msgspec.Struct, kw_only=True, omit_defaults=True, rename="camel"):
    """The base of what we answer; a field that is UNSET is left out."""


class Scopes(Answer):
    """Within which projects and by whom something is seen; `all` stands for everybody."""

    users: list[str]
    projects: list[str]


def created(request: Call, document: T, path: str) -> Response[T]:
    """What was made, and where it is found from now on: `path` is one of this API's."""
    return Response(document, headers={"location": f"{request.scope.get(PREFIX, '')}{path}"})


def milliseconds(moment: datetime) -> int:
    """A time as this API tells it."""
    return round(moment.timestamp() * 1000)


def told(value: T | None) -> T | UnsetType:
    """A value, or nothing."""
    return UNSET if value is None else value


def told_id(row_id: UUID | None) -> str | UnsetType:
    """An id, or nothing."""
    return UNSET if row_id is None else id_of(row_id)


async def body_of(request: Call, expected: type[T]) -> T:
    """The body, an empty one as an empty object: clients say that they send JSON and send nothing."""
    return decode(await request.body() or b"{}", expected)


def given(payload: msgspec.Struct, fields: Sequence[str]) -> dict[str, Any]:
    """Which of these fields were sent, under their outside names, as documents are kept."""
    sent = msgspec.to_builtins(payload)
    return {name: sent[name] for name in map(camel, fields) if name in sent}


def kept(document: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """Which of these fields a kept document has, under the names that they have in our structs."""
    return {name: document[camel(name)] for name in fields if camel(name) in document}


def merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A document with what was sent; null takes a field away."""
    return {name: value for name, value in {**before, **changes}.items() if value is not None}
