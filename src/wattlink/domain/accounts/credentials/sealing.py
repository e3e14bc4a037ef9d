"""Sealing credentials: bound to the credential's id, which stays the same on its way to revocation."""

import msgspec

from wattlink.base.vault import Vault
from wattlink.connectors.contract import Credential
from wattlink.domain.access.ids import CredentialId, RegistrationId


def seal(credential: Credential, credential_id: CredentialId, vault: Vault) -> bytes:
    """The credential as it is stored."""
    return vault.seal(msgspec.json.encode(credential), context=_context(credential_id))


def unseal(sealed: bytes, credential_id: CredentialId, vault: Vault) -> Credential:
    """The credential in memory; raises VaultError."""
    return msgspec.json.decode(vault.open(sealed, context=_context(credential_id)), type=Credential)


def subject_hash(registration_id: RegistrationId, subject: str, vault: Vault) -> bytes:
    """What is kept of a login when its user is gone: enough to know it again."""
    return vault.keyed_hash(subject, context=f"revocation.subject:{registration_id}")


def _context(credential_id: CredentialId) -> str:
    return f"credential.sealed:{credential_id}"
