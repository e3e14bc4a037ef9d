"""Walking through a list by cursors: every row once, in both directions, and only with one's own cursors."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from wattlink.base.ids import new_id
from wattlink.base.vault import Vault
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest, Position
from wattlink.domain.errors import InvalidInput
from wattlink.web.cursors.lists import Asked, Page, Pager

_START = datetime(2026, 1, 1, tzinfo=UTC)
_ROWS = [Position(_START + timedelta(microseconds=at // 3), UUID(int=at)) for at in range(25)]  # three at a time
_VAULT = Vault({"k": bytes(32)})


def pager(application: ApplicationId | None = None) -> Pager:
    return Pager(_VAULT, Access(applications=(application or ApplicationId(UUID(int=7)),)))


def find(request: PageRequest) -> list[Position]:
    """What a store does, on the list above."""
    newest_first = sorted(_ROWS, key=_key, reverse=True)
    if request.before is not None:
        edge = _key(request.before)
        return [row for row in newest_first if _key(row) > edge][-request.limit :]
    edge = _key(request.after) if request.after else (datetime.max.replace(tzinfo=UTC), UUID(int=0))
    return [row for row in newest_first if _key(row) < edge][: request.limit]


def _key(row: Position) -> tuple[datetime, UUID]:
    return row.created_at, row.row_id


def page(asked: Asked) -> Page[Position]:
    request = pager().request(asked)
    return pager().page(request, find(request), lambda row: row)


@pytest.mark.parametrize("size", [1, 4, 5, 24, 25, 26])
def test_there_and_back_meets_every_row_once(size: int) -> None:
    there = [page(Asked(size=size))]
    while there[-1].after:
        there.append(page(Asked(size=size, after=there[-1].after)))
    assert [row for part in there for row in part.rows] == sorted(_ROWS, key=_key, reverse=True)
    assert there[0].before is None
    back = [there[-1]]
    while back[-1].before:
        back.append(page(Asked(size=size, before=back[-1].before)))
    assert [row for part in back[::-1] for row in part.rows] == sorted(_ROWS, key=_key, reverse=True)


def test_an_empty_list_has_no_neighbours() -> None:
    request = pager().request(Asked())
    assert pager().page(request, [], lambda row: row) == Page(rows=[], after=None, before=None)


def test_a_cursor_is_its_application_s_own() -> None:
    cursor = page(Asked(size=1)).after
    with pytest.raises(InvalidInput):
        pager(ApplicationId(new_id())).request(Asked(after=cursor))


@pytest.mark.parametrize("cursor", ["", "x", "€", "A" * 54, "2023-07-18T10:08:02.373Z"])
def test_an_invented_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        pager().request(Asked(after=cursor))


def test_a_changed_cursor_is_refused() -> None:
    cursor = page(Asked(size=1)).after
    assert cursor is not None
    with pytest.raises(InvalidInput):
        pager().request(Asked(after=("B" if cursor[0] == "A" else "A") + cursor[1:]))


def test_one_direction_at_a_time() -> None:
    cursor = page(Asked(size=1)).after
    with pytest.raises(InvalidInput):
        pager().request(Asked(after=cursor, before=cursor))


def test_no_page_is_larger_than_the_server_bears() -> None:
    assert pager().request(Asked(size=10**9)).limit == 1_001
