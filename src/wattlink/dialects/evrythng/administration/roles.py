"""Roles: what one may hold, and where."""

from typing import Any

import msgspec
from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.db.database import Reader
from wattlink.dialects.evrythng.ids import id_of, uuid_of
from wattlink.dialects.evrythng.listing import asked, numbered
from wattlink.dialects.evrythng.selecting import selected
from wattlink.dialects.evrythng.wire import Answer, Payload, created, given, kept, milliseconds
from wattlink.domain.access.ids import OrganizationId, ProjectId, RoleId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput
from wattlink.domain.organizations.projects import store as projects
from wattlink.domain.sharing.roles import store
from wattlink.domain.sharing.roles.change import RoleChanges, change_role
from wattlink.domain.sharing.roles.change import create_role as create
from wattlink.domain.sharing.roles.change import delete_role as delete
from wattlink.domain.sharing.roles.model import Role, counts_for_users, seen_in
from wattlink.web.call import Call

_FIELDS = ("description", "tags", "custom_fields")
_USERS, _VERSION = "userInApp", 2


class RoleScopes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which roles its holders may give, and in which projects it counts (none: in all)."""

    roles: list[str] = []
    projects: list[str] = []


class RoleChangesPayload(Payload):
    """What may be said of a role; what isn't there stays, null takes a field away."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    tags: list[str] | UnsetType | None = UNSET
    custom_fields: dict[str, Any] | UnsetType | None = UNSET
    scopes: RoleScopes | UnsetType | None = UNSET
    type: str | UnsetType = UNSET
    version: int | UnsetType = UNSET
    id: str | UnsetType = UNSET
    created_at: int | UnsetType = UNSET
    updated_at: int | UnsetType = UNSET


class RolePayload(RoleChangesPayload):
    """A new role: with `type` and `version` one for application users, without one for operators."""

    name: str


class RoleDocument(Answer):
    """A role."""

    id: str
    name: str
    type: str | UnsetType = UNSET
    version: int | UnsetType = UNSET
    created_at: int | UnsetType = UNSET
    updated_at: int | UnsetType = UNSET
    description: str | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    custom_fields: dict[str, Any] | UnsetType = UNSET
    scopes: RoleScopes | UnsetType = UNSET


async def list_roles(request: Call) -> Response[list[RoleDocument]]:
    """The predefined roles, and the account's own; users see those that count for the users of their application."""
    found, access = asked(request), request.access
    async with request.hub.db.read() as reader:
        roles = await store.all_of_organization(reader, await _organization_id(reader, access))
    if access.operates is None:
        roles = [seen_in(role, access.project_id) for role in roles if counts_for_users(role, access.project_id)]
    rows, total = selected(found, [_shown(role) for role in roles])
    return numbered(request, found, rows, total)


async def create_role(request: Call, data: JSONBody[RolePayload]) -> Response[RoleDocument]:
    """Make a role."""
    is_for_users = _is_for_users(data)
    async with request.hub.db.transaction() as tx:
        role = await create(
            tx,
            request.access.organization_id,
            _changes(data),
            is_for_users=is_for_users,
            now=request.hub.clock(),
        )
    return created(request, _shown(role), f"/roles/{role.role_id}")


async def get_role(request: Call, role_id: FromPath[str]) -> RoleDocument:
    """One role."""
    return _shown(await role_of(request, role_id))


async def update_role(request: Call, role_id: FromPath[str], data: JSONBody[RoleChangesPayload]) -> RoleDocument:
    """Change what is sent; who acts by the role may do what it says from then on."""
    async with request.hub.db.transaction() as tx:
        role = await change_role(
            tx, request.access.organization_id, RoleId(role_id), _changes(data), now=request.hub.clock()
        )
    request.hub.door.forget()
    return _shown(role)


async def delete_role(request: Call, role_id: FromPath[str]) -> None:
    """Delete a role that nobody holds."""
    async with request.hub.db.transaction() as tx:
        await delete(tx, request.access.organization_id, RoleId(role_id))
    request.hub.door.forget()


async def role_of(request: Call, role_id: str) -> Role:
    """A role of the caller's organization; raises NotFound."""
    async with request.hub.db.read() as reader:
        return await store.get(reader, await _organization_id(reader, request.access), RoleId(role_id))


async def _organization_id(reader: Reader, access: Access) -> OrganizationId:
    if access.operates is not None:
        return access.operates
    return (await projects.application(reader, access, access.application_id)).organization_id


def _is_for_users(data: RolePayload) -> bool:
    if data.type not in (UNSET, _USERS):
        raise InvalidInput("type", "isn't a type of role", allowed=(_USERS,))
    if data.version not in (UNSET, _VERSION):
        raise InvalidInput("version", "isn't a version of roles", allowed=(str(_VERSION),))
    return data.type == _USERS


def _changes(data: RoleChangesPayload) -> RoleChanges:
    changes = RoleChanges(name=data.name, document=given(data, _FIELDS))
    if data.scopes is None or isinstance(data.scopes, msgspec.UnsetType):
        return changes
    return msgspec.structs.replace(
        changes,
        projects=tuple(ProjectId(uuid_of("project", each)) for each in data.scopes.projects),
        grantable_roles=tuple(RoleId(each) for each in data.scopes.roles),
    )


def _shown(role: Role) -> RoleDocument:
    is_scoped = bool(role.grantable_roles or role.projects)
    return RoleDocument(
        id=role.role_id,
        name=role.name,
        type=_USERS if role.is_for_users else UNSET,
        version=_VERSION if role.is_for_users else UNSET,
        created_at=UNSET if role.created_at is None else milliseconds(role.created_at),
        updated_at=UNSET if role.updated_at is None else milliseconds(role.updated_at),
        scopes=RoleScopes(roles=list(role.grantable_roles), projects=[id_of(each) for each in role.projects])
        if is_scoped
        else UNSET,
        **kept(role.document, _FIELDS),
    )
