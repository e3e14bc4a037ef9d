"""A device with its live value, in words: `Model 3` and `64%, plugged in`."""

import msgspec
from babel.numbers import format_percent
from babel.units import format_unit

from wattlink.connectors.devices import (
    Battery,
    Charger,
    ChargerChargeState,
    Document,
    Hvac,
    Inverter,
    Kind,
    Meter,
    PowerDelivery,
    Vehicle,
    VehicleChargeState,
    kind_of,
)
from wattlink.connectors.devices.hvac import HvacMode
from wattlink.connectors.devices.site import BatteryInformation, BatteryStatus, InverterInformation, MeterInformation
from wattlink.link.texts.languages import Language
from wattlink.link.texts.words import N_

_PLUGGED = N_("plugged in")
_PLUGGED_IN = {
    PowerDelivery.STOPPED: N_("plugged in, charging stopped"),
    PowerDelivery.COMPLETE: N_("plugged in, charging finished"),
    PowerDelivery.NO_POWER: N_("plugged in, without power"),
    PowerDelivery.FAULT: N_("plugged in, with a fault"),
}
_BATTERY = {
    BatteryStatus.CHARGING: N_("charging"),
    BatteryStatus.DISCHARGING: N_("discharging"),
    BatteryStatus.IDLE: N_("neither charging nor discharging"),
    BatteryStatus.FAULT: N_("with a fault"),
}
_BARELY = 0.05  # kW: no power that anybody speaks of


class Shown(msgspec.Struct, frozen=True):
    """A device in words."""

    kind: Kind
    name: str
    now: str


def shown(document: Document, language: Language) -> Shown:
    """A device as the pages list it."""
    parts = [part for part in _now(document, language) if part]
    now = ", ".join(parts) or language.say("linked, no values yet")
    return Shown(kind_of(document), _name(document), now[:1].upper() + now[1:])


def _name(document: Document) -> str:
    information = document.information
    match document:
        case Vehicle():
            own = document.information.display_name
            return (
                own or _model(document.information.brand, document.information.model) or document.information.vin or ""
            )
        case Charger() | Hvac():
            return document.information.display_name or _model(information.brand, information.model)
        case Inverter() | Battery() | Meter():
            return _at_site(document.information)


def _at_site(information: InverterInformation | BatteryInformation | MeterInformation) -> str:
    return ", ".join(part for part in (_model(information.brand, information.model), information.site_name) if part)


def _model(brand: str | None, model: str | None) -> str:
    """`Acme One`, and not `Acme Acme One`."""
    if brand and model and model.casefold().startswith(brand.casefold()):
        return model
    return " ".join(part for part in (brand, model) if part)


def _now(document: Document, language: Language) -> list[str]:
    match document:
        case Vehicle():
            return [_percent(document.charge_state.battery_level, language), _plug(document.charge_state, language)]
        case _ if not document.is_reachable:
            return [language.say("not reachable at the moment")]
        case Charger():
            return [_plug(document.charge_state, language)]
        case Hvac():
            return [_degrees(document.temperature_state.current_temperature, language), _set_to(document, language)]
        case Inverter():
            return [_producing(document, language)]
        case Battery():
            return [_percent(document.charge_state.battery_level, language), _battery_does(document, language)]
        case Meter():
            return [_through_meter(document.energy_state.power, language)]


def _plug(charge: VehicleChargeState | ChargerChargeState, language: Language) -> str:
    if charge.is_charging and charge.charge_rate:
        return language.say("charging at %(power)s", power=_kilowatts(charge.charge_rate, language))
    if charge.is_charging:
        return language.say("charging")
    if charge.is_plugged_in:
        return language.say(_PLUGGED_IN.get(charge.power_delivery, _PLUGGED))
    return language.say("not plugged in") if charge.is_plugged_in is False else ""


def _set_to(hvac: Hvac, language: Language) -> str:
    thermostat = hvac.thermostat_state
    if thermostat.mode is HvacMode.OFF:
        return language.say("switched off")
    bounds = [thermostat.heat_setpoint, thermostat.cool_setpoint]
    if thermostat.mode in (HvacMode.HEAT, HvacMode.COOL):
        bounds = [thermostat.heat_setpoint if thermostat.mode is HvacMode.HEAT else thermostat.cool_setpoint]
    known = dict.fromkeys(_degrees(bound, language) for bound in bounds if bound is not None)
    return language.say("set to %(temperature)s", temperature=" – ".join(known)) if known else ""


def _producing(inverter: Inverter, language: Language) -> str:
    state = inverter.production_state
    if state.production_rate is not None and state.production_rate >= _BARELY:
        return language.say("producing %(power)s", power=_kilowatts(state.production_rate, language))
    if state.is_producing is None and state.production_rate is None:
        return ""
    return language.say("producing") if state.is_producing else language.say("not producing at the moment")


def _battery_does(battery: Battery, language: Language) -> str:
    charge = battery.charge_state
    power = _kilowatts(abs(charge.charge_rate or 0.0), language)
    if charge.status is BatteryStatus.CHARGING and charge.charge_rate:
        return language.say("charging at %(power)s", power=power)
    if charge.status is BatteryStatus.DISCHARGING and charge.charge_rate:
        return language.say("discharging at %(power)s", power=power)
    return language.say(_BATTERY[charge.status]) if charge.status in _BATTERY else ""


def _through_meter(power: float | None, language: Language) -> str:
    if power is None:
        return ""
    if abs(power) < _BARELY:
        return language.say("no power from or to the grid")
    shown_power = _kilowatts(abs(power), language)
    if power > 0:
        return language.say("taking %(power)s from the grid", power=shown_power)
    return language.say("feeding %(power)s into the grid", power=shown_power)


def _percent(level: float | None, language: Language) -> str:
    return "" if level is None else format_percent(level / 100, locale=language.locale)


def _kilowatts(power: float, language: Language) -> str:
    return _measured(power, "kilowatt", language)


def _degrees(temperature: float | None, language: Language) -> str:
    return "" if temperature is None else _measured(temperature, "celsius", language)


def _measured(value: float, unit: str, language: Language) -> str:
    """`3,9 kW`, which no line's end divides."""
    shown_value = format_unit(round(value, 1), unit, length="short", locale=language.locale)
    return shown_value.replace(" ", "\N{NO-BREAK SPACE}")
