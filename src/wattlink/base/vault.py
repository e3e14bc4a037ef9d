"""Sealing of secrets at rest: envelope encryption with a ring of master keys.

A sealed value is `format(1) | kid length(1) | kid | wrapped data key(60) | nonce(12) | ciphertext and tag`.
Each value has a data key of its own, wrapped by the first master key of the ring; both layers are AES-256-GCM and
bound to `context`, so a value that is moved to another row or column doesn't open.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12
_WRAPPED_BYTES = _NONCE_BYTES + _KEY_BYTES + 16


class VaultError(Exception):
    """A value that doesn't open: another master key, another row, or damage."""


class Vault:
    """Seals with the first master key of the ring and opens with any."""

    def __init__(self, master_keys: Mapping[str, bytes]) -> None:
        """`master_keys` maps a key id (1 to 32 letters) to 32 bytes, the sealing key first."""
        if not master_keys:
            raise ValueError("a vault needs at least one master key")
        for kid, key in master_keys.items():
            if not 1 <= len(kid) <= 32 or len(key) != _KEY_BYTES:
                raise ValueError(f"master key {kid!r}: an id of 1 to 32 letters and 32 bytes are needed")
        self._keys = dict(master_keys)
        self._ciphers = {kid: AESGCM(key) for kid, key in master_keys.items()}
        self._sealing_kid = next(iter(self._keys))

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Encrypt `plain`, bound to `context` (table, column and row id)."""
        kid = self._sealing_kid.encode()
        header = bytes([_FORMAT, len(kid)]) + kid
        bound = header + context.encode()
        data_key, wrap_nonce, nonce = os.urandom(_KEY_BYTES), os.urandom(_NONCE_BYTES), os.urandom(_NONCE_BYTES)
        wrapped = wrap_nonce + self._ciphers[self._sealing_kid].encrypt(wrap_nonce, data_key, bound)
        return header + wrapped + nonce + AESGCM(data_key).encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt what `seal` made with the same `context`; raises VaultError."""
        try:
            kid_end = 2 + sealed[1]
            header, wrapped = sealed[:kid_end], sealed[kid_end : kid_end + _WRAPPED_BYTES]
            rest = sealed[kid_end + _WRAPPED_BYTES :]
            if sealed[0] != _FORMAT:
                raise VaultError("unknown format of a sealed value")
            cipher = self._ciphers[header[2:].decode()]
            bound = header + context.encode()
            data_key = cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], bound)
            return AESGCM(data_key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], bound)
        except KeyError as error:
            raise VaultError(f"no master key {error.args[0]!r} in the ring") from None
        except (IndexError, ValueError, InvalidTag):
            raise VaultError("the value doesn't open here: another row, another key, or damage") from None

    def keyed_hash(self, value: str, *, context: str) -> bytes:
        """A hash that only holders of the ring's last (oldest) key can make: for looking things up unread."""
        oldest = self._keys[next(reversed(self._keys))]
        return hmac.new(oldest, f"{context}\0{value}".encode(), hashlib.sha256).digest()


def new_master_key(kid: str = "k1") -> str:
    """A fresh entry for WATTLINK_MASTER_KEYS."""
    return f"{kid}:{base64.b64encode(os.urandom(_KEY_BYTES)).decode()}"


def parse_master_keys(text: str) -> dict[str, bytes]:
    """`kid:base64[,kid:base64...]` to a ring, the sealing key first; raises ValueError."""
    ring: dict[str, bytes] = {}
    for entry in text.split(","):
        kid, colon, encoded = entry.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not colon or not 1 <= len(kid) <= 32 or len(key) != _KEY_BYTES or kid in ring:
            raise ValueError(
                "expected `kid:base64` entries, separated by commas, with 32 bytes each and ids of their own"
            )
        ring[kid] = key
    return ring
