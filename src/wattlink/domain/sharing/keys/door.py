"""Who is calling with an access key. A verified key is kept for at most a second (`access/kept.py`)."""

from datetime import timedelta

from wattlink.base.clock import Clock
from wattlink.base.ids import KEY_LENGTH, digest
from wattlink.db.database import Database
from wattlink.domain.access.kept import KeptAccess
from wattlink.domain.access.model import Access
from wattlink.domain.access.permissions import Permission
from wattlink.domain.access.uses import Uses
from wattlink.domain.errors import NotAuthenticated
from wattlink.domain.organizations.keys.access.issue import PREFIX
from wattlink.domain.sharing.keys import store
from wattlink.domain.sharing.keys.store import Opened
from wattlink.domain.sharing.roles.model import BASE, BASE_PERMISSIONS, DEFAULT
from wattlink.domain.users.logins import store as logins

_NOTED_EVERY = timedelta(hours=1)


def is_access_key(text: str) -> bool:
    """Whether this can be an access key; other tokens look different."""
    return len(text) == KEY_LENGTH and text.startswith(PREFIX)


class Door:
    """Verifies access keys."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._kept = KeptAccess(self._verify)
        self._uses = Uses(db, every=_NOTED_EVERY)

    async def access_of(self, key: str) -> Access:
        """What a key reaches; raises NotAuthenticated."""
        return await self._kept.of(key)

    def forget(self) -> None:
        """A key, share or role ended or changed: verify every key anew."""
        self._kept.forget()

    async def _verify(self, key: str) -> Access:
        found = None
        if is_access_key(key):
            async with self._db.read() as reader:
                found = await store.opened_by(reader, digest(key))
        if found is None:
            raise NotAuthenticated("unknown or ended key")
        await self._note_use(found)
        return _access(found)

    async def _note_use(self, found: Opened) -> None:
        """Of anonymous users, since those that are idle may be deleted."""
        now, user_id = self._clock(), found.actor_id
        if found.is_anonymous and user_id is not None:
            await self._uses.note(found.seen_at, now, lambda tx: logins.note_use(tx, user_id, now))


def _access(found: Opened) -> Access:
    return Access(
        applications=() if found.application_id is None else (found.application_id,),
        kind=found.kind,
        actor=found.key_id,
        only_user=found.owner_id,
        caller=found.actor_id,
        share_id=found.share_id,
        permissions=_permissions(found),
        subject_id=found.subject_id,
        project_id=found.project_id,
    )


def _permissions(found: Opened) -> tuple[Permission, ...] | None:
    if found.role_id is None:
        return None
    if found.role_id == BASE:
        return BASE_PERMISSIONS
    if found.own_permissions is None or not found.counts:
        return ()
    return (*DEFAULT, *found.own_permissions)
