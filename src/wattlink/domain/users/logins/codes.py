"""Activation codes: 8 letters and digits, sealed, the same until the user is active or has another address."""

import hmac
import secrets
import string

from wattlink.base.vault import Vault
from wattlink.domain.access.ids import UserId

LENGTH = 8
_LETTERS = string.ascii_letters + string.digits


def new_code() -> str:
    """48 random bits, to be typed."""
    return "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))


def seal(code: str, user_id: UserId, vault: Vault, *, address: str = "") -> bytes:
    """The code as it is stored, with the address that it proves, if that isn't the user's yet."""
    return vault.seal(f"{code}{address}".encode(), context=_context(user_id))


def opened(sealed: bytes, user_id: UserId, vault: Vault) -> str:
    """The code again, for the operator who is asked for it."""
    return vault.open(sealed, context=_context(user_id)).decode()[:LENGTH]


def address_of(sealed: bytes, user_id: UserId, vault: Vault) -> str | None:
    """The address that the user gets with the code, if another one."""
    return vault.open(sealed, context=_context(user_id)).decode()[LENGTH:] or None


def is_right(code: str, sealed: bytes, user_id: UserId, vault: Vault) -> bool:
    """Whether this is the code, in constant time."""
    return hmac.compare_digest(code.encode(), opened(sealed, user_id, vault).encode())


def _context(user_id: UserId) -> str:
    return f"app_user.sealed_activation_code:{user_id}"
