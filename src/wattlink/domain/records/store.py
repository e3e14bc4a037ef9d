"""SQL on record and record_seen."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import OrganizationId, ProjectId, RecordId, UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import NotFound
from wattlink.domain.records.model import Record, RecordKind

COLUMNS: LiteralString = """
    record_id, record.kind, organization_id, application_id, user_id, created_by, projects, users, is_for_all_users,
    name, document, record.created_at, updated_at
"""
SELECT: LiteralString = "SELECT " + COLUMNS + " FROM record WHERE kind = %(kind)s AND "  # noqa: S608
_ORGANIZATION: LiteralString = " organization_id = %(organization_id)s "
_PROJECT: LiteralString = " projects @> ARRAY[%(project_id)s::uuid] "
_USER: LiteralString = _PROJECT + " AND (users @> ARRAY[%(user_id)s::uuid] OR is_for_all_users) "
_ITSELF: LiteralString = " record_id = %(subject_id)s "
REACH: Mapping[KeyKind, LiteralString] = {
    KeyKind.OPERATOR: _ORGANIZATION,
    KeyKind.APPLICATION: _PROJECT + " AND is_for_all_users ",
    KeyKind.TRUSTED: _PROJECT,
    KeyKind.USER: _USER,
    KeyKind.DEVICE: _ITSELF,
}
_ONE = " AND record_id = %(record_id)s "
_NAMED = " AND name = %(name)s "
_ALL_USERS = UUID(int=0)


async def get(
    reader: Reader, access: Access, kind: RecordKind, record_id: RecordId, *, and_lock: bool = False
) -> Record:
    """The record of this kind, if this caller may see it; perhaps held until the end of the transaction."""
    sql = SELECT + REACH[access.kind] + _ONE + ("FOR UPDATE" if and_lock else "")
    found = await reader.one_or_none(Record, sql, kind=kind, record_id=record_id, **reach(access))
    if found is None:
        raise NotFound(kind, record_id)
    return found


async def get_named(reader: Reader, access: Access, kind: RecordKind, name: str, *, and_lock: bool = False) -> Record:
    """The record of this name, if this caller may see it; for kinds whose names are unique."""
    sql = SELECT + REACH[access.kind] + _NAMED + ("FOR UPDATE" if and_lock else "")
    found = await reader.one_or_none(Record, sql, kind=kind, name=name, **reach(access))
    if found is None:
        raise NotFound(kind, name)
    return found


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
    inserted = await tx.execute(
        """
        INSERT INTO record (record_id, kind, organization_id, application_id, user_id, created_by, projects, users,
                            is_for_all_users, name, document, created_at, updated_at)
        VALUES (%(record_id)s, %(kind)s, %(organization_id)s, %(application_id)s, %(user_id)s, %(created_by)s,
                %(projects)s, %(users)s, %(is_for_all_users)s, %(name)s, %(document)s, %(created_at)s, %(updated_at)s)
        ON CONFLICT (organization_id, name) WHERE kind = 'action_type' DO NOTHING
        """,
        **_columns(record),
    )
    if inserted:
        await _show(tx, record)
    return bool(inserted)


async def update(tx: Transaction, changed: Record, before: Record) -> None:
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
    if changed.scopes != before.scopes:
        await tx.execute("DELETE FROM record_seen WHERE record_id = %(record_id)s", record_id=changed.record_id)
        await _show(tx, changed)


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
    await tx.execute("DELETE FROM record_seen WHERE seen_by = %(user_id)s", user_id=user_id)


async def forget_project(tx: Transaction, project_id: ProjectId) -> None:
    """A project that goes is in no record's scopes any more; what was seen within it only, operators still see."""
    await tx.execute(
        """
        WITH held AS (
            SELECT record_id FROM record_seen WHERE seen_by = %(project_id)s AND project_id = %(project_id)s
        ), unseen AS (
            DELETE FROM record_seen USING held
             WHERE record_seen.record_id = held.record_id AND project_id = %(project_id)s
        )
        UPDATE record SET projects = array_remove(projects, %(project_id)s::uuid)
          FROM held WHERE record.record_id = held.record_id
        """,
        project_id=project_id,
    )


async def _show(tx: Transaction, record: Record) -> None:
    """Let those see a record who are in its scopes."""
    seen_by: Sequence[UUID] = [_ALL_USERS] if record.is_for_all_users else list(record.users)
    await tx.execute(
        """
        INSERT INTO record_seen (seen_by, project_id, kind, created_at, record_id)
        SELECT DISTINCT coalesce(seen_by, project_id), project_id, %(kind)s, %(created_at)s::timestamptz,
                        %(record_id)s::uuid
          FROM unnest(%(projects)s::uuid[]) AS project_id, unnest(%(seen_by)s::uuid[] || NULL::uuid) AS seen_by
        """,
        kind=record.kind,
        created_at=record.created_at,
        record_id=record.record_id,
        projects=list(record.projects),
        seen_by=seen_by,
    )


def reach(access: Access) -> dict[str, Any]:
    """The parameters of `REACH`."""
    return {
        "organization_id": access.operates,
        "project_id": access.project_id,
        "user_id": access.only_user,
        "subject_id": access.subject_id,
        "all_users": _ALL_USERS,
    }


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
