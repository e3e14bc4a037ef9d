"""Sealing of what a receiver knows us by, bound to its subscription."""

import base64
import secrets

from wattlink.base.vault import Vault
from wattlink.domain.access.ids import SubscriptionId


def new_signing_secret() -> str:
    """A secret as Standard Webhooks writes them: `whsec_` and 32 random bytes in Base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def seal_secret(vault: Vault, subscription_id: SubscriptionId, secret: str) -> bytes:
    """The signing secret, sealed."""
    return vault.seal(secret.encode(), context=_secret(subscription_id))


def open_secret(vault: Vault, subscription_id: SubscriptionId, sealed: bytes) -> str:
    """The signing secret; raises VaultError."""
    return vault.open(sealed, context=_secret(subscription_id)).decode()


def seal_header(vault: Vault, subscription_id: SubscriptionId, value: str) -> bytes:
    """The custom header's value, sealed."""
    return vault.seal(value.encode(), context=_header(subscription_id))


def open_header(vault: Vault, subscription_id: SubscriptionId, sealed: bytes) -> str:
    """The custom header's value; raises VaultError."""
    return vault.open(sealed, context=_header(subscription_id)).decode()


def _secret(subscription_id: SubscriptionId) -> str:
    return f"subscription.sealed_secret:{subscription_id}"


def _header(subscription_id: SubscriptionId) -> str:
    return f"subscription.sealed_header:{subscription_id}"
