"""Give a user a key of its own, and end all of them."""

from datetime import datetime

from wattlink.base.ids import new_short_id
from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import RoleId, ShareId, UserId
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.organizations.keys.access import store as access_keys
from wattlink.domain.sharing.shares import store as shares
from wattlink.domain.sharing.shares.model import Share
from wattlink.domain.users.model import AppUser


async def own_share(tx: Transaction, user: AppUser, role_id: RoleId, *, now: datetime) -> Share:
    """The user's share in what is its own, made when it gets its first key."""
    share_id = ShareId(new_short_id())
    await shares.add(tx, user.application_id, share_id, role_id, owner_id=user.user_id, actor_id=user.user_id, now=now)
    return await shares.own(tx, user.user_id)


async def new_user_key(tx: Transaction, share: Share, *, vault: Vault, now: datetime) -> str:
    """A further key of a share."""
    return await issue.of_share(tx, share.application_id, share.share_id, vault=vault, now=now)


async def same_user_key(tx: Transaction, share: Share, *, vault: Vault, now: datetime) -> str:
    """The newest key of a share, or a first one."""
    found = await access_keys.of_shares(tx, [share.share_id])
    return issue.opened(found[0], vault) if found else await new_user_key(tx, share, vault=vault, now=now)


async def log_out(tx: Transaction, user_id: UserId) -> None:
    """End every key of the user's own; what others gave, and what it gave others, stays."""
    await access_keys.end_of_share(tx, (await shares.own(tx, user_id)).share_id)
