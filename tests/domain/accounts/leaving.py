"""A login that is linked, and the ways in which it leaves."""

from tests.support.accounts import World
from wattlink.connectors.devices import Kind
from wattlink.domain.access.ids import AccountId
from wattlink.domain.accounts import leave
from wattlink.domain.devices.delete import delete_of_user
from wattlink.domain.users import store as users

ADA = "ada@example.com"
WITHDRAWN = {"easee": "/api/accounts/logout", "tesla": "/oauth2/v3/revoke"}


async def linked(world: World, vendor: str = "easee", user: str = "ada", **knobs: object) -> AccountId:
    """Ada's login, linked by a user."""
    await world.sandbox.open(vendor, ADA, knobs=knobs)
    return await world.link(vendor, ADA, user=user)


async def deauthorize(world: World, user: str = "ada") -> None:
    user_id = await world.user(user)
    async with world.hub.db.transaction() as tx:
        await leave.deauthorize(tx, world.access, user_id, vault=world.hub.vault, now=world.clock())


async def disconnect(world: World, vendor: str, *kinds: Kind, user: str = "ada") -> None:
    user_id = await world.user(user)
    async with world.hub.db.transaction() as tx:
        await leave.disconnect(
            tx, world.access, user_id, vendor, kinds or None, vault=world.hub.vault, now=world.clock()
        )


async def delete(world: World, user: str = "ada") -> None:
    """What deleting a user does to its accounts and devices."""
    user_id = await world.user(user)
    async with world.hub.db.transaction() as tx:
        await leave.hand_over_for_revocation(tx, world.access, user_id, vault=world.hub.vault, now=world.clock())
        await delete_of_user(tx, world.access, user_id, now=world.clock())
        await users.delete(tx, user_id, now=world.clock())


async def withdrawals(world: World, vendor: str = "easee") -> list[int]:
    """What the vendor answered when access was withdrawn."""
    return [seen.status for seen in await world.sandbox.requests(vendor) if seen.path == WITHDRAWN[vendor]]


async def left_over(world: World) -> int:
    """How many revocations there are."""
    async with world.hub.db.read() as reader:
        return await reader.one(int, "SELECT count(*) FROM revocation")
