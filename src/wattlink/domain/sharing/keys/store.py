"""What an access key opens, in one statement."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from wattlink.db.database import Reader
from wattlink.domain.access.ids import ApplicationId, KeyId, ProjectId, RoleId, ShareId, UserId
from wattlink.domain.access.model import KeyKind
from wattlink.domain.access.permissions import Permission


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A live key with its share and role; `own_permissions` are those of a role that an organization made.

    `counts` is whether that role does so in the project of the key's application.
    Of an anonymous user is known when it was last noted that somebody was it.
    """

    key_id: KeyId
    kind: KeyKind
    application_id: ApplicationId | None  # None: of an operator's thng
    project_id: ProjectId | None
    share_id: ShareId | None
    owner_id: UserId | None
    actor_id: UserId | None
    role_id: RoleId | None
    own_permissions: tuple[Permission, ...] | None
    counts: bool | None
    subject_id: UUID | None
    is_anonymous: bool
    seen_at: datetime | None


_SELECT: LiteralString = """
    SELECT key_id, kind, key.application_id, project_id, share_id, owner_id, actor_id, share.role_id,
           role.permissions AS own_permissions, subject_id,
           role.projects = '{}' OR project_id = ANY(role.projects) AS counts,
           coalesce(login = 'anonymous', false) AS is_anonymous, seen_at
      FROM access_key AS key
      LEFT JOIN application ON application.application_id = key.application_id
      LEFT JOIN share USING (share_id)
      LEFT JOIN app_user ON app_user.user_id = actor_id
      LEFT JOIN role ON role.role_id = share.role_id AND role.organization_id = application.organization_id
     WHERE key_digest = %(key_digest)s
"""


async def opened_by(reader: Reader, key_digest: bytes) -> Opened | None:
    """What a key opens, unless it is unknown or ended."""
    return await reader.one_or_none(Opened, _SELECT, key_digest=key_digest)
