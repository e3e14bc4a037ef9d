"""Give another user a share of what is one's own, and end it."""

from datetime import datetime

from wattlink.base.ids import new_short_id
from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import RoleId, ShareId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput, NotFound, NotPermitted, Overloaded
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.organizations.projects import store as projects
from wattlink.domain.sharing.roles import store as roles
from wattlink.domain.sharing.roles.model import counts_in
from wattlink.domain.sharing.shares import store
from wattlink.domain.sharing.shares.model import Share
from wattlink.domain.sharing.shares.telling import may_tell
from wattlink.domain.users import store as users
from wattlink.domain.users.logins import store as logins
from wattlink.domain.users.mail.write import write_share
from wattlink.domain.users.model import Login


async def give(
    tx: Transaction,
    access: Access,
    email: str,
    role_id: RoleId,
    *,
    vault: Vault,
    now: datetime,
    sends_mail: bool = False,
) -> Share:
    """A share in what is the caller's own, with a key; the one that is there already for the same person and role.

    Who receives a new one is told by mail, where mails are sent, but not again and again.

    Raises NotFound for an address that no active user of the application has, InvalidInput for the caller's own, and
    NotPermitted for a role out of scope or by a key that is only lent.
    """
    owner_id = giver_of(access)
    receiver = await users.find_by_email(tx, access.application_id, email)
    if receiver is None or receiver.login is not Login.ACTIVE:
        raise NotFound("user", email)
    if receiver.user_id == owner_id:
        raise InvalidInput("email", "is one's own, who needs no share")
    for user_id in sorted((owner_id, receiver.user_id)):
        if not await users.hold(tx, user_id):
            raise NotFound("user", email)
    await _check_scope(tx, access, owner_id, role_id)
    share_id = ShareId(new_short_id())
    if await store.add(
        tx, access.application_id, share_id, role_id, owner_id=owner_id, actor_id=receiver.user_id, now=now
    ):
        await issue.of_share(tx, access.application_id, share_id, vault=vault, now=now)
        if sends_mail and await may_tell(tx, owner_id, receiver.user_id, vault=vault, now=now):
            owner = await logins.get(tx, access, owner_id)
            await write_share(tx, access, receiver, owner, vault=vault, now=now)
    found = [share for share in await store.between(tx, owner_id, receiver.user_id) if share.role_id == role_id]
    if not found:
        raise Overloaded("the share that was there ended at this very moment", retry_after=1)
    return found[0]


async def end(tx: Transaction, access: Access, share_id: ShareId) -> None:
    """End a share that the caller gives or has, and its keys with it; NotPermitted for the caller's own share."""
    share = await store.lock(tx, share_id, giver_of(access))
    if share.is_own:
        raise NotPermitted("one's own access can't be deleted")
    await store.delete(tx, share_id)


def giver_of(access: Access) -> UserId:
    """Who gives with this key; raises NotPermitted for one that is only lent."""
    if access.caller is None or access.is_lent:
        raise NotPermitted("what is only lent can't be given on")
    return access.caller


async def _check_scope(tx: Transaction, access: Access, owner_id: UserId, role_id: RoleId) -> None:
    """The role is one that the giver's own role may give, and counts where the application is."""
    application = await projects.application(tx, access, access.application_id)
    try:
        given = await roles.hold(tx, application.organization_id, role_id)
    except NotFound:
        raise NotPermitted("the role isn't in scope") from None
    own = await roles.get(tx, application.organization_id, (await store.own(tx, owner_id)).role_id)
    if (
        not given.is_for_users
        or given.role_id not in own.grantable_roles
        or not counts_in(given, application.project_id)
    ):
        raise NotPermitted("the role isn't in scope")
