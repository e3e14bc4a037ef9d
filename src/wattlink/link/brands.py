"""The brands that a session may choose from, as the page lists them."""

import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import Manifest, manifests
from wattlink.domain.vendors.health.model import Health, VendorHealth
from wattlink.domain.vendors.model import VendorRegistration
from wattlink.link.texts.languages import Language
from wattlink.link.texts.words import kind_names

_TONES = 6


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor, for people."""

    vendor: str
    name: str
    tone: int  # of its tile
    kinds: str
    trouble: str | None = None
    reset: str | None = None
    is_for_any: bool = False  # whatever is searched for


def brand(manifest: Manifest, kinds: Sequence[Kind], language: Language, health: VendorHealth | None = None) -> Brand:
    """A vendor as the page shows it; of its kinds, those that are asked for."""
    return Brand(
        vendor=manifest.vendor,
        name=manifest.name,
        tone=list(manifests()).index(manifest.vendor) % _TONES,
        kinds=kind_names([kind for kind in Kind if kind in manifest.kinds and kind in kinds], language),
        trouble=None if health is None else _noted(health, language),
        reset=manifest.sign_in.reset,
    )


def way_for_any(manifest: Manifest, language: Language) -> Brand:
    """The way for devices of every brand that can be told whom to call."""
    more = language.say("For any charger that lets you enter a server's address")
    return msgspec.structs.replace(brand(manifest, manifest.kinds, language), kinds=more, is_for_any=True)


def _noted(health: VendorHealth, language: Language) -> str | None:
    if not health.may_link:
        return language.say("Has trouble at the moment")
    if health.linking is Health.ELEVATED_ERROR_RATE:
        return language.say("Signing in may take several tries at the moment")
    return None


def ordered(
    offered: Sequence[VendorRegistration], regions: Sequence[str], searched: str
) -> tuple[list[Manifest], list[Manifest]]:
    """The brands that match what was searched for: first those of these regions, then the others by name."""
    known = sorted((manifests()[found.vendor] for found in offered), key=lambda manifest: plain(manifest.name))
    matching = [manifest for manifest in known if plain(searched) in plain(manifest.name)]
    suggested = [manifest for manifest in matching if set(manifest.regions) & set(regions[:1])]
    return suggested, [manifest for manifest in matching if manifest not in suggested]


def plain(name: str) -> str:
    """Lower case, without accents and spaces around: how names are compared."""
    parts = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).strip()


def monogram(name: str) -> str:
    """The first letters of up to two words."""
    return "".join(word[0] for word in name.split()[:2]).upper()


def host(manifest: Manifest, hosts: Mapping[str, str]) -> str:
    """The host that one leaves for to sign in, as the address line will show it."""
    name = manifest.sign_in.host
    return urlsplit(hosts.get(name, manifest.hosts[name])).netloc
