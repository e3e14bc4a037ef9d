"""The catalogue of interventions: the vendors' entries from their manifests, and the one that every vendor shares.

Texts stand in English where the entry stands; other languages come from the `locales` beside it, message by message.
"""

from collections.abc import Mapping
from functools import cache

import msgspec

from wattlink.base.languages import translations
from wattlink.connectors import registry
from wattlink.connectors.registry import InterventionEntry
from wattlink.domain.errors import NotFound

OWN_TEXTS = "wattlink.domain.interventions"  # the package whose `locales` translate the entry below
LINK_AGAIN = "8f7c1c1e-3c64-4d0c-9c55-6c8ba2d3c6f1"

_LINK_AGAIN_ENTRY = InterventionEntry(
    id=LINK_AGAIN,
    key="link_again",
    introduced_at="2026-01-15T00:00:00.000Z",
    domain="Account",
    access="Remote",
    action="Link",
    title="Sign in to your account again",
    description=(
        "The brand no longer lets this app see your devices. That happens when you change your password, "
        "withdraw the app's access, or when the access simply ends after some time.\n\n"
        "Link your account again in this app and sign in with the same account as before. "
        "Your devices and their history stay as they are."
    ),
)


class Intervention(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with its texts in one language; without a vendor it is the same for all."""

    vendor: str | None
    brand: str | None
    entry: InterventionEntry
    title: str
    description: str  # Markdown


def entries(language: str = "en") -> list[Intervention]:
    """The whole catalogue in a language (`de`, `nb-NO`, ...); what isn't translated stays English."""
    return [_told(vendor, found, language) for vendor, found in _by_id().values()]


def entry(intervention_id: str, language: str = "en") -> Intervention:
    """One entry; raises NotFound."""
    found = _by_id().get(intervention_id.lower())
    if found is None:
        raise NotFound("intervention", intervention_id)
    return _told(*found, language)


def has_link_action(intervention_id: str) -> bool:
    """Whether linking again is what mends it."""
    found = _by_id().get(intervention_id)
    return found is not None and found[1].action == "Link"


def is_pairing(intervention_id: str) -> bool:
    """Whether it is completed on the vendor's pairing page."""
    found = _by_id().get(intervention_id)
    return found is not None and found[1].pairing


@cache
def _by_id() -> Mapping[str, tuple[str | None, InterventionEntry]]:
    of_vendors = {
        found.id: (vendor, found)
        for vendor, manifest in registry.manifests().items()
        for found in manifest.interventions
    }
    return {LINK_AGAIN: (None, _LINK_AGAIN_ENTRY), **of_vendors}


def _told(vendor: str | None, found: InterventionEntry, language: str) -> Intervention:
    texts = translations(OWN_TEXTS if vendor is None else registry.package_of(vendor), language)
    return Intervention(
        vendor=vendor,
        brand=None if vendor is None else registry.manifests()[vendor].name,
        entry=found,
        title=texts.gettext(found.title),
        description=texts.gettext(found.description),
    )
