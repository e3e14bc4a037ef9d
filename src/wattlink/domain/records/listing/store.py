"""SQL that reads pages of record.

Who sees few records among many reads `record_seen` in its order. Where a list is narrowed by what records say, the
indexes on that come first, and who sees it second; but what a user sees by name is always few.
"""

from collections.abc import Mapping
from typing import Any, LiteralString

from wattlink.db.database import Reader
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.records.filters import TIMES, Comparison, Condition, jsonpath_of, number_of
from wattlink.domain.records.model import Record, Wanted
from wattlink.domain.records.store import COLUMNS, REACH, SELECT, reach

_SEEN: LiteralString = (
    "SELECT "  # noqa: S608 - constants
    + COLUMNS
    + " FROM record_seen AS seen JOIN record USING (record_id)"
    + " WHERE seen_by = %(seen_by)s AND project_id = %(project_id)s AND seen.kind = %(kind)s "
)
_IN_PROJECT: LiteralString = """
    organization_id = (SELECT organization_id FROM project WHERE project_id = %(project_id)s)
    AND projects @> ARRAY[%(project_id)s::uuid]
"""
_OF_ALL_USERS = " AND is_for_all_users "
_AMONG = " AND record_id = ANY(%(ids)s) "
_NAMED = " AND name = %(name)s "
_WITHIN = " AND projects @> ARRAY[%(within)s::uuid] "
_MATCHING = " AND document @@ %(filter)s::jsonpath "
_TIME: Mapping[tuple[str, Comparison], LiteralString] = {
    ("createdAt", Comparison.ABOVE): " AND record.created_at >= to_timestamp((%(createdAt_above)s + 1) / 1000.0) ",
    ("createdAt", Comparison.BELOW): " AND record.created_at < to_timestamp(%(createdAt_below)s / 1000.0) ",
    ("updatedAt", Comparison.ABOVE): " AND updated_at >= to_timestamp((%(updatedAt_above)s + 1) / 1000.0) ",
    ("updatedAt", Comparison.BELOW): " AND updated_at < to_timestamp(%(updatedAt_below)s / 1000.0) ",
}
_LAST_TIME = 253_402_300_799_000.0  # milliseconds; PostgreSQL ends later
_OLDER: LiteralString = " AND (record.created_at, record_id) < (%(edge_at)s::timestamptz, %(edge_id)s)"
_NEWER: LiteralString = " AND (record.created_at, record_id) > (%(edge_at)s::timestamptz, %(edge_id)s)"
_DOWN: LiteralString = " ORDER BY record.created_at DESC, record_id DESC LIMIT %(limit)s"
_UP: LiteralString = " ORDER BY record.created_at, record_id LIMIT %(limit)s"


async def page(reader: Reader, access: Access, wanted: Wanted, page: PageRequest) -> list[Record]:
    """Records that a caller may see, newest first; with `before` the page that ends just before it."""
    narrowing, params = _narrowed(wanted)
    edge, order = (_NEWER, _UP) if page.is_backwards else (_OLDER, _DOWN)
    is_searched = params["filter"] is not None or (wanted.name is not None and access.kind is not KeyKind.USER)
    sql = _page(access.kind, narrowing + edge, order, is_searched=is_searched)
    found = await reader.all(Record, sql, kind=wanted.kind, **reach(access), **params, **page.params())
    return found[::-1] if page.is_backwards else found


def _page(kind: KeyKind, narrowing: LiteralString, order: LiteralString, *, is_searched: bool) -> LiteralString:
    """The statement of a page, as far as this kind of key sees."""
    seen = _SEEN + (narrowing + order).replace("record.created_at", "seen.created_at")
    searched = SELECT + _IN_PROJECT + narrowing
    if kind is KeyKind.USER:
        own = seen.replace("%(seen_by)s", "%(user_id)s")
        others = searched + _OF_ALL_USERS + order if is_searched else seen.replace("%(seen_by)s", "%(all_users)s")
        last = order.replace("record.created_at", "created_at")
        return "SELECT * FROM ((" + own + ") UNION ALL (" + others + ")) AS found " + last  # noqa: S608 - constants
    if kind is KeyKind.APPLICATION:
        return searched + _OF_ALL_USERS + order if is_searched else seen.replace("%(seen_by)s", "%(all_users)s")
    if kind is KeyKind.TRUSTED:
        return searched + order if is_searched else seen.replace("%(seen_by)s", "%(project_id)s")
    return SELECT + REACH[kind] + narrowing + order


def _narrowed(wanted: Wanted) -> tuple[LiteralString, dict[str, Any]]:
    """What a list leaves out, as SQL and its parameters."""
    times = [condition for condition in wanted.conditions if condition.path[0] in TIMES]
    params: dict[str, Any] = {
        "ids": None if wanted.ids is None else list(wanted.ids),
        "name": wanted.name,
        "within": wanted.project_id,
        "filter": jsonpath_of(condition for condition in wanted.conditions if condition.path[0] not in TIMES),
    }
    sql: LiteralString = ""
    for name, clause in (("ids", _AMONG), ("name", _NAMED), ("within", _WITHIN), ("filter", _MATCHING)):
        if params[name] is not None:
            sql += clause
    for condition in times:
        sql += _TIME.get((condition.path[0], condition.comparison), " AND false ")
    return sql, {**params, **dict(map(_time, times))}


def _time(condition: Condition) -> tuple[str, float]:
    milliseconds = min(max(number_of(condition.value) or 0.0, 0.0), _LAST_TIME)
    return f"{condition.path[0]}_{condition.comparison.name.lower()}", milliseconds
