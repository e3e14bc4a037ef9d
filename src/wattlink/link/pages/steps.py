"""The line of named steps on top of a page."""

import msgspec

from wattlink.connectors.registry import callers
from wattlink.link.sight import Sight
from wattlink.link.texts.languages import Language
from wattlink.link.texts.words import N_

_STEPS = {"brand": N_("Brand"), "sign_in": N_("Sign in"), "devices": N_("Devices")}
_CONNECT = N_("Connect")  # where nobody signs in


class StepShown(msgspec.Struct, frozen=True):
    """A step's name, and whether it is done, current or upcoming."""

    name: str
    standing: str


def steps(sight: Sight, current: str) -> list[StepShown]:
    """The steps of a session; a fixed brand needs none of its own."""
    names = [name for name in _STEPS if name != "brand" or not sight.session.vendor_is_fixed]
    named = _STEPS if sight.session.vendor not in callers() else {**_STEPS, "sign_in": _CONNECT}
    return standings([named[name] for name in names], names.index(current), sight.language)


def standings(names: list[str], current: int, language: Language) -> list[StepShown]:
    """These steps, of which one is current."""
    return [
        StepShown(language.say(name), "done" if at < current else "current" if at == current else "upcoming")
        for at, name in enumerate(names)
    ]
