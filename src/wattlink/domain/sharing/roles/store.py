"""SQL on role; the predefined ones stand in the model."""

from typing import Any, LiteralString

import msgspec

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import OrganizationId, RoleId
from wattlink.domain.errors import AlreadyExists, NotFound
from wattlink.domain.sharing.roles.model import PREDEFINED, Role

_SELECT: LiteralString = """
    SELECT role_id, organization_id, name, is_for_users, permissions, projects, grantable_roles, document, created_at,
           updated_at
      FROM role WHERE organization_id = %(organization_id)s
"""


async def all_of_organization(reader: Reader, organization_id: OrganizationId) -> list[Role]:
    """The predefined roles, then the organization's own, the newest first."""
    own = await reader.all(Role, _SELECT + " ORDER BY created_at DESC, role_id DESC", organization_id=organization_id)
    return [*PREDEFINED, *own]


async def get(reader: Reader, organization_id: OrganizationId, role_id: RoleId) -> Role:
    """A role, if it is predefined or the organization's."""
    for role in PREDEFINED:
        if role.role_id == role_id:
            return role
    found = await reader.one_or_none(
        Role, _SELECT + " AND role_id = %(role_id)s", organization_id=organization_id, role_id=role_id
    )
    if found is None:
        raise NotFound("role", role_id)
    return found


async def lock(tx: Transaction, organization_id: OrganizationId, role_id: RoleId) -> Role:
    """A role of the organization's own, held until the end of the transaction."""
    await tx.execute("SELECT FROM role WHERE role_id = %(role_id)s FOR UPDATE", role_id=role_id)
    role = await get(tx, organization_id, role_id)
    if role.organization_id is None:
        raise NotFound("role", role_id)
    return role


async def hold(tx: Transaction, organization_id: OrganizationId, role_id: RoleId) -> Role:
    """A role that stays until the end of the transaction: nobody deletes it while somebody is given it."""
    await tx.execute("SELECT FROM role WHERE role_id = %(role_id)s FOR KEY SHARE", role_id=role_id)
    return await get(tx, organization_id, role_id)


async def put(tx: Transaction, role: Role) -> None:
    """Add a role, or replace what can change of it; raises AlreadyExists for the name of another."""
    is_taken = any(role.name == other.name for other in PREDEFINED) or await tx.one(
        bool,
        """
        SELECT EXISTS (SELECT FROM role
                        WHERE organization_id = %(organization_id)s AND name = %(name)s AND role_id <> %(role_id)s)
        """,
        organization_id=role.organization_id,
        name=role.name,
        role_id=role.role_id,
    )
    if is_taken:
        raise AlreadyExists("name: there is a role of this name")
    await tx.execute(_PUT, **_params(role))


_PUT: LiteralString = """
    INSERT INTO role (role_id, organization_id, name, is_for_users, permissions, projects, grantable_roles, document,
                      created_at, updated_at)
    VALUES (%(role_id)s, %(organization_id)s, %(name)s, %(is_for_users)s, %(permissions)s, %(projects)s,
            %(grantable_roles)s, %(document)s, %(created_at)s, %(updated_at)s)
        ON CONFLICT (role_id) DO UPDATE
       SET name = excluded.name, permissions = excluded.permissions, projects = excluded.projects,
           grantable_roles = excluded.grantable_roles, document = excluded.document, updated_at = excluded.updated_at
"""


def _params(role: Role) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(role),
        "permissions": Json(msgspec.to_builtins(role.permissions)),
        "projects": list(role.projects),
        "grantable_roles": list(role.grantable_roles),
        "document": Json(role.document),
    }


async def is_held(reader: Reader, role_id: RoleId) -> bool:
    """Whether anybody acts by a role, or new users of an application would."""
    return await reader.one(
        bool,
        """
        SELECT EXISTS (SELECT FROM share WHERE role_id = %(role_id)s)
            OR EXISTS (SELECT FROM application WHERE default_role = %(role_id)s)
        """,
        role_id=role_id,
    )


async def delete(tx: Transaction, role_id: RoleId) -> None:
    """Remove the row; no share may be of it any more."""
    await tx.execute("DELETE FROM role WHERE role_id = %(role_id)s", role_id=role_id)
