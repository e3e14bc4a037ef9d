"""Where somebody proves to be a user: by a password or an activation code, counted, in constant time.

An attempt is counted before it is judged. An unknown user costs the same hash as a known one, and the same count.
"""

import msgspec

from wattlink.base.vault import Vault
from wattlink.db.database import Database, Reader, Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists, InvalidInput, NotFound, NotPermitted, WrongPassword
from wattlink.domain.users.logins import codes, store
from wattlink.domain.users.logins.change import NewPassword
from wattlink.domain.users.model import Login, Secrets
from wattlink.domain.users.passwords.hashing import Passwords, Verdict, salt_of
from wattlink.domain.users.passwords.policy import PasswordPolicy
from wattlink.domain.users.throttling.attempt import Throttle
from wattlink.domain.users.throttling.model import ACTIVATION_CODES, PASSWORDS, Attempt


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who logs in says: an address or an id, and a password. `network` None: isn't limited by it."""

    email: str | None = None
    user_id: UserId | None = None
    password: str
    network: str | None = None

    @property
    def name(self) -> str:
        """Whom they mean, also where there is nobody."""
        return str(self.user_id) if self.email is None else self.email


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is this user; `accept` it in the transaction that lets them in."""

    user_id: UserId
    password_hash: str
    better_hash: str | None
    attempt: Attempt


class ProvedCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code as it was when it was proved, and the address that it proves, if that isn't the user's yet."""

    sealed: bytes
    address: str | None


class Gate:
    """Proves users, and makes the hashes of the passwords that they choose."""

    def __init__(self, *, passwords: Passwords, policy: PasswordPolicy, throttle: Throttle, vault: Vault) -> None:
        self._passwords = passwords
        self._policy = policy
        self._throttle = throttle
        self._vault = vault

    async def prove(self, db: Database, access: Access, given: Given) -> Proof:
        """Who logs in. Raises NotFound, WrongPassword, NotPermitted before activation, and TooManyAttempts."""
        async with db.read() as reader:
            known = await self._meant(reader, access, given)
        attempt = self._attempt(access, given, known)
        verdict = await self._judge(db, attempt, known, given.password)
        if known is None:
            raise NotFound("user", given.name)
        if not verdict.is_right or known.password_hash is None:
            raise WrongPassword("the password isn't the one")
        if known.login is not Login.ACTIVE:
            raise NotPermitted("the user hasn't been activated")
        return Proof(
            user_id=known.user_id,
            password_hash=known.password_hash,
            better_hash=verdict.better_hash,
            attempt=attempt,
        )

    async def accept(self, tx: Transaction, access: Access, proof: Proof) -> None:
        """Let in who was proved, unless they left or changed the password meanwhile; holds the user."""
        await store.lock(tx, access, proof.user_id)
        secrets = await store.secrets(tx, access, proof.user_id)
        if secrets.password_hash is None or salt_of(secrets.password_hash) != salt_of(proof.password_hash):
            raise WrongPassword("the password was changed meanwhile")
        if proof.better_hash is not None:
            await store.set_password(tx, proof.user_id, proof.better_hash, instead_of=proof.password_hash)
        await self._throttle.note_address(tx, proof.attempt, proof.user_id)

    async def prove_code(
        self, db: Database, access: Access, user_id: UserId, code: str, network: str | None
    ) -> ProvedCode:
        """Raise unless the user waits for this code: NotFound, AlreadyExists, InvalidInput, TooManyAttempts."""
        async with db.read() as reader:
            known = await store.secrets(reader, access, user_id)
        attempt = Attempt(
            limits=ACTIVATION_CODES, application_id=access.application_id, account=str(user_id), network=network
        )
        sealed = known.sealed_activation_code
        if sealed is None:
            raise AlreadyExists("the user is no user who waits for activation")
        counted = await self._throttle.count(db, attempt, None)
        if not codes.is_right(code, sealed, user_id, self._vault):
            raise InvalidInput("activation_code", "isn't the one")
        async with db.transaction() as tx:
            await self._throttle.give_back(tx, counted)
        return ProvedCode(sealed=sealed, address=codes.address_of(sealed, user_id, self._vault))

    async def first_hash(self, password: str) -> str:
        """The hash of a password that somebody signs up with; raises InvalidInput for a weak one."""
        self._policy.check(password)
        return await self._passwords.hash(password)

    async def new_password(
        self, db: Database, access: Access, user_id: UserId, password: str, current: str | None
    ) -> NewPassword:
        """Another password for a user. Who isn't the operator has to know the current one, if there is any."""
        self._policy.check(password)
        async with db.read() as reader:
            known = await store.secrets(reader, access, user_id)
        if access.operates is None and known.password_hash is not None:
            await self._check_current(db, access, known, current)
        return NewPassword(await self._passwords.hash(password), known.password_hash)

    async def _check_current(self, db: Database, access: Access, known: Secrets, current: str | None) -> None:
        if current is None:
            raise NotPermitted("the current password is needed to change it")
        attempt = Attempt(limits=PASSWORDS, application_id=access.application_id, account=f"own {known.user_id}")
        if not (await self._judge(db, attempt, known, current)).is_right:
            raise NotPermitted("the current password isn't the one")

    async def _judge(self, db: Database, attempt: Attempt, known: Secrets | None, password: str) -> Verdict:
        """Who waits for a turn isn't counted yet, and who is right isn't any more: a burst of them may come in."""
        async with self._passwords.turn():
            counted = await self._throttle.count(db, attempt, None if known is None else known.user_id)
            verdict = await self._passwords.verify(password, None if known is None else known.password_hash)
            if verdict.is_right:
                async with db.transaction() as tx:
                    await self._throttle.give_back(tx, counted)
            return verdict

    async def _meant(self, reader: Reader, access: Access, given: Given) -> Secrets | None:
        if given.email is not None:
            return await store.secrets_by_email(reader, access.application_id, given.email)
        assert given.user_id is not None
        try:
            return await store.secrets(reader, access, given.user_id)
        except NotFound:
            return None

    def _attempt(self, access: Access, given: Given, known: Secrets | None) -> Attempt:
        """An account is one, by whatever it is named."""
        return Attempt(
            limits=PASSWORDS,
            application_id=access.application_id,
            account=given.name.lower() if known is None else str(known.user_id),
            network=given.network,
        )
