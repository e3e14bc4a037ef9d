"""Users with keys of their own, and keys that they lent, made without the calls that ask for passwords."""

from litestar import Litestar

from tests.dialects.evrythng.conftest import Caller, World
from wattlink.base.ids import new_id, new_short_id
from wattlink.dialects.evrythng.ids import id_of
from wattlink.domain.access.ids import RoleId, ShareId, UserId
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.sharing.own.open import LoginKey, open_own
from wattlink.domain.sharing.roles.model import BASE
from wattlink.domain.sharing.shares import store as shares
from wattlink.domain.users.logins.begin_anonymous import begin_anonymous
from wattlink.domain.users.logins.change import NewPassword, change
from wattlink.domain.users.model import AppUser, Change
from wattlink.wiring import Hub


class UserCaller(Caller):
    """A user with its own key."""

    user: AppUser

    @property
    def id(self) -> str:
        """As the dialect shows it."""
        return id_of(self.user.user_id)


async def user_of(world: World) -> UserCaller:
    """A new anonymous user."""
    access = await world.hub.door.access_of(world.public.key or "")
    user_id = UserId(new_id())
    async with world.hub.db.transaction() as tx:
        user = await begin_anonymous(tx, access, user_id, id_of(user_id), now=world.hub.clock())
        opened = await open_own(tx, access, user, which=LoginKey.NEW, vault=world.hub.vault, now=world.hub.clock())
    caller = UserCaller(world.app, opened.key)
    caller.user = user
    return caller


async def acting(hub: Hub, app: Litestar, user: AppUser) -> UserCaller:
    """A user with its own key."""
    caller = UserCaller(app, await key_of(hub, user, user))
    caller.user = user
    return caller


async def lent(world: World, owner: UserCaller, actor: UserCaller, role: str = BASE) -> Caller:
    """The key with which one user acts on what is another's."""
    return world.caller(await key_of(world.hub, owner.user, actor.user, role))


async def key_of(hub: Hub, owner: AppUser, actor: AppUser, role: str = BASE) -> str:
    """A key of a new share."""
    now, share_id = hub.clock(), ShareId(new_short_id())
    async with hub.db.transaction() as tx:
        await shares.add(
            tx, owner.application_id, share_id, RoleId(role), owner_id=owner.user_id, actor_id=actor.user_id, now=now
        )
        return await issue.of_share(tx, owner.application_id, share_id, vault=hub.vault, now=now)


async def named(world: World, email: str) -> UserCaller:
    """A new active user with an address."""
    caller = await user_of(world)
    access = await world.hub.door.access_of(caller.key or "")
    password = NewPassword("no hash of anything", None)
    async with world.hub.db.transaction() as tx:
        caller.user = await change(
            tx, access, caller.user.user_id, Change(email=email), password, now=world.hub.clock()
        )
    return caller
