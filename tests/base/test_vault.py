"""Sealed values open with their keys, in their place, unharmed, and in no other case."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattlink.base.vault import Vault, VaultError, new_master_key, parse_master_keys

OLD, NEW = b"o" * 32, b"n" * 32


@given(plain=st.binary(max_size=200), context=st.text(max_size=60))
def test_what_is_sealed_opens_where_it_was_sealed(plain: bytes, context: str) -> None:
    vault = Vault({"k1": OLD})
    assert vault.open(vault.seal(plain, context=context), context=context) == plain


def test_the_same_value_never_looks_the_same() -> None:
    vault = Vault({"k1": OLD})
    sealed = {vault.seal(b"a secret", context="row") for _ in range(100)}
    assert len(sealed) == 100
    assert all(b"a secret" not in one for one in sealed)


def test_moved_to_another_row_it_stays_shut() -> None:
    vault = Vault({"k1": OLD})
    sealed = vault.seal(b"a secret", context="credential.sealed:1")
    with pytest.raises(VaultError, match="another row"):
        vault.open(sealed, context="credential.sealed:2")


def test_every_byte_matters() -> None:
    vault = Vault({"k1": OLD})
    sealed = vault.seal(b"a secret", context="row")
    for position in range(len(sealed)):
        harmed = bytearray(sealed)
        harmed[position] ^= 1
        with pytest.raises(VaultError):
            vault.open(bytes(harmed), context="row")
    for length in range(len(sealed)):
        with pytest.raises(VaultError):
            vault.open(sealed[:length], context="row")


@given(garbage=st.binary(max_size=300))
def test_garbage_is_an_error_of_ours(garbage: bytes) -> None:
    with pytest.raises(VaultError):
        Vault({"k1": OLD}).open(garbage, context="row")


def test_a_ring_opens_what_older_keys_sealed_and_seals_with_the_first() -> None:
    sealed = Vault({"old": OLD}).seal(b"a secret", context="row")
    ring = Vault({"new": NEW, "old": OLD})
    assert ring.open(sealed, context="row") == b"a secret"
    renewed = ring.seal(b"a secret", context="row")
    assert Vault({"new": NEW}).open(renewed, context="row") == b"a secret"
    with pytest.raises(VaultError, match="no master key 'old'"):
        Vault({"new": NEW}).open(sealed, context="row")
    with pytest.raises(VaultError):
        Vault({"old": NEW}).open(sealed, context="row")  # another key of that name


def test_keyed_hashes_outlive_a_new_sealing_key() -> None:
    before, after = Vault({"old": OLD}), Vault({"new": NEW, "old": OLD})
    assert before.keyed_hash("subject", context="a") == after.keyed_hash("subject", context="a")
    assert before.keyed_hash("subject", context="a") != before.keyed_hash("subject", context="b")
    assert before.keyed_hash("subject", context="a") != Vault({"new": NEW}).keyed_hash("subject", context="a")


@pytest.mark.parametrize("keys", [{}, {"": OLD}, {"k" * 33: OLD}, {"k1": b"short"}])
def test_a_ring_that_cannot_seal_is_refused(keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="master key"):
        Vault(keys)


def test_a_new_key_is_one_of_a_ring() -> None:
    ring = parse_master_keys(f"{new_master_key('k2')}, {new_master_key()}")
    assert list(ring) == ["k2", "k1"]
    assert all(len(key) == 32 for key in ring.values())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "k1",
        "k1:",
        ":" + base64.b64encode(OLD).decode(),
        "k1:c2hvcnQ=",
        "k1:not base64",
        f"k1:{base64.b64encode(OLD).decode()},k1:{base64.b64encode(NEW).decode()}",
        f"k1:{base64.b64encode(OLD).decode()},",
        f"{'k' * 33}:{base64.b64encode(OLD).decode()}",
    ],
)
def test_what_is_no_ring_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="kid:base64"):
        parse_master_keys(text)
