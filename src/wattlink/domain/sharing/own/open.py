"""A user comes in: the own share, and a key of it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from wattlink.base.ids import new_short_id
from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import RoleId, ShareId
from wattlink.domain.access.model import Access
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.organizations.keys.access import store as access_keys
from wattlink.domain.organizations.projects import store as projects
from wattlink.domain.sharing.roles import store as roles
from wattlink.domain.sharing.shares import store as shares
from wattlink.domain.sharing.shares.model import Share
from wattlink.domain.users.model import AppUser


class LoginKey(StrEnum):
    """Which key a log-in gives: a new one beside those that live, or the same until log-out."""

    NEW = "new"
    SAME = "same"


class Opened(msgspec.Struct, frozen=True):
    """A share with a key that acts by it."""

    share: Share
    key: str


async def own_share(tx: Transaction, access: Access, user: AppUser, *, now: datetime) -> Share:
    """The user's share in what is its own, made with the user by the role that the application's new users get."""
    if (found := await shares.find_own(tx, user.user_id)) is not None:
        return found
    application = await projects.application(tx, access, user.application_id)
    await roles.hold(tx, application.organization_id, RoleId(application.default_role))
    await shares.add(
        tx,
        user.application_id,
        ShareId(new_short_id()),
        RoleId(application.default_role),
        owner_id=user.user_id,
        actor_id=user.user_id,
        now=now,
    )
    return await shares.own(tx, user.user_id)


async def open_own(
    tx: Transaction, access: Access, user: AppUser, *, which: LoginKey, vault: Vault, now: datetime
) -> Opened:
    """A key for a user who was proved, and is held: an own log-in, by whatever proof."""
    share = await own_share(tx, access, user, now=now)
    found = await access_keys.newest_of_shares(tx, [share.share_id]) if which is LoginKey.SAME else []
    if found:
        return Opened(share, issue.opened(found[0], vault))
    return Opened(share, await issue.of_share(tx, share.application_id, share.share_id, vault=vault, now=now))
