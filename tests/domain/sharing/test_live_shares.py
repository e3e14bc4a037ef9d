"""Whatever users do with logins and shares in whatever order: a key opens exactly while what it acts by is live.

And what it opens is what the role allows now.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.support.clock import StillClock
from wattlink.base.ids import new_id
from wattlink.base.vault import Vault
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import RoleId, ShareId, UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.access.permissions import LETTERS, Permission, may
from wattlink.domain.errors import DomainError, NotAuthenticated, NotFound, StillInUse
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.organizations.create import create_application, create_organization
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.organizations.keys.access import store as access_keys
from wattlink.domain.organizations.projects import store as projects
from wattlink.domain.sharing.keys.door import Door
from wattlink.domain.sharing.own.log_out import log_out
from wattlink.domain.sharing.own.open import LoginKey, open_own
from wattlink.domain.sharing.roles.change import RoleChanges, create_role, delete_role, set_permissions
from wattlink.domain.sharing.roles.model import BASE
from wattlink.domain.sharing.shares.give import end, give
from wattlink.domain.users.logins import store as logins
from wattlink.domain.users.logins.activate import activate
from wattlink.domain.users.logins.sign_up import sign_up
from wattlink.domain.users.model import NewUser

T = TypeVar("T")


@dataclass(frozen=True)
class Person:
    user_id: UserId
    email: str


@dataclass(frozen=True)
class Given:
    share_id: ShareId
    owner: Person
    actor: Person
    role_id: RoleId
    key: str


@dataclass(frozen=True)
class Live:
    """By what a key acts."""

    owner: Person
    actor: Person
    role_id: RoleId


class Sharing(RuleBasedStateMachine):
    """The model: which keys are live, and for whom they act on whose things."""

    dsn = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.numbers, self.vault, self.clock = count(), Vault({"k1": bytes(32)}), StillClock()
        self.live: dict[str, Live] = {}
        self.dead: set[str] = set()
        self.there: set[Person] = set()
        self.have_come_in: set[Person] = set()
        self.given: dict[ShareId, Given] = {}
        self.db = self.run(Database(self.dsn).__aenter__())
        self.allowed: dict[RoleId, str] = {BASE: LETTERS}
        self.access = self.run(self._application())

    people = Bundle("people")

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def _application(self) -> Access:
        async with self.db.transaction() as tx:
            self.organization_id = await create_organization(tx, "Voltly")
            made = await create_application(tx, "Voltly", organization_id=self.organization_id)
            access = Access(applications=(made.application_id,), kind=KeyKind.APPLICATION)
            self.lent = await self._role(tx, "Reader", ())
            self.own = await self._role(tx, "Giver", (BASE, self.lent))
            changes = {"default_role": self.own}
            await projects.describe(tx, made.application_id, changes, now=self.clock())
        return access

    async def _role(self, tx: Transaction, name: str, grantable_roles: tuple[RoleId, ...]) -> RoleId:
        changes = RoleChanges(name=name, grantable_roles=grantable_roles)
        role = await create_role(tx, self.organization_id, changes, is_for_users=True, now=self.clock())
        self.allowed[role.role_id] = ""
        return role.role_id

    def acting(self, person: Person) -> Access:
        return Access(
            applications=self.access.applications, kind=KeyKind.USER, only_user=person.user_id, caller=person.user_id
        )

    @initialize(target=people)
    def two_who_share_both_ways(self) -> Any:
        """So that every rule finds something to act on from the first step on."""
        ada, bob = self.somebody_signs_up(), self.somebody_signs_up()
        self.logs_in(ada)
        self.logs_in(bob)
        self.gives_a_share(ada, bob, is_base=True)
        self.gives_a_share(bob, ada, is_base=False)
        return multiple(ada, bob)

    @rule(target=people)
    def somebody_signs_up(self) -> Person:
        person = Person(UserId(new_id()), f"person{next(self.numbers)}@example.com")
        new = NewUser(user_id=person.user_id, shown_id=str(person.user_id), email=person.email)

        async def work() -> None:
            async with self.db.transaction() as tx:
                await sign_up(tx, self.access, new, "hash", vault=self.vault, now=self.clock())
                await activate(tx, self.access, person.user_id, now=self.clock())

        self.run(work())
        self.there.add(person)
        return person

    @rule(person=people)
    def logs_in(self, person: Person) -> None:
        async def work() -> str:
            async with self.db.transaction() as tx:
                await logins.lock(tx, self.access, person.user_id)
                user = await logins.get(tx, self.access, person.user_id)
                opened = await open_own(tx, self.access, user, which=LoginKey.NEW, vault=self.vault, now=self.clock())
                return opened.key

        if person in self.there:
            self.live[self.run(work())] = Live(person, person, self.own)
            self.have_come_in.add(person)
        else:
            self.refused(work(), NotFound)

    @rule(person=people)
    def logs_out(self, person: Person) -> None:
        async def work() -> None:
            async with self.db.transaction() as tx:
                await log_out(tx, self.acting(person))

        if any(live.owner == live.actor == person for live in self.live.values()):
            self.run(work())
            self.ends(lambda _, live: live.owner == live.actor == person)

    @rule(letters=st.lists(st.sampled_from(LETTERS), unique=True), is_own=st.booleans())
    def a_role_changes(self, letters: list[str], *, is_own: bool) -> None:
        role_id, said = self.own if is_own else self.lent, "".join(letters)
        given = [Permission(path="/thngs", letters=said)] if said else []

        async def work() -> None:
            async with self.db.transaction() as tx:
                await set_permissions(tx, self.organization_id, role_id, given, now=self.clock())

        self.run(work())
        self.allowed[role_id] = said

    @rule()
    def roles_that_are_held_stay(self) -> None:
        async def work() -> None:
            async with self.db.transaction() as tx:
                await delete_role(tx, self.organization_id, self.own)

        self.refused(work(), StillInUse)

    @rule(owner=people, actor=people, is_base=st.booleans())
    def gives_a_share(self, owner: Person, actor: Person, *, is_base: bool) -> None:
        role_id = BASE if is_base else self.lent

        async def work() -> Given:
            async with self.db.transaction() as tx:
                share = await give(tx, self.acting(owner), actor.email, role_id, vault=self.vault, now=self.clock())
                (key,) = await access_keys.newest_of_shares(tx, [share.share_id])
                return Given(share.share_id, owner, actor, role_id, issue.opened(key, self.vault))

        if owner == actor or actor not in self.there or owner not in self.there & self.have_come_in:
            self.refused(work(), DomainError)
            return
        given = self.run(work())
        assert given.key not in self.dead
        known = self.given.setdefault(given.share_id, given)
        assert known == given
        self.live[given.key] = Live(owner, actor, role_id)

    @rule(data=st.data(), by_owner=st.booleans())
    def ends_a_share(self, data: st.DataObject, *, by_owner: bool) -> None:
        if not self.given:
            return
        given = data.draw(st.sampled_from(sorted(self.given.values(), key=lambda found: found.share_id)))

        async def work() -> None:
            async with self.db.transaction() as tx:
                await end(tx, self.acting(given.owner if by_owner else given.actor), given.share_id)

        self.run(work())
        self.ends(lambda key, _: key == given.key)

    @rule(person=consumes(people))
    def is_deleted(self, person: Person) -> None:
        async def work() -> None:
            async with self.db.transaction() as tx:
                user = await logins.get(tx, self.access, person.user_id)
                await delete_user(tx, self.access, user.external_id, vault=self.vault, now=self.clock())

        self.run(work())
        self.there.discard(person)
        self.ends(lambda _, live: person in (live.owner, live.actor))

    @invariant()
    def keys_open_exactly_what_is_live(self) -> None:
        door = Door(self.db, self.clock)
        for key, live in self.live.items():
            found = self.run(door.access_of(key))
            assert (found.only_user, found.caller) == (live.owner.user_id, live.actor.user_id)
            assert found.permissions is not None
            may_do = {letter for letter in LETTERS if may(found.permissions, "/thngs", letter)}
            assert may_do == set(self.allowed[live.role_id])
        for key in self.dead:
            self.refused(door.access_of(key), NotAuthenticated)

    def refused(self, work: Coroutine[Any, Any, object], error: type[DomainError]) -> None:
        with pytest.raises(error):
            self.run(work)

    def ends(self, is_ended: Callable[[str, Live], bool]) -> None:
        gone = {key for key, live in self.live.items() if is_ended(key, live)}
        self.dead |= gone
        self.live = {key: live for key, live in self.live.items() if key not in gone}
        self.given = {share_id: given for share_id, given in self.given.items() if given.key not in gone}

    def teardown(self) -> None:
        self.run(self.db.__aexit__())
        self.loop.close()


def test_access_exactly_while_a_live_grant_exists(new_database: Callable[[], str]) -> None:
    class Here(Sharing):
        dsn = new_database()

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
