"""Register our client at a vendor, for one application or for all."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from wattlink.base.ids import new_id
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Registration
from wattlink.connectors.registry import Manifest, manifests
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import ApplicationId, RegistrationId
from wattlink.domain.errors import InvalidInput
from wattlink.domain.vendors import store

_ALWAYS_KNOWN = ("client_id", "client_secret")


def context(registration_id: RegistrationId) -> str:
    """What a registration's secret is bound to in the vault."""
    return f"registration.sealed:{registration_id}"


async def register(
    tx: Transaction,
    *,
    vendor: str,
    application_id: ApplicationId | None,
    registration: Registration,
    hosts: Mapping[str, str],
    is_sandbox: bool,
    vault: Vault,
) -> RegistrationId:
    """Store the registration; one that is there already keeps its id and its accounts. Raises InvalidInput."""
    _check(vendor, registration, hosts)
    new = RegistrationId(new_id())
    registration_id = await store.claim(tx, new, vendor, application_id)
    sealed = vault.seal(msgspec.json.encode(registration), context=context(registration_id))
    await store.fill(tx, registration_id, sealed=sealed, hosts=hosts, is_sandbox=is_sandbox)
    return registration_id


def _check(vendor: str, registration: Registration, hosts: Mapping[str, str]) -> None:
    if vendor not in manifests():
        raise InvalidInput("vendor", f"there is no connector for {vendor!r}", allowed=tuple(manifests()))
    manifest = manifests()[vendor]
    for name in manifest.registration:
        if not _given(registration, name):
            raise InvalidInput(_field(name), f"{manifest.name} needs it")
    _check_options(manifest, registration)
    _check_hosts(manifest, hosts)


def _given(registration: Registration, name: str) -> str:
    if name in _ALWAYS_KNOWN:
        return str(getattr(registration, name))
    return registration.options.get(name, "")


def _field(name: str) -> str:
    return name if name in _ALWAYS_KNOWN else f"options.{name}"


def _check_options(manifest: Manifest, registration: Registration) -> None:
    known = [name for name in manifest.registration if name not in _ALWAYS_KNOWN]
    for name in registration.options:
        if name not in known:
            raise InvalidInput(f"options.{name}", f"{manifest.name} has no such option", allowed=known)


def _check_hosts(manifest: Manifest, hosts: Mapping[str, str]) -> None:
    for name, base in hosts.items():
        if name not in manifest.hosts:
            raise InvalidInput("hosts", f"{manifest.name} has no host {name!r}", allowed=tuple(manifest.hosts))
        if not _is_base(base):
            raise InvalidInput("hosts", f"{name}: a base URL without a slash at its end is needed, not {base!r}")


def _is_base(text: str) -> bool:
    """Whether a path can be put behind it: nothing else of a URL, and nothing that programs read differently."""
    if not text.isascii() or not text.isprintable() or any(letter in text for letter in " \\?#@") or text.endswith("/"):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
