"""Random lives of accounts: whatever people, vendors and apps do in whatever order, some things are always so."""

import random
from collections import Counter

import msgspec
import pytest

from tests.support.accounts import World
from tests.support.vendor_pages import NotLetIn
from wattlink.connectors.errors import ConnectorError
from wattlink.connectors.simulation import Fault
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.accounts import leave
from wattlink.domain.accounts.breaking.incidents import watch
from wattlink.domain.accounts.credentials.sealing import subject_hash
from wattlink.domain.accounts.link import take_back
from wattlink.domain.accounts.model import LinkedBy
from wattlink.domain.devices.delete import delete_of_user
from wattlink.domain.errors import NotFound
from wattlink.domain.users import store as users

USERS, LOGINS, STEPS = ("ada", "bob"), ("one@example.com", "two@example.com"), 120
VENDORS = ("easee", "tesla")


class Life:
    """What may happen next."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world = world
        self._chance = chance
        self._sessions: list[LinkedBy] = []
        often = [self.link, self.link, self.visit, self.visit, self.visit_soon, self.visit_soon, self.heal]
        now_and_then = [self.begin, self.complete, self.cancel, self.revoke, self.buy, self.withdraw, self.withdraw]
        trouble = [self.fault, self.vendor_fault, self.visit_while_leaving]
        goodbye = [self.disconnect, self.deauthorize, self.delete]
        self._moves = [*often, *often, *often, *now_and_then, *now_and_then, *trouble, *goodbye]

    async def step(self) -> str:
        """Let something happen; what it was."""
        move = self._chance.choice(self._moves)
        await move()
        return move.__name__

    async def begin(self) -> None:
        """Somebody signs in; the vendor may not let them."""
        vendor, login, user = (self._chance.choice(choices) for choices in (VENDORS, LOGINS, USERS))
        try:
            grant = await self._world.grant(vendor, login)
        except (ConnectorError, NotLetIn, UnicodeDecodeError):
            return
        by = await self._world.linked_by(vendor, user)
        await self._world.save(by, grant)
        self._sessions.append(by)

    async def link(self) -> None:
        """From signing in to published devices, unless something is wrong with the vendor."""
        before = len(self._sessions)
        await self.begin()
        await self._world.visit_due()
        if len(self._sessions) > before:
            await self.complete()

    async def heal(self) -> None:
        """The vendors are well again."""
        for vendor in VENDORS:
            await self._world.sandbox.vendor_fault(vendor)
            for login in LOGINS:
                await self._world.sandbox.fault(vendor, login)

    async def complete(self) -> None:
        if self._sessions:
            await self._world.publish(self._sessions.pop())

    async def cancel(self) -> None:
        if self._sessions:
            by = self._sessions.pop(0)
            async with self._world.hub.db.transaction() as tx:
                await take_back(tx, by.session_id, vault=self._world.hub.vault, now=self._world.clock())

    async def visit(self) -> None:
        await self._world.visit_due(hours=self._chance.choice((1, 9)))
        await watch(self._world.hub.db, clock=self._world.clock)

    async def visit_soon(self) -> None:
        await self._world.visit_due(seconds=61)

    async def revoke(self) -> None:
        await self._world.revoke_due(hours=1)

    async def withdraw(self) -> None:
        await self._world.sandbox.withdraw(self._chance.choice(VENDORS), self._chance.choice(LOGINS))

    async def fault(self) -> None:
        faults = self._chance.choice(([], [], [], [Fault.REFRESH_REFUSED], [Fault.GARBAGE], [Fault.QUOTA]))
        await self._world.sandbox.fault(self._chance.choice(VENDORS), self._chance.choice(LOGINS), *faults)

    async def vendor_fault(self) -> None:
        faults = self._chance.choice(([], [], [Fault.OUTAGE]))
        await self._world.sandbox.vendor_fault(self._chance.choice(VENDORS), *faults)

    async def buy(self) -> None:
        vendor, login = self._chance.choice(VENDORS), self._chance.choice(LOGINS)
        await self._world.sandbox.change(vendor, login, add_devices=1)
        if self._chance.random() < 0.5:
            await self._world.sandbox.change(vendor, login, remove_devices=[await self._first(vendor, login)])

    async def _first(self, vendor: str, login: str) -> str:
        accounts = await self._world.sandbox.control("GET", "/accounts")
        (account,) = [shown for shown in accounts if (shown["vendor"], shown["username"]) == (vendor, login)]
        return str(account["devices"][0]["vendor_device_id"])

    async def disconnect(self) -> None:
        user_id = await self._world.user(self._chance.choice(USERS))
        vendor, hub = self._chance.choice(VENDORS), self._world.hub
        try:
            async with hub.db.transaction() as tx:
                await leave.disconnect(
                    tx, self._world.access, user_id, vendor, None, vault=hub.vault, now=self._world.clock()
                )
        except NotFound:
            return

    async def deauthorize(self) -> None:
        user_id, hub = await self._world.user(self._chance.choice(USERS)), self._world.hub
        async with hub.db.transaction() as tx:
            await leave.deauthorize(tx, self._world.access, user_id, vault=hub.vault, now=self._world.clock())

    async def delete(self) -> None:
        user_id, hub, now = await self._world.user(self._chance.choice(USERS)), self._world.hub, self._world.clock()
        async with hub.db.transaction() as tx:
            await leave.hand_over_for_revocation(tx, self._world.access, user_id, vault=hub.vault, now=now)
            await delete_of_user(tx, self._world.access, user_id, now=now)
            await users.delete(tx, user_id, now=now)

    async def visit_while_leaving(self) -> None:
        """A visit is under way while something else happens."""
        self._world.clock.forward(hours=1)
        batches = [await self._world.visits.take(vendor) for vendor in VENDORS]
        await self._chance.choice((self.disconnect, self.deauthorize, self.delete, self.begin, self.complete))()
        for batch in batches:
            for prepared in batch:
                await self._world.visits.visit(prepared)


async def none(world: World, sql: str) -> None:
    """No row answers this statement."""
    async with world.hub.db.read() as reader:
        assert await reader.one(int, f"SELECT count(*) FROM ({sql}) AS offence") == 0, sql  # noqa: S608


ALWAYS = (
    # Who has a credential is visited, and who hasn't isn't.
    """SELECT FROM account LEFT JOIN credential USING (account_id) LEFT JOIN visit USING (account_id)
        WHERE (credential_id IS NULL) <> (state = 'deauthorized')
           OR (due_at IS NOT NULL) <> (state IN ('provisional', 'good', 'suspect'))""",
    # Nobody stays there after the visit has ended.
    "SELECT FROM visit WHERE busy_until > clock_timestamp()",
    # What nobody has completed shows nothing.
    "SELECT FROM account WHERE state = 'provisional' AND kinds <> '{}'",
    """SELECT FROM device JOIN account USING (account_id)
        WHERE (is_published AND state = 'provisional') OR (NOT is_published AND kind = ANY(kinds))""",
    # An account without kinds waits for a session, or was deauthorized.
    """SELECT FROM account WHERE kinds = '{}' AND state <> 'deauthorized'
         AND NOT EXISTS (SELECT FROM pending_kind WHERE pending_kind.account_id = account.account_id)""",
    # A broken link is shown at every device that is published, and at no others.
    """SELECT FROM device JOIN account USING (account_id) JOIN device_state USING (device_id)
        WHERE state = 'broken' AND is_published AND document ->> 'is_reachable' <> 'false'""",
)


class Login(msgspec.Struct, frozen=True):
    """A login of a live account."""

    registration_id: RegistrationId
    subject: str


async def no_grant_that_is_lived_on_is_withdrawn(world: World) -> None:
    """Where withdrawing would end the whole grant, none waits whose login a live account has."""
    async with world.hub.db.read() as reader:
        live = await reader.all(
            Login,
            "SELECT registration_id, subject FROM account JOIN credential USING (account_id) WHERE state <> 'broken'",
        )
        leaving = await reader.all(bytes, "SELECT subject_hash FROM revocation WHERE vendor = 'tesla'")
    assert not {subject_hash(login.registration_id, login.subject, world.hub.vault) for login in live} & set(leaving)


async def events_tell_what_is_there(world: World) -> None:
    """Every device that is shown was discovered once more often than deleted, every other one as often."""
    async with world.hub.db.read() as reader:
        told = await reader.all(
            dict, "SELECT jsonb_build_object('device', device_id, 'type', type) FROM event WHERE device_id IS NOT NULL"
        )
        shown = {str(key) for key in await reader.all(str, "SELECT device_id::text FROM device WHERE is_published")}
    balance: Counter[str] = Counter()
    for event in told:
        balance[event["device"]] += {"device.discovered": 1, "device.deleted": -1}.get(event["type"], 0)
    assert {device for device, count in balance.items() if count == 1} == shown
    assert set(balance.values()) <= {0, 1}


@pytest.mark.parametrize("seed", range(4))
async def test_some_things_are_always_so(world: World, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    for vendor in VENDORS:
        for login in LOGINS:
            await world.sandbox.open(vendor, login, devices=2)
    life, happened = Life(world, chance), list[str]()
    for _ in range(STEPS):
        happened.append(await life.step())
        for offence in ALWAYS:
            await none(world, offence)
        await no_grant_that_is_lived_on_is_withdrawn(world)
        await events_tell_what_is_there(world)
    assert len(set(happened)) > 12


async def test_in_the_end_nothing_is_left_to_withdraw(world: World) -> None:
    chance = random.Random(99)  # noqa: S311
    for vendor in VENDORS:
        for login in LOGINS:
            await world.sandbox.open(vendor, login)
    life = Life(world, chance)
    for _ in range(STEPS):
        await life.step()
    await life.heal()
    for user in USERS:
        user_id = await world.user(user)
        async with world.hub.db.transaction() as tx:
            await leave.deauthorize(tx, world.access, user_id, vault=world.hub.vault, now=world.clock())
    async with world.hub.db.transaction() as tx:
        await tx.execute("UPDATE circuit SET open_since = NULL")
    for _ in range(3):
        await world.revoke_due(hours=2)
    await none(world, "SELECT FROM revocation")
    await none(world, "SELECT FROM credential")
