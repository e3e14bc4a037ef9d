"""Guessing is limited across processes, and nobody who guesses locks out the one who knows."""

import asyncio

import pytest

from tests.domain.logins.conftest import Door
from wattlink.domain.errors import InvalidInput, NotFound, TooManyAttempts, WrongPassword
from wattlink.domain.users.passwords.hashing import Passwords
from wattlink.domain.users.throttling import store
from wattlink.domain.users.throttling.model import ACTIVATION_CODES, PASSWORDS, network_of

HOME, ELSEWHERE = "198.51.100.0/24", "203.0.113.0/24"


async def guess_as_often_as_one_may(door: Door, *, network: str | None) -> None:
    """Ada's password, wrongly each time."""
    for _ in range(PASSWORDS.account.most):
        with pytest.raises(WrongPassword):
            await door.log_in("ada@example.com", "a guess", network=network)


async def test_after_ten_wrong_passwords_the_right_one_waits_too(door: Door) -> None:
    await door.active("ada@example.com")
    await guess_as_often_as_one_may(door, network=ELSEWHERE)
    with pytest.raises(TooManyAttempts) as refused:
        await door.log_in("ada@example.com", network=HOME)
    assert refused.value.retry_after == 90
    door.clock.forward(seconds=90)
    await door.log_in("ada@example.com", network=HOME)


async def test_an_account_that_isnt_there_is_limited_alike(door: Door) -> None:
    for _ in range(PASSWORDS.account.most):
        with pytest.raises(NotFound):
            await door.log_in("nobody@example.com", "a guess")
    with pytest.raises(TooManyAttempts):
        await door.log_in("NOBODY@example.com", "a guess")


async def test_who_logged_in_from_there_before_isnt_locked_out_by_others(door: Door) -> None:
    await door.active("ada@example.com")
    await door.log_in("ada@example.com", network=HOME)
    await guess_as_often_as_one_may(door, network=ELSEWHERE)
    await door.log_in("ada@example.com", network=HOME)
    await guess_as_often_as_one_may(door, network=HOME)
    with pytest.raises(TooManyAttempts):
        await door.log_in("ada@example.com", network=HOME)


async def test_guesses_elsewhere_dont_lock_out_who_logs_in_through_the_apps_server(door: Door) -> None:
    await door.active("ada@example.com")
    await guess_as_often_as_one_may(door, network=ELSEWHERE)
    await door.log_in("ada@example.com", network=None)
    await guess_as_often_as_one_may(door, network=None)
    with pytest.raises(TooManyAttempts):
        await door.log_in("ada@example.com", network=None)


async def test_many_accounts_tried_from_one_network_are_limited_together(door: Door) -> None:
    for number in range(PASSWORDS.address.most):
        with pytest.raises(NotFound):
            await door.log_in(f"user{number}@example.com", "a guess", network=ELSEWHERE)
    await door.active("ada@example.com")
    with pytest.raises(TooManyAttempts):
        await door.log_in("ada@example.com", network=ELSEWHERE)
    await door.log_in("ada@example.com", network=HOME)


async def test_right_passwords_use_nothing_up(door: Door) -> None:
    await door.active("ada@example.com")
    for _ in range(PASSWORDS.account.most + 2):
        await door.log_in("ada@example.com")


async def test_a_burst_of_right_passwords_comes_in(door: Door) -> None:
    await door.active("ada@example.com")
    people = [await door.active(f"user{number}@example.com") for number in range(3)]
    one = (door.log_in("ada@example.com", network=HOME) for _ in range(30))
    many = (door.log_in(f"user{at % len(people)}@example.com", network=HOME) for at in range(150))
    assert len(await asyncio.gather(*one, *many)) == 180


async def test_parallel_guesses_through_several_processes_are_no_more_than_one_after_the_other(
    door: Door, passwords: Passwords
) -> None:
    await door.active("ada@example.com")
    gates = [door.gate_with(passwords) for _ in range(3)]
    guesses = (door.log_in("ada@example.com", "a guess", gate=gates[at % 3]) for at in range(30))
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(result, WrongPassword) for result in results) == PASSWORDS.account.most
    assert sum(isinstance(result, TooManyAttempts) for result in results) == 30 - PASSWORDS.account.most


async def test_activation_codes_are_guessed_five_times(door: Door) -> None:
    signed_up = await door.sign_up("ada@example.com")
    user_id = signed_up.user.user_id
    for _ in range(ACTIVATION_CODES.account.most):
        with pytest.raises(InvalidInput):
            await door.gate.prove_code(door.db, door.access, user_id, "00000000", ELSEWHERE)
    with pytest.raises(TooManyAttempts):
        await door.gate.prove_code(door.db, door.access, user_id, signed_up.activation_code, ELSEWHERE)


async def test_what_limits_nobody_any_more_is_forgotten(door: Door) -> None:
    with pytest.raises(NotFound):
        await door.log_in("nobody@example.com", network=HOME)
    door.clock.forward(minutes=16)
    async with door.db.transaction() as tx:
        assert await store.forget(tx, door.clock()) == 3


def test_neighbours_are_one_network() -> None:
    assert network_of("198.51.100.7") == network_of("::ffff:198.51.100.9") == HOME
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network_of("unix:socket") == "unix:socket"
