"""People sign up, are activated and log in; what they know is kept so that nobody else can learn it."""

import asyncio

import psycopg
import pytest

from tests.domain.logins.conftest import Door
from tests.support.users import get_or_create
from wattlink.base.ids import digest, new_id
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import AlreadyExists, InvalidInput, NotFound, NotPermitted, WrongPassword
from wattlink.domain.sharing.own.log_out import log_out
from wattlink.domain.sharing.own.open import LoginKey
from wattlink.domain.users.logins import store as logins
from wattlink.domain.users.logins.activate import activate
from wattlink.domain.users.logins.begin_anonymous import begin_anonymous
from wattlink.domain.users.logins.change import change
from wattlink.domain.users.logins.gate import Given
from wattlink.domain.users.model import Change, Login, check_email
from wattlink.domain.users.passwords.hashing import Cost, Passwords
from wattlink.domain.users.passwords.policy import PasswordPolicy


async def test_an_activated_user_logs_in_whatever_the_case_of_the_address(door: Door) -> None:
    signed_up = await door.active("Ada@example.com")
    came = await door.log_in("ada@EXAMPLE.com")
    assert (came.user.user_id, came.user.login) == (signed_up.user.user_id, Login.ACTIVE)
    assert came.opened.share.is_own
    assert came.opened.share.role_id == "base_app_user"
    assert len(came.opened.key) == 80
    assert came.opened.key.isalnum()


async def test_before_activation_only_who_knows_the_password_hears_that_it_is_missing(door: Door) -> None:
    await door.sign_up("ada@example.com")
    with pytest.raises(NotPermitted):
        await door.log_in("ada@example.com")
    with pytest.raises(WrongPassword):
        await door.log_in("ada@example.com", "pass word")
    with pytest.raises(NotFound):
        await door.log_in("bob@example.com")


async def test_a_code_activates_once_and_a_wrong_one_never(door: Door) -> None:
    signed_up = await door.sign_up("ada@example.com")
    user_id, code = signed_up.user.user_id, signed_up.activation_code
    assert len(code) == 8
    assert code.isalnum()
    with pytest.raises(InvalidInput):
        await door.gate.prove_code(door.db, door.access, user_id, code.swapcase() + "x", None)
    await door.gate.prove_code(door.db, door.access, user_id, code, None)
    async with door.db.transaction() as tx:
        await activate(tx, door.access, user_id, now=door.clock())
    with pytest.raises(AlreadyExists):
        await door.gate.prove_code(door.db, door.access, user_id, code, None)


async def test_an_address_is_one_persons_within_an_application(door: Door) -> None:
    first = await door.active("ada@example.com")
    with pytest.raises(AlreadyExists, match="email"):
        await door.sign_up("ADA@example.com", "another one")
    assert (await door.log_in("ada@example.com")).user.user_id == first.user.user_id
    assert (await door.sign_up("ada@example.com", access=await door.another_app())).user != first.user


async def test_of_two_who_sign_up_at_once_one_gets_the_address(door: Door) -> None:
    results = await asyncio.gather(*(door.sign_up("ada@example.com") for _ in range(5)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["AlreadyExists"] * 4 + ["SignedUp"]


async def test_the_public_key_makes_nobody_out_of_a_user_that_the_app_names_now_or_later(door: Door) -> None:
    async with door.db.transaction() as tx:
        named = await get_or_create(tx, door.access, "customer-7", now=door.clock())
    for external_id in ("customer-7", "customer-8"):  # the second would be the app's next
        with pytest.raises(NotPermitted, match="externalId"):
            await door.sign_up("eve@example.com", external_id=external_id)
    async with door.db.read() as reader:
        unchanged = await logins.get(reader, door.access, named.user_id)
    assert (unchanged.login, unchanged.email) == (None, None)


async def test_the_apps_server_gives_a_user_whom_it_named_a_login(door: Door) -> None:
    async with door.db.transaction() as tx:
        named = await get_or_create(tx, door.access, "customer-7", now=door.clock())
    trusted = Access(applications=door.access.applications, kind=KeyKind.TRUSTED)
    made = await door.sign_up("ada@example.com", access=trusted, external_id="customer-7")
    assert (made.user.user_id, made.user.login) == (named.user_id, Login.INACTIVE)
    with pytest.raises(AlreadyExists, match="externalId"):
        await door.sign_up("eve@example.com", access=trusted, external_id="customer-7")


async def test_log_out_ends_every_key_of_the_user_and_nobody_elses(door: Door) -> None:
    ada, _ = await door.active("ada@example.com"), await door.active("bob@example.com")
    keys = [(await door.log_in(f"{name}@example.com")).opened.key for name in ("ada", "ada", "bob")]
    assert len({*keys}) == 3
    user_id = ada.user.user_id
    async with door.db.transaction() as tx:
        own = Access(applications=door.access.applications, kind=KeyKind.USER, caller=user_id, only_user=user_id)
        await log_out(tx, own)
    async with door.db.read() as reader:
        left = await reader.all(bytes, "SELECT key_digest FROM access_key")
    assert left == [digest(keys[2])]


async def test_a_lent_key_logs_nobody_out(door: Door) -> None:
    ada, bob = await door.active("ada@example.com"), await door.active("bob@example.com")
    lent = Access(
        applications=door.access.applications,
        kind=KeyKind.USER,
        caller=ada.user.user_id,
        only_user=bob.user.user_id,
    )
    async with door.db.transaction() as tx:
        with pytest.raises(NotPermitted):
            await log_out(tx, lent)


async def test_the_key_may_stay_the_same_until_log_out(door: Door) -> None:
    await door.active("ada@example.com")
    first = await door.log_in("ada@example.com", which=LoginKey.SAME)
    assert (await door.log_in("ada@example.com", which=LoginKey.SAME)).opened == first.opened
    user_id = first.user.user_id
    async with door.db.transaction() as tx:
        own = Access(applications=door.access.applications, kind=KeyKind.USER, caller=user_id, only_user=user_id)
        await log_out(tx, own)
    assert (await door.log_in("ada@example.com", which=LoginKey.SAME)).opened.key != first.opened.key


async def test_an_anonymous_user_who_is_filled_in_logs_in_under_the_same_id(door: Door) -> None:
    await door.sign_up("bob@example.com")
    user_id = UserId(new_id())
    async with door.db.transaction() as tx:
        made = await begin_anonymous(tx, door.access, user_id, "U7", now=door.clock())
    assert made.login is Login.ANONYMOUS
    async with door.db.transaction() as tx:
        named = await change(tx, door.access, user_id, Change(first_name="Ada"), None, now=door.clock())
    assert (named.login, named.first_name) == (Login.ANONYMOUS, "Ada")
    password = await door.gate.new_password(door.db, door.access, user_id, "password", None)
    with pytest.raises(AlreadyExists, match="email"):
        async with door.db.transaction() as tx:
            await change(tx, door.access, user_id, Change(email="Bob@example.com"), password, now=door.clock())
    async with door.db.transaction() as tx:
        await change(tx, door.access, user_id, Change(email="ada@example.com"), password, now=door.clock())
    assert (await door.log_in("ada@example.com")).user.user_id == user_id


async def test_a_password_changes_for_who_knows_the_current_one(door: Door) -> None:
    user_id = (await door.active("ada@example.com")).user.user_id
    with pytest.raises(NotPermitted):
        await door.gate.new_password(door.db, door.access, user_id, "new password", "not that")
    with pytest.raises(NotPermitted):
        await door.gate.new_password(door.db, door.access, user_id, "new password", None)
    changes = [await door.gate.new_password(door.db, door.access, user_id, f"password {n}", "password") for n in (1, 2)]
    async with door.db.transaction() as tx:
        await change(tx, door.access, user_id, Change(), changes[0], now=door.clock())
    async with door.db.transaction() as tx:
        with pytest.raises(NotPermitted):
            await change(tx, door.access, user_id, Change(), changes[1], now=door.clock())
    with pytest.raises(WrongPassword):
        await door.log_in("ada@example.com")
    await door.log_in("ada@example.com", "password 1")


async def test_a_log_in_that_a_change_of_the_password_overtakes_is_refused(door: Door) -> None:
    user_id = (await door.active("ada@example.com")).user.user_id
    proof = await door.gate.prove(door.db, door.access, Given(email="ada@example.com", password="password"))
    new = await door.gate.new_password(door.db, door.access, user_id, "new password", "password")
    async with door.db.transaction() as tx:
        await change(tx, door.access, user_id, Change(), new, now=door.clock())
    async with door.db.transaction() as tx:
        with pytest.raises(WrongPassword):
            await door.gate.accept(tx, door.access, proof)


async def test_a_hash_of_another_cost_is_made_anew_at_log_in(door: Door) -> None:
    await door.active("ada@example.com")
    with Passwords(cost=Cost(passes=2, memory_kib=16)) as dearer:
        gate = door.gate_with(dearer)
        await asyncio.gather(*(door.log_in("ada@example.com", gate=gate) for _ in range(5)))
    async with door.db.read() as reader:
        assert "m=16,t=2" in await reader.one(str, "SELECT password_hash FROM app_user")
    await door.log_in("ada@example.com")


@pytest.mark.parametrize("password", ["short 7", "x" * 65, ""])
async def test_a_password_is_neither_short_nor_endless(door: Door, password: str) -> None:
    with pytest.raises(InvalidInput, match="8 to 64 characters") as refused:
        await door.sign_up("ada@example.com", password)
    assert not password or password not in str(refused.value)


async def test_a_strict_policy_names_everything_that_is_missing(door: Door, passwords: Passwords) -> None:
    gate = door.gate_with(passwords, PasswordPolicy(is_strict=True))
    with pytest.raises(InvalidInput, match="upper-case letter, a digit, a special character"):
        await gate.first_hash("password")
    await gate.first_hash("Passw0rd!")


async def test_no_secret_is_readable_in_the_database(door: Door, dsn: str) -> None:
    signed_up = await door.active("ada@example.com", "correct horse battery")
    waiting = await door.sign_up("bob@example.com", "correct horse battery")
    key = (await door.log_in("ada@example.com", "correct horse battery")).opened.key
    secrets = (signed_up.activation_code, waiting.activation_code, key, "correct horse battery")
    with psycopg.connect(dsn) as connection:
        for table in ("app_user", "access_key", "share", "throttle", "known_address"):
            for (row,) in connection.execute(f"SELECT {table}::text FROM {table}").fetchall():  # noqa: S608
                assert not any(secret in row or secret.encode().hex() in row for secret in secrets)


@pytest.mark.parametrize(
    "email", ["", "ada", "@b", "a@", "a@@b", "a..b@c", ".a@b", "a@b.", "a b@c", "a@b\n", "x" * 65 + "@b"]
)
def test_what_cannot_be_an_address(email: str) -> None:
    with pytest.raises(InvalidInput):
        check_email(email)


@pytest.mark.parametrize(
    "email", ["a@b", "a.b+c@d-e.example", "jörg@exämple.com", "o'neill@example.com", "x" * 64 + "@b"]
)
def test_what_can_be_one(email: str) -> None:
    check_email(email)
