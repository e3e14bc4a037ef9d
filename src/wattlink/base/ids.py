"""Row ids and random secrets."""

import base64
import hashlib
import os
import secrets
import string
import time
from datetime import datetime
from uuid import UUID

KEY_LENGTH = 80

_KEY_LETTERS = string.ascii_letters + string.digits
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    return UUID(
        int=(milliseconds << 80) | _VERSION_AND_VARIANT | ((random >> 62 & 0xFFF) << 64) | (random & (1 << 62) - 1)
    )


def first_id(moment: datetime) -> UUID:
    """The lowest id that could be made at a moment, to compare others with."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | _VERSION_AND_VARIANT)


def new_secret() -> str:
    """256 random bits in URL-safe letters (43 of them)."""
    return secrets.token_urlsafe(32)


def new_key(prefix: str) -> str:
    """A key of 80 letters and digits, more than 400 bits of them random; by its prefix secret scanners know it."""
    return prefix + "".join(secrets.choice(_KEY_LETTERS) for _ in range(KEY_LENGTH - len(prefix)))


def new_short_id() -> str:
    """96 random bits as 24 hexadecimal digits: the id of a role or a share."""
    return secrets.token_hex(12)


def digest(secret: str) -> bytes:
    """What is stored of a random secret: its SHA-256. Not for passwords, which people choose."""
    return hashlib.sha256(secret.encode()).digest()


def code_challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(digest(verifier)).rstrip(b"=").decode()
