"""Make keys, and show again those that a documented call shows again."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from wattlink.base.ids import digest, new_id, new_key
from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import ApplicationId, KeyId, ShareId
from wattlink.domain.access.model import KeyKind
from wattlink.domain.organizations.keys.access import store
from wattlink.domain.organizations.keys.access.store import AccessKey

PREFIX = "wlk"  # lets secret scanners recognise one, and us whose it is


async def of_application(
    tx: Transaction, application_id: ApplicationId, kind: KeyKind, *, vault: Vault, now: datetime
) -> str:
    """The application's public or trusted key, made when it is first asked for."""
    found = await store.of_application(tx, application_id, kind)
    if found is None:
        await _add(tx, AccessKey(key_id=_new_id(), kind=kind, application_id=application_id), vault=vault, now=now)
        found = await store.of_application(tx, application_id, kind)  # somebody else may have been faster
    assert found is not None
    return opened(found, vault)


async def of_device(
    tx: Transaction, application_id: ApplicationId | None, subject_id: UUID, *, vault: Vault, now: datetime
) -> str:
    """The device's key: the same one until it is ended."""
    new = AccessKey(key_id=_new_id(), kind=KeyKind.DEVICE, application_id=application_id, subject_id=subject_id)
    await _add(tx, new, vault=vault, now=now)
    found = await store.of_device(tx, subject_id)
    assert found is not None
    return opened(found, vault)


async def of_share(
    tx: Transaction, application_id: ApplicationId, share_id: ShareId, *, vault: Vault, now: datetime
) -> str:
    """A further key of a share."""
    new = AccessKey(key_id=_new_id(), kind=KeyKind.USER, application_id=application_id, share_id=share_id)
    return await _add(tx, new, vault=vault, now=now)


def opened(key: AccessKey, vault: Vault) -> str:
    """The key itself."""
    assert key.sealed is not None
    return vault.open(key.sealed, context=_context(key.key_id)).decode()


async def _add(tx: Transaction, key: AccessKey, *, vault: Vault, now: datetime) -> str:
    secret = new_key(PREFIX)
    sealed = vault.seal(secret.encode(), context=_context(key.key_id))
    await store.add(tx, replace(key, sealed=sealed), digest(secret), now=now)
    return secret


def _new_id() -> KeyId:
    return KeyId(new_id())


def _context(key_id: KeyId) -> str:
    return f"access_key.sealed {key_id}"
