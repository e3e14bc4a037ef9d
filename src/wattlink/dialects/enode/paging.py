"""Pages of Enode's lists: newest first, `after` leads to the older ones."""

from typing import Annotated, TypeVar

from litestar.params import FromQuery, QueryParameter

from wattlink.dialects.enode.wire import PaginationCursors
from wattlink.web.cursors.lists import Asked, Page

T = TypeVar("T")

PageSize = Annotated[
    int, QueryParameter(name="pageSize", ge=1, description="How many are wanted; at most 1,000 are given at once.")
]


def asked(after: FromQuery[str | None] = None, before: FromQuery[str | None] = None, page_size: PageSize = 50) -> Asked:
    """The page that a caller wants."""
    return Asked(size=page_size, after=after, before=before)


def cursors_of(page: Page[T]) -> PaginationCursors:
    """The cursors of a page on the wire."""
    return PaginationCursors(after=page.after, before=page.before)
