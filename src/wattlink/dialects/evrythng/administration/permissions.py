"""What a role allows: of application users by path, of operators by name."""

from typing import Any

import msgspec
from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.dialects.evrythng.administration.roles import role_of
from wattlink.dialects.evrythng.wire import Answer
from wattlink.domain.access.ids import RoleId
from wattlink.domain.access.permissions import Permission
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.sharing.roles import store
from wattlink.domain.sharing.roles.change import RoleChanges, change_role, set_permissions
from wattlink.domain.sharing.roles.model import DEFAULT, Role, permissions_of
from wattlink.web.bodies import decode
from wattlink.web.call import Call


class PermissionPayload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Letters of c, r, u and d at a path."""

    path: str
    access: str
    default: bool = False


class _Permissions(msgspec.Struct, frozen=True):
    permissions: list[PermissionPayload]


class PermissionDocument(Answer):
    """What may be done at a path; a default one is there whatever is set."""

    path: str
    access: str
    default: bool | UnsetType = UNSET


class OperatorPermission(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A permission of an operator's role, by name."""

    name: str
    enabled: bool
    project_scoped: bool = False
    children: list["OperatorPermission"] = []


_OPERATORS = {
    "global_read": ("gl_resource_update", "gl_project_update"),
    "project_read": ("project_update", "project_resource_update"),
}


async def list_permissions(request: Call, role_id: FromPath[str]) -> Response[list[Any]]:
    """What a role allows: of an application user's by path, of an operator's by name."""
    return Response(_permissions(await role_of(request, role_id)))


async def update_permissions(request: Call, role_id: FromPath[str]) -> Response[list[Any]]:
    """Replace a role's permissions but for the default ones."""
    role = await role_of(request, role_id)
    if not role.is_for_users:
        raise InvalidInput("permissions", "an operator's role has its permissions by name")
    sent = _decoded(await request.body())
    given = [Permission(path=one.path, letters=one.access) for one in sent if not one.default]
    async with request.hub.db.transaction() as tx:
        role = await set_permissions(tx, request.access.organization_id, role.role_id, given, now=request.hub.clock())
    request.hub.door.forget()
    return Response(_permissions(role))


async def get_permission(request: Call, role_id: FromPath[str], name: FromPath[str]) -> OperatorPermission:
    """One permission of an operator's role."""
    return _named(await role_of(request, role_id), name)


async def update_permission(
    request: Call, role_id: FromPath[str], name: FromPath[str], data: JSONBody[OperatorPermission]
) -> OperatorPermission:
    """Switch a permission of an operator's role on or off."""
    hub, access = request.hub, request.access
    async with hub.db.transaction() as tx:
        role = await store.lock(tx, access.organization_id, RoleId(role_id))
        _named(role, name)
        switched = {**role.document.get("switched", {}), name: data.enabled}
        changes = RoleChanges(document={"switched": switched})
        role = await change_role(tx, access.organization_id, role.role_id, changes, now=hub.clock())
    return _named(role, name)


def _decoded(raw: bytes) -> list[PermissionPayload]:
    """The body is a bare list; what is wrong with it is told as of a field."""
    return decode(b'{"permissions":' + (raw or b"[]") + b"}", _Permissions).permissions


def _permissions(role: Role) -> list[Any]:
    if not role.is_for_users:
        return [_named(role, name) for name in _OPERATORS]
    return [
        PermissionDocument(
            path=permission.path, access=permission.letters, default=True if permission in DEFAULT else UNSET
        )
        for permission in permissions_of(role)
    ]


def _named(role: Role, name: str) -> OperatorPermission:
    names = {*_OPERATORS, *(child for children in _OPERATORS.values() for child in children)}
    if role.is_for_users or name not in names:
        raise NotFound("permission", name)
    return OperatorPermission(
        name=name,
        enabled=role.document.get("switched", {}).get(name, role.name != "none"),
        project_scoped=name.startswith("project_"),
        children=[_named(role, child) for child in _OPERATORS.get(name, ())],
    )
