"""Pages of lists: newest first, `after` leads to the older ones."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

from litestar.params import FromQuery, QueryParameter

from wattlink.db.database import Reader
from wattlink.dialects.platform.wire import PaginationCursors
from wattlink.domain.access.paging import PageRequest, Position
from wattlink.web.call import Call
from wattlink.web.cursors import Asked, Page, Pager

T = TypeVar("T")

PageSize = Annotated[
    int, QueryParameter(name="pageSize", ge=1, description="How many are wanted; at most 200 are given at once.")
]


def asked(after: FromQuery[str | None] = None, before: FromQuery[str | None] = None, page_size: PageSize = 50) -> Asked:
    """The page that a caller wants."""
    return Asked(size=page_size, after=after, before=before)


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


def cursors_of(page: Page[T]) -> PaginationCursors:
    """The cursors of a page on the wire."""
    return PaginationCursors(after=page.after, before=page.before)
