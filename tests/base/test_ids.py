"""Ids tell when they were made, secrets tell nothing."""

import base64
import hashlib
import re
import time
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from wattlink.base.ids import code_challenge, digest, first_id, new_id, new_key, new_secret, new_short_id


def test_ids_are_of_version_seven_and_carry_their_time() -> None:
    before = time.time_ns() // 1_000_000
    made = [new_id() for _ in range(1_000)]
    after = time.time_ns() // 1_000_000
    assert len(set(made)) == 1_000
    for one in made:
        assert (one.version, one.variant) == (7, RFC_4122)
        assert before <= one.int >> 80 <= after


def test_the_random_bits_of_ids_all_vary() -> None:
    zeros, ones = (1 << 128) - 1, (1 << 128) - 1
    for _ in range(400):
        zeros &= new_id().int
        ones &= ~new_id().int
    fixed = (zeros | ones) & ((1 << 80) - 1)
    assert fixed == 0xF << 76 | 0b11 << 62  # the version and the variant, and nothing else


def test_ids_can_be_compared_with_a_moment() -> None:
    before = datetime.now(UTC)
    made = new_id()
    assert first_id(before) <= made < first_id(before + timedelta(minutes=1))
    assert first_id(before).version == 7


def test_secrets_have_256_bits() -> None:
    made = {new_secret() for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(len(base64.urlsafe_b64decode(secret + "=")) == 32 for secret in made)


def test_what_is_stored_of_a_secret() -> None:
    assert digest("secret") == hashlib.sha256(b"secret").digest()


def test_the_challenge_of_the_rfc() -> None:
    assert (
        code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_keys_are_80_letters_and_digits_and_never_the_same() -> None:
    made = {new_key("wlk") for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch("wlk[A-Za-z0-9]{77}", key) for key in made)
    assert re.fullmatch("[0-9a-f]{24}", new_short_id())
