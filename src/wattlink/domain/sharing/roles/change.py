"""Make, change and delete an organization's roles."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.base.ids import new_short_id
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import OrganizationId, ProjectId, RoleId
from wattlink.domain.access.permissions import LETTERS, Permission, may
from wattlink.domain.errors import InvalidInput, StillInUse
from wattlink.domain.organizations.names import checked_name
from wattlink.domain.organizations.projects import store as projects
from wattlink.domain.sharing.roles import store
from wattlink.domain.sharing.roles.model import BASE_PERMISSIONS, DEFAULT, Role

_MOST_PERMISSIONS = 200


class RoleChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different; `document` holds further fields: they are added, and one that is None goes."""

    name: str | UnsetType = UNSET
    projects: tuple[ProjectId, ...] | UnsetType = UNSET
    grantable_roles: tuple[RoleId, ...] | UnsetType = UNSET
    document: dict[str, Any] | UnsetType = UNSET


async def create_role(
    tx: Transaction, organization_id: OrganizationId, changes: RoleChanges, *, is_for_users: bool, now: datetime
) -> Role:
    """A new role with the default permissions; raises AlreadyExists for a name that is taken."""
    role = Role(
        role_id=RoleId(new_short_id()),
        organization_id=organization_id,
        name="",
        is_for_users=is_for_users,
        created_at=now,
        updated_at=now,
    )
    return await _put(tx, role, changes, now=now)


async def change_role(
    tx: Transaction, organization_id: OrganizationId, role_id: RoleId, changes: RoleChanges, *, now: datetime
) -> Role:
    """The role as it is from now on; raises NotFound for a predefined one too."""
    return await _put(tx, await store.lock(tx, organization_id, role_id), changes, now=now)


async def set_permissions(
    tx: Transaction, organization_id: OrganizationId, role_id: RoleId, given: Sequence[Permission], *, now: datetime
) -> Role:
    """Replace all permissions but the default ones; raises InvalidInput for more than users may have at all."""
    role = await store.lock(tx, organization_id, role_id)
    if not role.is_for_users:
        raise InvalidInput("permissions", "an operator's role has its permissions by name")
    own = [permission for permission in given if permission not in DEFAULT]
    if len(own) > _MOST_PERMISSIONS:
        raise InvalidInput("permissions", f"must be {_MOST_PERMISSIONS} at most")
    for permission in own:
        _check(permission)
    role = msgspec.structs.replace(role, permissions=tuple(own), updated_at=now)
    await store.put(tx, role)
    return role


async def delete_role(tx: Transaction, organization_id: OrganizationId, role_id: RoleId) -> None:
    """Raises StillInUse while users hold it."""
    role = await store.lock(tx, organization_id, role_id)
    if await store.is_held(tx, role.role_id):
        raise StillInUse("users act by this role, or new users of an application would")
    await store.delete(tx, role.role_id)


async def _put(tx: Transaction, role: Role, changes: RoleChanges, *, now: datetime) -> Role:
    given = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET}
    if "document" in given:
        document = {**role.document, **given["document"]}
        given["document"] = {name: value for name, value in document.items() if value is not None}
    role = msgspec.structs.replace(role, **given, updated_at=now)
    role = msgspec.structs.replace(role, name=checked_name(role.name))
    await _check_scopes(tx, role)
    await store.put(tx, role)
    return role


async def _check_scopes(tx: Transaction, role: Role) -> None:
    assert role.organization_id is not None
    known = {each.role_id for each in await store.all_of_organization(tx, role.organization_id) if each.is_for_users}
    if not set(role.grantable_roles) <= {*known, role.role_id}:
        raise InvalidInput("scopes", "names a role that the account doesn't have for its users")
    if not await projects.knows_all(tx, role.organization_id, role.projects):
        raise InvalidInput("scopes", "names a project that the account doesn't have")


def _check(permission: Permission) -> None:
    if not permission.path.startswith("/") or not permission.letters or set(permission.letters) - set(LETTERS):
        raise InvalidInput("permissions", "each has a path that begins with / and letters of access", allowed=LETTERS)
    for letter in permission.letters:
        if not may(BASE_PERMISSIONS, permission.path, letter):
            raise InvalidInput("permissions", f"{letter} on {permission.path} is more than base_app_user may")
