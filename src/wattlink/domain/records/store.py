"""SQL on record."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import OrganizationId, ProjectId, RecordId, UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.errors import NotFound
from wattlink.domain.records.filters import TIMES, Comparison, Condition, jsonpath_of, number_of
from wattlink.domain.records.model import Record, RecordKind, Wanted

_SELECT = """
    SELECT record_id, kind, organization_id, application_id, user_id, created_by, projects, users, is_for_all_users,
           name, document, created_at, updated_at
      FROM record WHERE kind = %(kind)s AND
"""
_ORGANIZATION = " organization_id = %(organization_id)s "
_PROJECT = """
    organization_id = (SELECT organization_id FROM project WHERE project_id = %(project_id)s)
    AND projects @> ARRAY[%(project_id)s::uuid]
"""
_USER = _PROJECT + " AND (users @> ARRAY[%(user_id)s::uuid] OR is_for_all_users) "
_ITSELF = " record_id = %(subject_id)s "
_REACH: Mapping[KeyKind, LiteralString] = {
    KeyKind.OPERATOR: _ORGANIZATION,
    KeyKind.APPLICATION: _PROJECT,
    KeyKind.TRUSTED: _PROJECT,
    KeyKind.USER: _USER,
    KeyKind.DEVICE: _ITSELF,
}
_ONE = " AND record_id = %(record_id)s "
_NAMED = " AND name = %(name)s "
_AMONG = " AND record_id = ANY(%(ids)s) "
_WITHIN = " AND projects @> ARRAY[%(within)s::uuid] "
_MATCHING = " AND document @@ %(filter)s::jsonpath "
_TIME: Mapping[tuple[str, Comparison], LiteralString] = {
    ("createdAt", Comparison.ABOVE): " AND created_at >= to_timestamp((%(createdAt_above)s + 1) / 1000.0) ",
    ("createdAt", Comparison.BELOW): " AND created_at < to_timestamp(%(createdAt_below)s / 1000.0) ",
    ("updatedAt", Comparison.ABOVE): " AND updated_at >= to_timestamp((%(updatedAt_above)s + 1) / 1000.0) ",
    ("updatedAt", Comparison.BELOW): " AND updated_at < to_timestamp(%(updatedAt_below)s / 1000.0) ",
}
_LAST_TIME = 253_402_300_799_000.0  # milliseconds; PostgreSQL ends later
_OLDER = """
    AND (created_at, record_id) < (%(edge_at)s::timestamptz, %(edge_id)s)
    ORDER BY created_at DESC, record_id DESC LIMIT %(limit)s
"""
_NEWER = """
    AND (created_at, record_id) > (%(edge_at)s::timestamptz, %(edge_id)s)
    ORDER BY created_at, record_id LIMIT %(limit)s
"""


async def get(
    reader: Reader, access: Access, kind: RecordKind, record_id: RecordId, *, and_lock: bool = False
) -> Record:
    """The record of this kind, if this caller may see it; perhaps held until the end of the transaction."""
    sql = _SELECT + _REACH[access.kind] + _ONE + ("FOR UPDATE" if and_lock else "")
    found = await reader.one_or_none(Record, sql, kind=kind, record_id=record_id, **_reach(access))
    if found is None:
        raise NotFound(kind, record_id)
    return found


async def get_named(reader: Reader, access: Access, kind: RecordKind, name: str, *, and_lock: bool = False) -> Record:
    """The record of this name, if this caller may see it; for kinds whose names are unique."""
    sql = _SELECT + _REACH[access.kind] + _NAMED + ("FOR UPDATE" if and_lock else "")
    found = await reader.one_or_none(Record, sql, kind=kind, name=name, **_reach(access))
    if found is None:
        raise NotFound(kind, name)
    return found


async def page(reader: Reader, access: Access, wanted: Wanted, page: PageRequest) -> list[Record]:
    """Records that a caller may see, newest first; with `before` the page that ends just before it."""
    sql, params = _narrowed(wanted)
    found = await reader.all(
        Record,
        _SELECT + _REACH[access.kind] + sql + (_NEWER if page.is_backwards else _OLDER),
        kind=wanted.kind,
        **_reach(access),
        **params,
        **page.params(),
    )
    return found[::-1] if page.is_backwards else found


async def organization_of(reader: Reader, access: Access) -> OrganizationId:
    """To which organization a caller's records belong."""
    if access.operates is not None:
        return access.operates
    found = await reader.one_or_none(
        OrganizationId,
        "SELECT organization_id FROM application WHERE application_id = %(application_id)s",
        application_id=access.application_id,
    )
    if found is None:
        raise NotFound("application", access.application_id)
    return found


async def knows_projects(reader: Reader, organization_id: OrganizationId, project_ids: Sequence[ProjectId]) -> bool:
    """Whether all of these are projects of an organization."""
    return await reader.one(
        bool,
        """
        SELECT count(*) = cardinality(%(project_ids)s::uuid[]) FROM project
         WHERE organization_id = %(organization_id)s AND project_id = ANY(%(project_ids)s)
        """,
        organization_id=organization_id,
        project_ids=list(dict.fromkeys(project_ids)),
    )


async def insert(tx: Transaction, record: Record) -> bool:
    """A new record; False where one of its kind, whose names are unique, has its name."""
    return bool(
        await tx.execute(
            """
            INSERT INTO record (record_id, kind, organization_id, application_id, user_id, created_by, projects, users,
                                is_for_all_users, name, document, created_at, updated_at)
            VALUES (%(record_id)s, %(kind)s, %(organization_id)s, %(application_id)s, %(user_id)s, %(created_by)s,
                    %(projects)s, %(users)s, %(is_for_all_users)s, %(name)s, %(document)s, %(created_at)s,
                    %(updated_at)s)
            ON CONFLICT (organization_id, name) WHERE kind = 'action_type' DO NOTHING
            """,
            **_columns(record),
        )
    )


async def update(tx: Transaction, changed: Record) -> None:
    """What a record, which is held, is now."""
    await tx.execute(
        """
        UPDATE record
           SET projects = %(projects)s, users = %(users)s, is_for_all_users = %(is_for_all_users)s, name = %(name)s,
               document = %(document)s, updated_at = %(updated_at)s
         WHERE record_id = %(record_id)s
        """,
        **_columns(changed),
    )


async def delete(tx: Transaction, record_id: RecordId) -> None:
    """Remove a record, which is held; its device key ends with it."""
    await tx.execute("DELETE FROM record WHERE record_id = %(record_id)s", record_id=record_id)


async def forget_product(tx: Transaction, organization_id: OrganizationId, product_id: RecordId) -> None:
    """The thngs of a product that goes are of none."""
    await tx.execute(
        """
        UPDATE record SET document = document - 'product'
         WHERE organization_id = %(organization_id)s AND kind = 'thng' AND document @> %(of_product)s
        """,
        organization_id=organization_id,
        of_product=Json({"product": str(product_id)}),
    )


async def delete_of_user(tx: Transaction, user_id: UserId) -> None:
    """Remove what is a user's, and the user from the scopes of the rest.

    All of it is held in one order first: two users who leave at once, each of whom sees what is the other's, can't wait
    for each other.
    """
    await tx.all(
        RecordId,
        """
        SELECT record_id FROM record WHERE user_id = %(user_id)s OR users @> ARRAY[%(user_id)s::uuid]
         ORDER BY record_id FOR UPDATE
        """,
        user_id=user_id,
    )
    await tx.execute("DELETE FROM record WHERE user_id = %(user_id)s", user_id=user_id)
    await tx.execute(
        """
        UPDATE record SET users = array_remove(users, %(user_id)s::uuid) WHERE users @> ARRAY[%(user_id)s::uuid]
        """,
        user_id=user_id,
    )


async def forget_project(tx: Transaction, project_id: ProjectId) -> None:
    """A project that goes is in no record's scopes any more; what was seen within it only, operators still see."""
    await tx.execute(
        """
        UPDATE record SET projects = array_remove(projects, %(project_id)s::uuid)
         WHERE projects @> ARRAY[%(project_id)s::uuid]
        """,
        project_id=project_id,
    )


def _reach(access: Access) -> dict[str, Any]:
    return {
        "organization_id": access.operates,
        "project_id": access.project_id,
        "user_id": access.only_user,
        "subject_id": access.subject_id,
    }


def _narrowed(wanted: Wanted) -> tuple[LiteralString, dict[str, Any]]:
    """What a list leaves out, as SQL and its parameters."""
    times = [condition for condition in wanted.conditions if condition.path[0] in TIMES]
    matching = jsonpath_of(condition for condition in wanted.conditions if condition.path[0] not in TIMES)
    sql: LiteralString = ""
    for present, clause in ((wanted.ids, _AMONG), (wanted.project_id, _WITHIN), (matching, _MATCHING)):
        if present is not None:
            sql += clause
    for condition in times:
        sql += _TIME.get((condition.path[0], condition.comparison), " AND false ")
    ids = None if wanted.ids is None else list(wanted.ids)
    return sql, {"ids": ids, "within": wanted.project_id, "filter": matching, **dict(map(_time, times))}


def _time(condition: Condition) -> tuple[str, float]:
    milliseconds = min(max(number_of(condition.value) or 0.0, 0.0), _LAST_TIME)
    return f"{condition.path[0]}_{condition.comparison.name.lower()}", milliseconds


def _columns(record: Record) -> dict[str, Any]:
    return {
        "record_id": record.record_id,
        "kind": record.kind,
        "organization_id": record.organization_id,
        "application_id": record.application_id,
        "user_id": record.user_id,
        "created_by": record.created_by,
        "projects": list(record.projects),
        "users": list(record.users),
        "is_for_all_users": record.is_for_all_users,
        "name": record.name,
        "document": Json(record.document),
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }
