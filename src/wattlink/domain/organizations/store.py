"""SQL on organization and application."""

import msgspec

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, OrganizationId, ProjectId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations.model import Application, Organization, StoredApplication

_SELECT = """
    SELECT application_id, organization_id, name, redirect_uris, frame_origins, branding, connections_limit,
           link_binding, is_sandbox, created_at
      FROM application WHERE application_id = ANY(%(applications)s)
"""
_OLDER = (
    _SELECT
    + """
       AND (created_at, application_id) < (%(edge_at)s::timestamptz, %(edge_id)s)
     ORDER BY created_at DESC, application_id DESC LIMIT %(limit)s
    """
)
_NEWER = (
    _SELECT
    + """
       AND (created_at, application_id) > (%(edge_at)s::timestamptz, %(edge_id)s)
     ORDER BY created_at, application_id LIMIT %(limit)s
    """
)


async def get_organization(reader: Reader, organization_id: OrganizationId) -> Organization:
    """The organization."""
    found = await reader.one_or_none(
        Organization,
        """
        SELECT organization_id, name, created_at FROM organization WHERE organization_id = %(organization_id)s
        """,
        organization_id=organization_id,
    )
    if found is None:
        raise NotFound("organization", organization_id)
    return found


async def list_organizations(reader: Reader) -> list[Organization]:
    """Every organization of this installation, oldest first."""
    return await reader.all(
        Organization, "SELECT organization_id, name, created_at FROM organization ORDER BY created_at, organization_id"
    )


async def rename_organization(tx: Transaction, organization_id: OrganizationId, name: str) -> None:
    """Another name; raises NotFound."""
    renamed = await tx.execute(
        "UPDATE organization SET name = %(name)s WHERE organization_id = %(organization_id)s",
        organization_id=organization_id,
        name=name,
    )
    if not renamed:
        raise NotFound("organization", organization_id)


async def get_application(reader: Reader, application_id: ApplicationId) -> StoredApplication:
    """The application."""
    found = await reader.one_or_none(
        StoredApplication,
        """
        SELECT application_id, organization_id, name, redirect_uris, frame_origins, branding, connections_limit,
               link_binding, is_sandbox, created_at
          FROM application WHERE application_id = %(application_id)s
        """,
        application_id=application_id,
    )
    if found is None:
        raise NotFound("application", application_id)
    return found


async def organization_of(reader: Reader, access: Access) -> OrganizationId:
    """The organization that the caller's application is of."""
    return await reader.one(
        OrganizationId,
        "SELECT organization_id FROM application WHERE application_id = %(application_id)s",
        application_id=access.application_id,
    )


async def list_applications(reader: Reader) -> list[StoredApplication]:
    """Every application of this installation, oldest first."""
    return await reader.all(
        StoredApplication,
        """
        SELECT application_id, organization_id, name, redirect_uris, frame_origins, branding, connections_limit,
               link_binding, is_sandbox, created_at
          FROM application ORDER BY created_at, application_id
        """,
    )


async def page_of_applications(reader: Reader, access: Access, page: PageRequest) -> list[StoredApplication]:
    """The applications within reach, newest first; with `before` the page that ends just before it."""
    found = await reader.all(
        StoredApplication,
        _NEWER if page.is_backwards else _OLDER,
        applications=list(access.applications),
        **page.params(),
    )
    return found[::-1] if page.is_backwards else found


async def first_organization(reader: Reader) -> OrganizationId | None:
    """The oldest organization: the operator's own."""
    return await reader.one_or_none(
        OrganizationId, "SELECT organization_id FROM organization ORDER BY created_at, organization_id LIMIT 1"
    )


async def add_organization(tx: Transaction, organization_id: OrganizationId, name: str) -> None:
    """A new organization."""
    await tx.execute(
        "INSERT INTO organization (organization_id, name) VALUES (%(organization_id)s, %(name)s)",
        organization_id=organization_id,
        name=name,
    )


async def add_application(tx: Transaction, application: Application, project_id: ProjectId | None) -> None:
    """A new application."""
    await tx.execute(
        """
        INSERT INTO application
               (application_id, organization_id, name, redirect_uris, branding, connections_limit, is_sandbox,
                project_id)
        VALUES (%(application_id)s, %(organization_id)s, %(name)s, %(redirect_uris)s, %(branding)s, %(limit)s,
                %(is_sandbox)s, %(project_id)s)
        """,
        application_id=application.application_id,
        organization_id=application.organization_id,
        name=application.name,
        redirect_uris=list(application.redirect_uris),
        branding=Json(msgspec.to_builtins(application.branding)),
        limit=application.connections_limit,
        is_sandbox=application.is_sandbox,
        project_id=project_id,
    )


async def lock_application(tx: Transaction, access: Access) -> StoredApplication:
    """The application within reach, held until the end of the transaction: nobody changes it or adds to it."""
    held = await tx.one_or_none(
        ApplicationId,
        "SELECT application_id FROM application WHERE application_id = %(application_id)s FOR UPDATE",
        application_id=access.application_id,
    )
    if held is None:
        raise NotFound("application", access.application_id)
    return await get_application(tx, held)


async def put_application(tx: Transaction, application: Application) -> None:
    """Replace everything that can change of an application."""
    await tx.execute(
        """
        UPDATE application
           SET name = %(name)s, redirect_uris = %(redirect_uris)s, frame_origins = %(frame_origins)s,
               branding = %(branding)s, connections_limit = %(limit)s, link_binding = %(link_binding)s
         WHERE application_id = %(application_id)s
        """,
        application_id=application.application_id,
        name=application.name,
        redirect_uris=list(application.redirect_uris),
        frame_origins=list(application.frame_origins),
        branding=Json(msgspec.to_builtins(application.branding)),
        limit=application.connections_limit,
        link_binding=application.link_binding,
    )


async def delete_application(tx: Transaction, application_id: ApplicationId) -> None:
    """Remove the row; everything that hangs on it must be gone."""
    await tx.execute("DELETE FROM application WHERE application_id = %(application_id)s", application_id=application_id)
