"""Projects: what an organization groups its applications by."""

from typing import Any

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.dialects.evrythng.ids import id_of, uuid_of
from wattlink.dialects.evrythng.listing import asked, numbered
from wattlink.dialects.evrythng.selecting import selected
from wattlink.dialects.evrythng.wire import Answer, Payload, Scopes, created, given, kept, merged, milliseconds
from wattlink.domain.access.ids import ProjectId
from wattlink.domain.leaving.delete_project import delete_project as delete
from wattlink.domain.organizations.names import checked_name
from wattlink.domain.organizations.projects import store
from wattlink.domain.organizations.projects.create import create_project as create
from wattlink.domain.organizations.projects.model import Project
from wattlink.web.call import Call

_FIELDS = ("description", "tags", "custom_fields", "identifiers", "starts_at", "ends_at", "image_url", "short_domains")


class ProjectChangesPayload(Payload):
    """What may be said of a project; what isn't there stays, null takes a field away."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    tags: list[str] | UnsetType | None = UNSET
    custom_fields: dict[str, Any] | UnsetType | None = UNSET
    identifiers: dict[str, str] | UnsetType | None = UNSET
    starts_at: int | UnsetType | None = UNSET
    ends_at: int | UnsetType | None = UNSET
    image_url: str | UnsetType | None = UNSET
    short_domains: list[str] | UnsetType | None = UNSET
    scopes: dict[str, Any] | UnsetType | None = UNSET
    id: str | UnsetType = UNSET
    created_at: int | UnsetType = UNSET
    updated_at: int | UnsetType = UNSET


class ProjectPayload(ProjectChangesPayload):
    """A new project."""

    name: str


class ProjectDocument(Answer):
    """A project."""

    id: str
    created_at: int
    updated_at: int
    name: str
    description: str | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    custom_fields: dict[str, Any] | UnsetType = UNSET
    identifiers: dict[str, str] | UnsetType = UNSET
    starts_at: int | UnsetType = UNSET
    ends_at: int | UnsetType = UNSET
    image_url: str | UnsetType = UNSET
    short_domains: list[str] | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET


async def create_project(request: Call, data: JSONBody[ProjectPayload]) -> Response[ProjectDocument]:
    """Make a project."""
    hub = request.hub
    async with hub.db.transaction() as tx:
        document = merged({}, given(data, _FIELDS))
        project = await create(tx, request.access.organization_id, data.name, document, now=hub.clock())
    return created(request, _shown(project), f"/projects/{id_of(project.project_id)}")


async def list_projects(request: Call) -> Response[list[ProjectDocument]]:
    """The organization's projects."""
    found = asked(request)
    async with request.hub.db.read() as reader:
        projects = await store.all_of_organization(reader, request.access)
    rows, total = selected(found, [_shown(project, with_scopes=found.with_scopes) for project in projects])
    return numbered(request, found, rows, total)


async def get_project(request: Call, project_id: FromPath[str]) -> ProjectDocument:
    """One project."""
    async with request.hub.db.read() as reader:
        project = await store.get(reader, request.access, project_id_of(project_id))
    return _shown(project, with_scopes=asked(request).with_scopes)


async def update_project(
    request: Call, project_id: FromPath[str], data: JSONBody[ProjectChangesPayload]
) -> ProjectDocument:
    """Change what is sent."""
    hub = request.hub
    async with hub.db.transaction() as tx:
        before = await store.lock(tx, request.access, project_id_of(project_id))
        after = Project(
            project_id=before.project_id,
            organization_id=before.organization_id,
            name=before.name if data.name is UNSET else checked_name(data.name),
            document=merged(before.document, given(data, _FIELDS)),
            created_at=before.created_at,
            updated_at=hub.clock(),
        )
        await store.put(tx, after)
    return _shown(after)


async def delete_project(request: Call, project_id: FromPath[str]) -> None:
    """Delete a project with its applications and their users; the vendors' access is revoked."""
    hub = request.hub
    await delete(hub.db, request.access, project_id_of(project_id), vault=hub.vault, clock=hub.clock)
    hub.door.forget()
    hub.authenticator.forget()
    hub.connectors.forget()


def project_id_of(text: str) -> ProjectId:
    """A project's id; raises NotFound for what can't be one."""
    return ProjectId(uuid_of("project", text))


def _shown(project: Project, *, with_scopes: bool = False) -> ProjectDocument:
    return ProjectDocument(
        id=id_of(project.project_id),
        created_at=milliseconds(project.created_at),
        updated_at=milliseconds(project.updated_at),
        name=project.name,
        scopes=Scopes(users=[], projects=[id_of(project.project_id)]) if with_scopes else UNSET,
        **kept(project.document, _FIELDS),
    )
