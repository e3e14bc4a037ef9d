"""A role is a set of permissions with a name; some come with the server and can't be changed."""

from datetime import datetime
from typing import Any

import msgspec

from wattlink.domain.access.ids import OrganizationId, ProjectId, RoleId
from wattlink.domain.access.permissions import LETTERS, Permission

ADMIN, NONE, BASE = RoleId("admin"), RoleId("none"), RoleId("base_app_user")


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A role; `permissions` are those beyond `DEFAULT`. Those of operators say nothing of paths.

    `projects` is where it counts, nothing: everywhere. `grantable_roles` may be given to others by its holders.
    """

    role_id: RoleId
    organization_id: OrganizationId | None  # None: comes with the server
    name: str
    is_for_users: bool
    permissions: tuple[Permission, ...] = ()
    projects: tuple[ProjectId, ...] = ()
    grantable_roles: tuple[RoleId, ...] = ()
    document: dict[str, Any] = {}
    created_at: datetime | None = None
    updated_at: datetime | None = None


def _may(path: str, letters: str) -> Permission:
    return Permission(path=path, letters=letters)


DEFAULT: tuple[Permission, ...] = (
    _may("/users", "ru"),
    _may("/accesses", "crd"),
    _may("/roles", "r"),
    _may("/rateLimits", "r"),
    _may("/products", "r"),
)
"""What every user's role allows, whatever is set: oneself, sharing, and what the app shows to everybody."""

BASE_PERMISSIONS: tuple[Permission, ...] = (
    *DEFAULT,
    _may("/thngs", LETTERS),
    _may("/products", LETTERS),
    _may("/actions", LETTERS),
    _may("/auth/evrythng/thngs", LETTERS),
)
"""What the predefined role for users allows, and so the most that any other may."""

PREDEFINED: tuple[Role, ...] = (
    Role(role_id=ADMIN, organization_id=None, name="admin", is_for_users=False),
    Role(role_id=NONE, organization_id=None, name="none", is_for_users=False),
    Role(
        role_id=BASE,
        organization_id=None,
        name="base_app_user",
        is_for_users=True,
        permissions=BASE_PERMISSIONS,
        grantable_roles=(BASE,),
    ),
)


def counts_in(role: Role, project_id: ProjectId | None) -> bool:
    """Whether a role counts in a project; where it doesn't, its holders may do nothing by it."""
    return not role.projects or project_id in role.projects


def counts_for_users(role: Role, project_id: ProjectId | None) -> bool:
    """Whether users of an application in that project know of a role: the predefined ones, and what counts there."""
    return role.organization_id is None or (role.is_for_users and counts_in(role, project_id))


def seen_in(role: Role, project_id: ProjectId | None) -> Role:
    """The role without the other projects in which it counts."""
    return msgspec.structs.replace(role, projects=tuple(each for each in role.projects if each == project_id))


def permissions_of(role: Role) -> tuple[Permission, ...]:
    """All that its holders may do."""
    return role.permissions if role.role_id == BASE else (*DEFAULT, *role.permissions)
