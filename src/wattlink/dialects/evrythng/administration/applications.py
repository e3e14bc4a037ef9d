"""Applications: the apps of a project, as operators see them, and as they see themselves."""

from typing import Any

import msgspec
from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.db.database import Reader, Transaction
from wattlink.dialects.evrythng.administration.projects import project_id_of
from wattlink.dialects.evrythng.administration.social_networks import configure_networks, shown_networks
from wattlink.dialects.evrythng.ids import id_of, uuid_of
from wattlink.dialects.evrythng.listing import asked, numbered
from wattlink.dialects.evrythng.selecting import selected
from wattlink.dialects.evrythng.wire import Answer, Payload, Scopes, created, given, kept, merged, milliseconds
from wattlink.domain.access.ids import ApplicationId, ProjectId, RoleId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.leaving.delete_project import delete_with_users
from wattlink.domain.organizations.create import create_application as create
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.organizations.names import checked_name
from wattlink.domain.organizations.projects import store
from wattlink.domain.organizations.projects.model import ProjectApplication
from wattlink.domain.sharing.roles import store as roles
from wattlink.domain.sharing.roles.model import counts_in
from wattlink.web.call import Call
from wattlink.wiring import Hub

_FIELDS = ("description", "tags", "custom_fields", "default_url", "social_networks")


class ApplicationChangesPayload(Payload):
    """What may be said of an application; what isn't there stays, null takes a field away."""

    name: str | UnsetType = UNSET
    social_networks: dict[str, dict[str, str]] | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    tags: list[str] | UnsetType | None = UNSET
    custom_fields: dict[str, Any] | UnsetType | None = UNSET
    default_url: str | UnsetType | None = UNSET
    default_role: str | UnsetType = UNSET
    scopes: dict[str, Any] | UnsetType | None = UNSET
    id: str | UnsetType = UNSET
    project: str | UnsetType = UNSET
    app_api_key: str | UnsetType = UNSET
    created_at: int | UnsetType = UNSET
    updated_at: int | UnsetType = UNSET


class ApplicationPayload(ApplicationChangesPayload):
    """A new application."""

    name: str
    social_networks: dict[str, dict[str, str]]


class ApplicationDocument(Answer):
    """An application; `appApiKey` is its public key."""

    id: str
    created_at: int
    updated_at: int
    name: str
    project: str
    social_networks: dict[str, dict[str, str]]
    app_api_key: str
    default_role: str
    description: str | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    custom_fields: dict[str, Any] | UnsetType = UNSET
    default_url: str | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET


class SecretKeyDocument(Answer):
    """The trusted key: it belongs on the app's own server."""

    secret_api_key: str


async def create_application(
    request: Call, project_id: FromPath[str], data: JSONBody[ApplicationPayload]
) -> Response[ApplicationDocument]:
    """Make an application in a project."""
    hub, access = request.hub, request.access
    async with hub.db.transaction() as tx:
        project = await store.lock(tx, access, project_id_of(project_id))
        made = await create(tx, data.name, organization_id=project.organization_id, project_id=project.project_id)
        new = msgspec.structs.replace(access, applications=(made.application_id,))  # made since the key was looked at
        application = await _described(tx, new, made.application_id, data, hub=hub)
        shown = await _shown(tx, application, request)
    return created(request, shown, f"/projects/{project_id}/applications/{shown.id}")


async def list_applications(request: Call, project_id: FromPath[str]) -> Response[list[ApplicationDocument]]:
    """A project's applications."""
    async with request.hub.db.read() as reader:
        project = await store.get(reader, request.access, project_id_of(project_id))
    return await _list(request, project.project_id)


async def list_all_applications(request: Call) -> Response[list[ApplicationDocument]]:
    """The organization's applications."""
    return await _list(request, None)


async def get_application(
    request: Call, project_id: FromPath[str], application_id: FromPath[str]
) -> ApplicationDocument:
    """One application of a project."""
    async with request.hub.db.transaction() as tx:
        return await _shown(tx, await _of_project(tx, request.access, project_id, application_id), request)


async def get_any_application(request: Call, application_id: FromPath[str]) -> ApplicationDocument:
    """One application of the organization's."""
    async with request.hub.db.transaction() as tx:
        found = await store.application(tx, request.access, _application_id_of(application_id))
        return await _shown(tx, found, request)


async def update_application(
    request: Call, project_id: FromPath[str], application_id: FromPath[str], data: JSONBody[ApplicationChangesPayload]
) -> ApplicationDocument:
    """Change what is sent."""
    async with request.hub.db.transaction() as tx:
        found = await _of_project(tx, request.access, project_id, application_id)
        changed = await _described(tx, request.access, found.application_id, data, hub=request.hub)
        return await _shown(tx, changed, request)


async def delete_application(request: Call, project_id: FromPath[str], application_id: FromPath[str]) -> None:
    """Delete an application with its users; the vendors' access is revoked."""
    hub = request.hub
    async with hub.db.read() as reader:
        found = await _of_project(reader, request.access, project_id, application_id)
    await delete_with_users(hub.db, request.access.within(found.application_id), vault=hub.vault, clock=hub.clock)
    hub.door.forget()
    hub.authenticator.forget()
    hub.connectors.forget()


async def get_secret_key(request: Call, project_id: FromPath[str], application_id: FromPath[str]) -> SecretKeyDocument:
    """The application's trusted key."""
    hub = request.hub
    async with hub.db.transaction() as tx:
        found = await _of_project(tx, request.access, project_id, application_id)
        key = await issue.of_application(tx, found.application_id, KeyKind.TRUSTED, vault=hub.vault, now=hub.clock())
    return SecretKeyDocument(secret_api_key=key)


async def get_own_application(request: Call) -> ApplicationDocument:
    """The application whose key this is."""
    async with request.hub.db.transaction() as tx:
        found = await store.application(tx, request.access, request.access.application_id)
        return await _shown(tx, found, request)


async def update_own_application(request: Call, data: JSONBody[ApplicationChangesPayload]) -> ApplicationDocument:
    """Change what is sent of the application whose key this is."""
    async with request.hub.db.transaction() as tx:
        changed = await _described(tx, request.access, request.access.application_id, data, hub=request.hub)
        return await _shown(tx, changed, request)


async def _list(request: Call, project_id: ProjectId | None) -> Response[list[ApplicationDocument]]:
    found = asked(request)
    async with request.hub.db.transaction() as tx:
        applications = await store.applications(tx, request.access, project_id)
        rows, total = selected(found, [_outline(application) for application in applications])
        by_id = {id_of(application.application_id): application for application in applications}
        shown = [await _shown(tx, by_id[row.id], request) for row in rows]
    return numbered(request, found, shown, total)


async def _of_project(reader: Reader, access: Access, project_id: str, application_id: str) -> ProjectApplication:
    found = await store.application(reader, access, _application_id_of(application_id))
    if found.project_id != project_id_of(project_id):
        raise NotFound("application", application_id)
    return found


async def _described(
    tx: Transaction, access: Access, application_id: ApplicationId, data: ApplicationChangesPayload, *, hub: Hub
) -> ProjectApplication:
    before = await store.lock_application(tx, access, application_id)
    said = given(data, _FIELDS)
    if data.social_networks is not UNSET:
        said["socialNetworks"] = await configure_networks(tx, access, application_id, data.social_networks, hub=hub)
    changes: dict[str, Any] = {"document": merged(before.document, said)}
    if data.name is not UNSET:
        changes["name"] = checked_name(data.name)
    if data.default_role is not UNSET:
        changes["default_role"] = await _role_id(tx, before, data.default_role)
    return await store.describe(tx, application_id, changes, now=hub.clock())


async def _role_id(tx: Transaction, application: ProjectApplication, text: str) -> str:
    try:
        role = await roles.hold(tx, application.organization_id, RoleId(text))
    except NotFound:
        raise InvalidInput("default_role", "is no role of the account's") from None
    if not role.is_for_users:
        raise InvalidInput("default_role", "is a role for operators")
    if not counts_in(role, application.project_id):
        raise InvalidInput("default_role", "doesn't count in this project")
    return role.role_id


def _application_id_of(text: str) -> ApplicationId:
    return ApplicationId(uuid_of("application", text))


async def _shown(tx: Transaction, application: ProjectApplication, request: Call) -> ApplicationDocument:
    outline, hub, application_id = _outline(application), request.hub, application.application_id
    return msgspec.structs.replace(
        outline,
        app_api_key=await issue.of_application(
            tx, application_id, KeyKind.APPLICATION, vault=hub.vault, now=hub.clock()
        ),
        social_networks=await shown_networks(tx, application_id, outline.social_networks),
        scopes=Scopes(users=[], projects=[outline.project]) if asked(request).with_scopes else UNSET,
    )


def _outline(application: ProjectApplication) -> ApplicationDocument:
    """What stands in its row, which is what lists are filtered by."""
    return ApplicationDocument(
        id=id_of(application.application_id),
        created_at=milliseconds(application.created_at),
        updated_at=milliseconds(application.changed_at),
        name=application.name,
        project=id_of(application.project_id),
        app_api_key="",
        default_role=application.default_role,
        **{"social_networks": {}, **kept(application.document, _FIELDS)},
    )
