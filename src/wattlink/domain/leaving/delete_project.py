"""Delete a project with everything in it."""

from datetime import datetime

from wattlink.base.clock import Clock
from wattlink.base.vault import Vault
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import ProjectId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import StillInUse
from wattlink.domain.leaving.delete_application import delete_application
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.organizations.keys import store as keys
from wattlink.domain.organizations.keys.access import store as access_keys
from wattlink.domain.organizations.projects import store as projects
from wattlink.domain.records import store as records
from wattlink.domain.users import store as users

_AT_ONCE = 50


async def delete_project(db: Database, access: Access, project_id: ProjectId, *, vault: Vault, clock: Clock) -> None:
    """Its users leave a few at a time, so that no transaction is long; then the applications, then the project."""
    async with db.read() as reader:
        await projects.get(reader, access, project_id)
        inside = await projects.applications(reader, access, project_id)
    for application in inside:
        await delete_with_users(db, access.within(application.application_id), vault=vault, clock=clock)
    async with db.transaction() as tx:
        await projects.lock(tx, access, project_id)
        await records.forget_project(tx, project_id)
        await projects.delete(tx, project_id)


async def delete_with_users(db: Database, access: Access, *, vault: Vault, clock: Clock) -> None:
    """An application that still has users: they leave first, since vendors must hear of each.

    Before them its keys end, or as many might come as leave; another process knows those for a moment longer.
    """
    async with db.transaction() as tx:
        await keys.delete_of_application(tx, access.application_id)
        await access_keys.end_of_application(tx, access.application_id)
    while not await _is_deleted(db, access, vault=vault, clock=clock):
        pass


async def _is_deleted(db: Database, access: Access, *, vault: Vault, clock: Clock) -> bool:
    async with db.transaction() as tx:
        if not await _delete_some(tx, access, vault=vault, now=clock()):
            return False
    try:
        async with db.transaction() as tx:
            await delete_application(tx, access)
    except StillInUse:
        async with db.read() as reader:
            if not await users.count(reader, access):
                raise
        return False  # somebody has come since
    return True


async def _delete_some(tx: Transaction, access: Access, *, vault: Vault, now: datetime) -> bool:
    found = await users.some(tx, access, limit=_AT_ONCE)
    for external_id in found:
        await delete_user(tx, access, external_id, vault=vault, now=now)
    return len(found) < _AT_ONCE
