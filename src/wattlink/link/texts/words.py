"""Kinds, scopes and live values in plain words. Kinds without sentences of their own are spoken of as devices."""

from collections.abc import Iterable, Mapping

import msgspec
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from wattlink.connectors.devices import (
    Charger,
    ChargerChargeState,
    Document,
    Kind,
    PowerDelivery,
    Vehicle,
    VehicleChargeState,
    kind_of,
)
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
}

SCOPES: Mapping[str, str] = {
    "vehicle:read:data": N_("See your car's charge, range, mileage and whether it is charging"),
    "vehicle:read:location": N_("See where your car is"),
    "vehicle:control:charging": N_("Start and stop charging your car"),
    "charger:read:data": N_("See whether your charger is in use and how much it delivers"),
    "charger:control:charging": N_("Start and stop charging, and limit the current"),
}
NEVER: Mapping[Kind, str] = {
    Kind.VEHICLE: N_("Unlock, start or drive your car"),
    Kind.CHARGER: N_("Decide who may use your charger"),
}
_PLUGGED = N_("plugged in")
_PLUGGED_IN = {
    PowerDelivery.STOPPED: N_("plugged in, charging stopped"),
    PowerDelivery.COMPLETE: N_("plugged in, charging finished"),
    PowerDelivery.NO_POWER: N_("plugged in, without power"),
    PowerDelivery.FAULT: N_("plugged in, with a fault"),
}


def words(kinds: Iterable[Kind]) -> KindWords:
    """How to speak of these kinds together."""
    found = set(kinds)
    return _OF_KIND.get(found.pop(), _DEVICES) if len(found) == 1 else _DEVICES


def kind_names(kinds: Iterable[Kind], language: Language) -> str:
    """`Cars, chargers`: the kinds that have names, as the second line of a brand."""
    return ", ".join(language.say(_OF_KIND[kind].name if kind in _OF_KIND else _DEVICES.name) for kind in kinds)


class Shown(msgspec.Struct, frozen=True):
    """A device in words."""

    kind: Kind
    name: str
    now: str


def shown(document: Document, language: Language) -> Shown:
    """A device with its live value: `Model 3` and `64%, plugged in`."""
    match document:
        case Vehicle():
            name, now = _vehicle_name(document), _vehicle_now(document, language)
        case Charger():
            information = document.information
            name = information.display_name or f"{information.brand} {information.model}".strip()
            now = _charger_now(document, language)
    return Shown(kind_of(document), name, now[:1].upper() + now[1:])


def _vehicle_name(vehicle: Vehicle) -> str:
    information = vehicle.information
    model = " ".join(part for part in (information.brand, information.model) if part)
    return information.display_name or model or information.vin or ""


def _vehicle_now(vehicle: Vehicle, language: Language) -> str:
    charge = vehicle.charge_state
    parts = [_plug(charge, language)]
    if charge.battery_level is not None:
        parts.insert(0, format_percent(charge.battery_level / 100, locale=language.locale))
    return ", ".join(part for part in parts if part) or language.say("linked, no values yet")


def _charger_now(charger: Charger, language: Language) -> str:
    if not charger.is_reachable:
        return language.say("not reachable at the moment")
    return _plug(charger.charge_state, language) or language.say("linked, no values yet")


def _plug(charge: VehicleChargeState | ChargerChargeState, language: Language) -> str:
    if charge.is_charging and charge.charge_rate:
        number = format_decimal(round(charge.charge_rate, 1), locale=language.locale)
        power = format_unit(number, "kilowatt", length="short", locale=language.locale)
        return language.say("charging at %(power)s", power=power)
    if charge.is_charging:
        return language.say("charging")
    if charge.is_plugged_in:
        return language.say(_PLUGGED_IN.get(charge.power_delivery, _PLUGGED))
    return language.say("not plugged in") if charge.is_plugged_in is False else ""
