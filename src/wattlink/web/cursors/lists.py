"""Cursors of paged lists: opaque, bound to the application that they were given to."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from wattlink.base.vault import Vault
from wattlink.db.database import Reader
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest, Position
from wattlink.domain.errors import InvalidInput
from wattlink.web.call import Call
from wattlink.web.cursors.opaque import OpaqueCursors

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME_BYTES, _ID_BYTES = 8, 16
_MOST = 1_000


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller asks of a list."""

    size: int = 50
    after: str | None = None
    before: str | None = None


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Rows of a page, and where the pages beside it begin; None where there is none."""

    rows: Sequence[T]
    after: str | None
    before: str | None


class Pager:
    """Reads and makes the cursors of one caller."""

    def __init__(self, vault: Vault, access: Access) -> None:
        reach = f"{access.operates or access.application_id}{access.only_user or ''}"
        self._cursors = OpaqueCursors(vault, f"cursor:{reach}")

    def request(self, asked: Asked) -> PageRequest:
        """One row more than asked for, which tells whether there is another page. Raises InvalidInput."""
        if asked.after is not None and asked.before is not None:
            raise InvalidInput("before", "can't stand together with `after`")
        return PageRequest(
            limit=min(asked.size, _MOST) + 1,
            after=None if asked.after is None else self._position("after", asked.after),
            before=None if asked.before is None else self._position("before", asked.before),
        )

    def page(self, request: PageRequest, found: Sequence[T], position: Callable[[T], Position]) -> Page[T]:
        """What was found for a request, newest first, without the row too many."""
        has_more = len(found) == request.limit
        if request.before is not None:
            rows = found[1:] if has_more else found
            is_older, is_newer = bool(rows), has_more
        else:
            rows = found[:-1] if has_more else found
            is_older, is_newer = has_more, request.after is not None and bool(rows)
        return Page(
            rows=rows,
            after=self._cursor(position(rows[-1])) if is_older else None,
            before=self._cursor(position(rows[0])) if is_newer else None,
        )

    def _cursor(self, position: Position) -> str:
        since = (position.created_at - _EPOCH) // timedelta(microseconds=1)
        return self._cursors.write(since.to_bytes(_TIME_BYTES, signed=True) + position.row_id.bytes)

    def _position(self, field: str, cursor: str) -> Position:
        place = self._cursors.read(cursor, field=field, length=_TIME_BYTES + _ID_BYTES)
        since = int.from_bytes(place[:_TIME_BYTES], signed=True)
        return Position(_EPOCH + timedelta(microseconds=since), UUID(bytes=place[_TIME_BYTES:]))


async def page_of(
    call: Call,
    asked: Asked,
    find: Callable[[Reader, PageRequest], Awaitable[Sequence[T]]],
    position: Callable[[T], Position],
) -> Page[T]:
    """A page of what `find` finds."""
    pager = Pager(call.hub.vault, call.access)
    request = pager.request(asked)
    async with call.hub.db.read() as reader:
        found = await find(reader, request)
    return pager.page(request, found, position)
