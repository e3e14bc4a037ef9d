"""Kinds and scopes in plain words. Several kinds together are spoken of as devices."""

from collections.abc import Iterable, Mapping

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.link.texts.languages import Language


def N_(message: str) -> str:
    """Mark a message for the catalogues; it is translated where it is said."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:
    """The same for a message that depends on a number."""
    return one, many


class Note(msgspec.Struct, frozen=True):
    """A short message with a title, inside a page."""

    title: str
    text: str


class KindWords(msgspec.Struct, frozen=True, kw_only=True):
    """The sentences in which a kind of devices occurs: whole ones, since languages bend nouns differently."""

    name: str
    link: str
    reads: str
    controls: str
    finding: str
    looking: str
    none: str
    linked: tuple[str, str]


_DEVICES = KindWords(
    name=N_("Devices"),
    link=N_("Link your devices to %(app)s"),
    reads=N_("%(app)s sees how your devices are doing, always up to date."),
    controls=N_("%(app)s sees how your devices are doing, and controls what you agree to."),
    finding=N_("Finding your devices"),
    looking=N_("Looking for your devices"),
    none=N_("No devices in this account"),
    linked=NN_("Your device is linked", "Your %(count)s devices are linked"),
)
_OF_KIND: Mapping[Kind, KindWords] = {
    Kind.VEHICLE: KindWords(
        name=N_("Cars"),
        link=N_("Link your car to %(app)s"),
        reads=N_("%(app)s sees how much charge your car has and when it charges."),
        controls=N_("%(app)s sees how much charge your car has, and can start and stop charging for you."),
        finding=N_("Finding your car"),
        looking=N_("Looking for your car"),
        none=N_("No car in this account"),
        linked=NN_("Your car is linked", "Your %(count)s cars are linked"),
    ),
    Kind.CHARGER: KindWords(
        name=N_("Chargers"),
        link=N_("Link your charger to %(app)s"),
        reads=N_("%(app)s sees whether your charger is in use and how much it delivers."),
        controls=N_("%(app)s sees whether your charger is in use, and can start and stop charging for you."),
        finding=N_("Finding your charger"),
        looking=N_("Looking for your charger"),
        none=N_("No charger in this account"),
        linked=NN_("Your charger is linked", "Your %(count)s chargers are linked"),
    ),
    Kind.HVAC: KindWords(
        name=N_("Heating and cooling"),
        link=N_("Link your heating or cooling to %(app)s"),
        reads=N_("%(app)s sees how warm your home is and what your heating or cooling does."),
        controls=N_("%(app)s sees how warm your home is, and can set your heating or cooling for you."),
        finding=N_("Finding your heating or cooling"),
        looking=N_("Looking for your heating or cooling"),
        none=N_("No heating or cooling in this account"),
        linked=NN_("Your heating or cooling is linked", "Your %(count)s heating and cooling devices are linked"),
    ),
    Kind.INVERTER: KindWords(
        name=N_("Solar power"),
        link=N_("Link your solar power to %(app)s"),
        reads=N_("%(app)s sees how much solar power you produce."),
        controls=N_("%(app)s sees how much solar power you produce."),
        finding=N_("Finding your solar inverter"),
        looking=N_("Looking for your solar inverter"),
        none=N_("No solar inverter in this account"),
        linked=NN_("Your solar inverter is linked", "Your %(count)s solar inverters are linked"),
    ),
    Kind.BATTERY: KindWords(
        name=N_("Home batteries"),
        link=N_("Link your home battery to %(app)s"),
        reads=N_("%(app)s sees how full your home battery is and whether it charges."),
        controls=N_("%(app)s sees how full your home battery is, and can choose for you when it charges."),
        finding=N_("Finding your home battery"),
        looking=N_("Looking for your home battery"),
        none=N_("No home battery in this account"),
        linked=NN_("Your home battery is linked", "Your %(count)s home batteries are linked"),
    ),
    Kind.METER: KindWords(
        name=N_("Electricity meters"),
        link=N_("Link your electricity meter to %(app)s"),
        reads=N_("%(app)s sees how much power your home takes from the grid."),
        controls=N_("%(app)s sees how much power your home takes from the grid."),
        finding=N_("Finding your electricity meter"),
        looking=N_("Looking for your electricity meter"),
        none=N_("No electricity meter in this account"),
        linked=NN_("Your electricity meter is linked", "Your %(count)s electricity meters are linked"),
    ),
}

SCOPES: Mapping[str, str] = {
    "vehicle:read:data": N_("See your car's charge, range, mileage and whether it is charging"),
    "vehicle:read:location": N_("See where your car is"),
    "vehicle:control:charging": N_("Start and stop charging your car"),
    "charger:read:data": N_("See whether your charger is in use and how much it delivers"),
    "charger:control:charging": N_("Start and stop charging, and limit the current"),
    "hvac:read:data": N_("See temperatures, and what your heating or cooling is set to"),
    "hvac:control:mode": N_("Set the temperature and the mode of your heating or cooling"),
    "inverter:read:data": N_("See how much solar power you produce"),
    "inverter:read:location": N_("See where your solar inverter is"),
    "battery:read:data": N_("See how full your home battery is, and whether it charges"),
    "battery:read:location": N_("See where your home battery is"),
    "battery:control:operation_mode": N_("Choose what your home battery is used for, and so when it charges"),
    "meter:read:data": N_("See how much power your home takes from the grid and feeds into it"),
    "meter:read:location": N_("See where your electricity meter is"),
}
NEVER: Mapping[Kind, str] = {
    Kind.VEHICLE: N_("Unlock, start or drive your car"),
    Kind.CHARGER: N_("Decide who may use your charger"),
    Kind.HVAC: N_("Change what only your installer may set"),
    Kind.INVERTER: N_("Switch off your solar power"),
    Kind.BATTERY: N_("Cut your home off from the grid"),
    Kind.METER: N_("Change your electricity contract"),
}


def words(kinds: Iterable[Kind]) -> KindWords:
    """How to speak of these kinds together."""
    found = set(kinds)
    return _OF_KIND[found.pop()] if len(found) == 1 else _DEVICES


def kind_name(kind: Kind, language: Language) -> str:
    """`Cars`: a kind as a heading."""
    return language.say(_OF_KIND[kind].name)


def kind_names(kinds: Iterable[Kind], language: Language) -> str:
    """`Cars · Chargers`: the kinds as the second line of a brand."""
    return " · ".join(kind_name(kind, language) for kind in kinds)
