"""What the public pages say of a brand and of an intervention."""

from collections.abc import Mapping

import msgspec
from babel.numbers import format_percent

from wattlink.connectors.registry import InterventionEntry, Manifest
from wattlink.domain.accounts.listing.success import Success
from wattlink.domain.vendors.health.model import Health
from wattlink.link.brands import plain
from wattlink.link.texts.consent import OfKind
from wattlink.link.texts.languages import Language
from wattlink.link.texts.words import N_, NEVER, SCOPES, kind_name

_HEALTH: Mapping[Health, str] = {
    Health.READY: N_("No trouble is known."),
    Health.ELEVATED_ERROR_RATE: N_("It does not always work at the moment. That has nothing to do with you."),
    Health.OUTAGE: N_("It has trouble at the moment. That has nothing to do with you, and you need not do anything."),
}
_WAY = {
    "redirect": N_("You go to %(host)s, sign in there, and come back."),
    "form": N_("You type your user name and password on our page, and we sign you in at %(brand)s."),
}
_AGENT = {
    "User": N_("You yourself"),
    "ThirdParty": N_("Somebody else, such as your installer"),
}
_ACCESS = {
    "Remote": N_("From anywhere, with your phone or computer"),
    "Physical": N_("At the device itself"),
}
_DOMAIN = {
    "Account": N_("Your account"),
    "Device": N_("Your device"),
}


class Does(msgspec.Struct, frozen=True):
    """How a vendor does."""

    is_well: bool
    now: str
    rate: str | None


def does(success: Success, manifest: Manifest, language: Language) -> Does:
    """How a vendor does, in words."""
    rate = None
    if success.percent is not None:
        rate = language.say(
            "In the last 24 hours about %(percent)s of our requests to %(brand)s worked.",
            percent=format_percent(success.percent / 100, locale=language.locale),
            brand=manifest.name,
        )
    return Does(success.health is Health.READY, language.say(_HEALTH[success.health]), rate)


def way(manifest: Manifest, host: str, language: Language) -> str:
    """How one signs in."""
    return language.say(_WAY[manifest.sign_in.way], host=host, brand=manifest.name)


def capabilities(manifest: Manifest, language: Language) -> list[OfKind]:
    """What apps can ask for, by kind."""
    return [
        OfKind(
            kind_name(kind, language),
            [language.say(SCOPES[scope]) for scope in manifest.scopes if scope.partition(":")[0] == kind],
        )
        for kind in manifest.kinds
    ]


def never(manifest: Manifest, language: Language) -> list[str]:
    """What no app gets."""
    return [
        *(language.say(NEVER[kind]) for kind in manifest.kinds),
        language.say("Change your %(brand)s account or its password", brand=manifest.name),
    ]


def countries(manifest: Manifest, language: Language) -> str:
    """Where the brand is common, alphabetical."""
    names = language.locale.territories
    return ", ".join(sorted((str(names.get(region, region)) for region in manifest.regions), key=plain))


def facts(entry: InterventionEntry, language: Language) -> list[tuple[str, str]]:
    """Who must act, where, and what it is about."""
    return [
        (language.say("Who has to act"), language.say(_AGENT[entry.agent])),
        (language.say("Where it is done"), language.say(_ACCESS[entry.access])),
        (language.say("What it is about"), language.say(_DOMAIN[entry.domain])),
    ]
