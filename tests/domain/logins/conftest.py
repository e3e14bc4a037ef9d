"""Somebody to log in."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.clock import StillClock
from wattlink.base.ids import new_id
from wattlink.base.vault import Vault
from wattlink.db.database import Database
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.organizations.create import create_application
from wattlink.domain.sharing.own.log_in import LoggedIn, log_in
from wattlink.domain.sharing.own.open import LoginKey
from wattlink.domain.users.logins.activate import activate
from wattlink.domain.users.logins.gate import Gate, Given
from wattlink.domain.users.logins.sign_up import SignedUp, sign_up
from wattlink.domain.users.model import NewUser
from wattlink.domain.users.passwords.hashing import Cost, Passwords
from wattlink.domain.users.passwords.policy import PasswordPolicy
from wattlink.domain.users.throttling.attempt import Throttle

CHEAP = Cost(passes=1, memory_kib=8)


@dataclass
class Door:
    """An application's users, and what lets them in."""

    db: Database
    clock: StillClock
    vault: Vault
    gate: Gate
    access: Access

    def gate_with(self, passwords: Passwords, policy: PasswordPolicy | None = None) -> Gate:
        """Another gate, of another process."""
        throttle = Throttle(vault=self.vault, clock=self.clock)
        return Gate(passwords=passwords, policy=policy or PasswordPolicy(), throttle=throttle, vault=self.vault)

    async def another_app(self) -> Access:
        """The public key of a further application."""
        async with self.db.transaction() as tx:
            made = await create_application(tx, "Sunny")
        return Access(applications=(made.application_id,), kind=KeyKind.APPLICATION)

    async def sign_up(
        self, email: str, password: str = "password", *, access: Access | None = None, external_id: str | None = None
    ) -> SignedUp:
        """Somebody who isn't active yet."""
        hashed, user_id = await self.gate.first_hash(password), UserId(new_id())
        new = NewUser(user_id=user_id, shown_id=f"U{user_id}", email=email, external_id=external_id)
        async with self.db.transaction() as tx:
            return await sign_up(tx, access or self.access, new, hashed, vault=self.vault, now=self.clock())

    async def active(self, email: str, password: str = "password") -> SignedUp:
        """Somebody who is."""
        signed_up = await self.sign_up(email, password)
        user_id = signed_up.user.user_id
        await self.gate.prove_code(self.db, self.access, user_id, signed_up.activation_code, None)
        async with self.db.transaction() as tx:
            await activate(tx, self.access, user_id, now=self.clock())
        return signed_up

    async def log_in(
        self,
        email: str,
        password: str = "password",
        *,
        network: str | None = None,
        which: LoginKey = LoginKey.NEW,
        gate: Gate | None = None,
    ) -> LoggedIn:
        """A log-in by address."""
        given = Given(email=email, password=password, network=network)
        return await log_in(
            self.db, self.access, given, gate=gate or self.gate, which=which, vault=self.vault, clock=self.clock
        )


@pytest.fixture(scope="session")
def passwords() -> Iterator[Passwords]:
    with Passwords(cost=CHEAP) as opened:
        yield opened


@pytest.fixture
async def door(db: Database, passwords: Passwords) -> Door:
    clock, vault = StillClock(), Vault({"k1": bytes(range(32))})
    async with db.transaction() as tx:
        made = await create_application(tx, "Voltly")
    access = Access(applications=(made.application_id,), kind=KeyKind.APPLICATION)
    throttle = Throttle(vault=vault, clock=clock)
    return Door(
        db, clock, vault, Gate(passwords=passwords, policy=PasswordPolicy(), throttle=throttle, vault=vault), access
    )
