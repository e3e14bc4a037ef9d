"""What is said of a brand that has trouble: never that it was the person's doing, nor that there is anything to do."""

from datetime import datetime

from babel.dates import format_timedelta

from wattlink.connectors.registry import Manifest
from wattlink.domain.vendors.health.model import Health, VendorHealth
from wattlink.link.texts.languages import Language
from wattlink.link.texts.words import Note


def blocked(health: VendorHealth, manifest: Manifest, language: Language, *, now: datetime) -> list[str]:
    """What stands where no sign-in is offered."""
    if health.has_incident:
        said = [
            language.say(
                "%(brand)s turns away many sign-ins at the moment, good ones too. This has nothing to do with you or "
                "your account.",
                brand=manifest.name,
            ),
            language.say("Nobody needs to sign in again: what is linked will work again by itself."),
        ]
    else:
        said = [
            language.say("This has nothing to do with you or your account, and you need not do anything."),
            language.say("Once it is over, you can sign in here."),
        ]
    if health.since is not None:
        so_far = format_timedelta(now - health.since, locale=language.locale)
        said.append(language.say("It has lasted %(time)s so far.", time=so_far))
    return said


def warned(health: VendorHealth, manifest: Manifest, language: Language) -> Note | None:
    """What stands above a sign-in that may fail."""
    if health.linking is not Health.ELEVATED_ERROR_RATE:
        return None
    return Note(
        language.say("Signing in at %(brand)s does not always work at the moment", brand=manifest.name),
        language.say("That has nothing to do with you. If it fails, please try again."),
    )
