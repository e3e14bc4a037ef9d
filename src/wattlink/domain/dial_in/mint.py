"""Mint a claim token: the one thing that is entered into a device so that it dials in as a user's."""

import secrets
from datetime import datetime, timedelta

from wattlink.base.ids import digest
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Registration
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import RegistrationId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.dial_in import store
from wattlink.domain.dial_in.model import ClaimStatus, MintedToken, NewToken, WantedToken
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.vendors import store as vendors
from wattlink.domain.vendors.register import register

_LASTS = timedelta(hours=24)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another: people type it
_LENGTH = 20  # 99 bits, and as long as the oldest devices' passwords may be


async def mint_claim_token(
    tx: Transaction, access: Access, user_id: UserId, *, wanted: WantedToken, vault: Vault, now: datetime
) -> MintedToken:
    """A token that one device may claim for a user, in time. Raises NotFound and InvalidInput."""
    vendor = _vendor_of(wanted.kind)
    await ensure_registered(tx, access, vendor, vault=vault)
    token = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    known = tuple(scope for scope in manifests()[vendor].scopes if scope.startswith(f"{wanted.kind}:"))
    new = NewToken(
        token_digest=digest(token),
        vendor=vendor,
        scopes=known if wanted.scopes is None else tuple(scope for scope in known if scope in wanted.scopes),
        session_id=wanted.session_id,
        expires_at=now + _LASTS if wanted.until is None else wanted.until,
    )
    await store.insert(tx, access, user_id, new, now=now)
    return MintedToken(
        token=token,
        wss_url=wss_url(wanted.url, vendor, token),
        plain_url=plain_url(wanted.url, vendor),
        expires_at=new.expires_at,
    )


def wss_url(url: str, vendor: str, token: str) -> str:
    """What a device dials that takes nothing but an address."""
    return f"{plain_url(url, vendor)}/{token}"


def plain_url(url: str, vendor: str) -> str:
    """What a device dials, followed by its name, that also takes a password."""
    return f"{url}/{vendor}"


async def claim_status(reader: Reader, token: str) -> ClaimStatus:
    """Whether a token was claimed, and by which device; raises NotFound for none that we know."""
    found = await store.status(reader, digest(token))
    if found is None:
        raise NotFound("claim token", "that was asked for")
    return found


async def ensure_registered(tx: Transaction, access: Access, vendor: str, *, vault: Vault) -> RegistrationId:
    """What an application's devices of this vendor belong to; nobody has to apply for it anywhere."""
    for usable in await vendors.usable(tx, access):
        if usable.vendor == vendor:
            return usable.registration_id
    return await register(
        tx,
        vendor=vendor,
        application_id=None,
        registration=Registration(),
        hosts={},
        is_sandbox=False,
        vault=vault,
    )


def _vendor_of(kind: Kind) -> str:
    for vendor, manifest in manifests().items():
        if manifest.dials_in and kind in manifest.kinds:
            return vendor
    raise InvalidInput("kind", "devices of this kind don't dial in", allowed=_kinds())


def _kinds() -> list[str]:
    return [kind.value for manifest in manifests().values() if manifest.dials_in for kind in manifest.kinds]
