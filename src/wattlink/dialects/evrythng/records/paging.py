"""Pages of records: newest first unless asked otherwise, and a token leads on."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Response

from wattlink.db.database import Reader
from wattlink.dialects.evrythng import listing
from wattlink.dialects.evrythng.ids import uuid_of
from wattlink.dialects.evrythng.listing import Asked, link_to_next
from wattlink.dialects.evrythng.records.showing import REFERENCES
from wattlink.domain.access.ids import ProjectId, RecordId
from wattlink.domain.access.paging import PageRequest, Position
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.records.filters import Comparison, Condition
from wattlink.domain.records.model import RecordKind, Wanted
from wattlink.web.call import Call
from wattlink.web.cursors import lists as cursors

T = TypeVar("T")
_BEFORE_ALL = Position(datetime(1, 1, 2, tzinfo=UTC), UUID(int=0))


def wanted_of(kind: RecordKind, asked: Asked, *more: Condition) -> Wanted:
    """Which records a query asks for."""
    return Wanted(
        kind=kind,
        conditions=(*(_condition(found) for found in asked.conditions), *more),
        ids=None if asked.ids is None else tuple(RecordId(row_id) for row_id in asked.ids),
        project_id=None if asked.project_id is None else ProjectId(asked.project_id),
    )


async def paged(
    call: Call,
    asked: Asked,
    find: Callable[[Reader, PageRequest], Awaitable[Sequence[T]]],
    position: Callable[[T], Position],
    show: Callable[[T], Any],
) -> Response[Any]:
    """The page of what `find` finds, newest first, each of them shown."""
    pager = cursors.Pager(call.hub.vault, call.access)
    sent = {"before" if asked.is_ascending else "after": asked.token}
    try:
        request = pager.request(cursors.Asked(size=asked.per_page, **sent))
    except InvalidInput as error:
        raise InvalidInput("next_page_token", error.problem) from None
    if asked.is_ascending and asked.token is None:
        request = msgspec.structs.replace(request, before=_BEFORE_ALL)
    async with call.hub.db.read() as reader:
        page = pager.page(request, await find(reader, request), position)
    rows = page.rows[::-1] if asked.is_ascending else page.rows
    token = page.before if asked.is_ascending else page.after
    headers = {} if token is None else {"link": link_to_next(call, nextPageToken=token)}
    return Response([show(row) for row in rows], headers=headers)


def about(field: str, row_id: UUID) -> Condition:
    """The condition that a record refers to another one."""
    return Condition(path=(field,), value=str(row_id))


def _condition(found: listing.Condition) -> Condition:
    value = found.value
    if found.name in REFERENCES:
        try:
            value = str(uuid_of(found.name, value))
        except NotFound:
            value = ""  # nobody's
    return Condition(path=tuple(found.name.split(".")), comparison=Comparison(found.operator), value=value)
