"""The brands that a session may choose from, as the page lists them."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from babel.dates import format_timedelta

from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import Manifest, manifests
from wattlink.domain.vendors.model import VendorRegistration, VendorTrouble
from wattlink.link.texts.languages import Language
from wattlink.link.texts.words import Note, kind_names

_TONES = 6


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor, for people."""

    vendor: str
    name: str
    tone: int  # of its tile
    kinds: str
    trouble: str | None = None
    reset: str | None = None


def brand(manifest: Manifest, kinds: Sequence[Kind], language: Language, trouble: VendorTrouble | None = None) -> Brand:
    """A vendor as the page shows it; of its kinds, those that are asked for."""
    return Brand(
        vendor=manifest.vendor,
        name=manifest.name,
        tone=list(manifests()).index(manifest.vendor) % _TONES,
        kinds=kind_names([kind for kind in manifest.kinds if kind in kinds], language),
        trouble=None if trouble is None else language.say("Has trouble at the moment"),
        reset=manifest.sign_in.reset,
    )


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


def trouble(found: VendorTrouble, manifest: Manifest, language: Language, *, now: datetime) -> Note:
    """What is said instead of a sign-in."""
    so_far = format_timedelta(now - found.since, locale=language.locale)
    title = language.say("%(brand)s has trouble at the moment", brand=manifest.name)
    text = language.say(
        "This has nothing to do with you or your account, and you need not do anything. It has lasted %(time)s so far. "
        "Once it is over, you can sign in here.",
        time=so_far,
    )
    return Note(title, text)
