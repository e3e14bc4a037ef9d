"""SQL on project, and on what a project shows of an application."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, OrganizationId, ProjectId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations.projects.model import Project, ProjectApplication

_APPLICATION: LiteralString = """
    SELECT application_id, organization_id, project_id, name, document, default_role, created_at, changed_at
      FROM application
"""


async def add(tx: Transaction, project: Project) -> None:
    """A new project."""
    await tx.execute(
        """
        INSERT INTO project (project_id, organization_id, name, document, created_at, updated_at)
        VALUES (%(project_id)s, %(organization_id)s, %(name)s, %(document)s, %(now)s, %(now)s)
        """,
        project_id=project.project_id,
        organization_id=project.organization_id,
        name=project.name,
        document=Json(project.document),
        now=project.created_at,
    )


async def get(reader: Reader, access: Access, project_id: ProjectId) -> Project:
    """The project, if the operator may see it."""
    found = await reader.one_or_none(
        Project,
        """
        SELECT * FROM project WHERE project_id = %(project_id)s AND organization_id = %(organization_id)s
        """,
        project_id=project_id,
        organization_id=access.organization_id,
    )
    if found is None:
        raise NotFound("project", project_id)
    return found


async def lock(tx: Transaction, access: Access, project_id: ProjectId) -> Project:
    """The project, held until the end of the transaction."""
    await tx.execute(
        "SELECT FROM project WHERE project_id = %(project_id)s AND organization_id = %(organization_id)s FOR UPDATE",
        project_id=project_id,
        organization_id=access.organization_id,
    )
    return await get(tx, access, project_id)


async def all_of_organization(reader: Reader, access: Access) -> list[Project]:
    """The organization's projects, the newest first."""
    return await reader.all(
        Project,
        """
        SELECT * FROM project WHERE organization_id = %(organization_id)s
         ORDER BY created_at DESC, project_id DESC
        """,
        organization_id=access.organization_id,
    )


async def knows_all(reader: Reader, organization_id: OrganizationId, project_ids: Sequence[ProjectId]) -> bool:
    """Whether all of these are the organization's."""
    return await reader.one(
        bool,
        """
        SELECT count(*) = cardinality(%(project_ids)s::uuid[]) FROM project
         WHERE project_id = ANY(%(project_ids)s) AND organization_id = %(organization_id)s
        """,
        project_ids=list(dict.fromkeys(project_ids)),
        organization_id=organization_id,
    )


async def put(tx: Transaction, project: Project) -> None:
    """Replace what can change of a project."""
    await tx.execute(
        """
        UPDATE project SET name = %(name)s, document = %(document)s, updated_at = %(now)s
         WHERE project_id = %(project_id)s
        """,
        project_id=project.project_id,
        name=project.name,
        document=Json(project.document),
        now=project.updated_at,
    )


async def delete(tx: Transaction, project_id: ProjectId) -> None:
    """Remove the row; its applications must be gone."""
    await tx.execute("DELETE FROM project WHERE project_id = %(project_id)s", project_id=project_id)


async def first_of(tx: Transaction, organization_id: OrganizationId) -> ProjectId | None:
    """The organization's oldest project."""
    return await tx.one_or_none(
        ProjectId,
        """
        SELECT project_id FROM project WHERE organization_id = %(organization_id)s
         ORDER BY created_at, project_id LIMIT 1
        """,
        organization_id=organization_id,
    )


async def application(reader: Reader, access: Access, application_id: ApplicationId) -> ProjectApplication:
    """An application within reach."""
    found = await reader.one_or_none(
        ProjectApplication,
        _APPLICATION + " WHERE application_id = %(application_id)s AND application_id = ANY(%(applications)s)",
        application_id=application_id,
        applications=list(access.applications),
    )
    if found is None:
        raise NotFound("application", application_id)
    return found


async def lock_application(tx: Transaction, access: Access, application_id: ApplicationId) -> ProjectApplication:
    """The same, held until the end of the transaction."""
    await tx.execute(
        """
        SELECT FROM application
         WHERE application_id = %(application_id)s AND application_id = ANY(%(applications)s) FOR UPDATE
        """,
        application_id=application_id,
        applications=list(access.applications),
    )
    return await application(tx, access, application_id)


async def applications(reader: Reader, access: Access, project_id: ProjectId | None = None) -> list[ProjectApplication]:
    """The applications within reach, of one project or of all, the newest first."""
    return await reader.all(
        ProjectApplication,
        _APPLICATION
        + """
         WHERE application_id = ANY(%(applications)s)
           AND (%(project_id)s::uuid IS NULL OR project_id = %(project_id)s)
         ORDER BY created_at DESC, application_id DESC
        """,
        applications=list(access.applications),
        project_id=project_id,
    )


async def describe(
    tx: Transaction, application_id: ApplicationId, changes: dict[str, Any], *, now: datetime
) -> ProjectApplication:
    """Change an application's `name`, `document` (as a whole) or `default_role`, where given."""
    document = changes.get("document")
    return await tx.one(
        ProjectApplication,
        """
        UPDATE application
           SET name = coalesce(%(name)s, name), document = coalesce(%(document)s, document),
               default_role = coalesce(%(default_role)s, default_role), changed_at = %(now)s
         WHERE application_id = %(application_id)s
        RETURNING application_id, organization_id, project_id, name, document, default_role, created_at, changed_at
        """,
        application_id=application_id,
        name=changes.get("name"),
        document=None if document is None else Json(document),
        default_role=changes.get("default_role"),
        now=now,
    )
