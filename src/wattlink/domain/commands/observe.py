"""What a device's observed state says of what it was told."""

import math

from wattlink.connectors.commands import (
    Command,
    FollowSchedule,
    HoldPermanently,
    SetMaxCurrent,
    SetOperationMode,
    StartCharging,
    StopCharging,
)
from wattlink.connectors.devices import Battery, Charger, Document, Hvac, Vehicle
from wattlink.connectors.devices.hvac import HoldType, HvacMode
from wattlink.domain.commands.model import CommandFailure, DeviceCommand, Verdict, confirmed, failed

_CURRENT_STEP = 0.5  # A: vendors round, and some take whole amperes only
_TEMPERATURE_STEP = 0.3  # °C: some think in °F


def observe(told: DeviceCommand, document: Document) -> Verdict | None:
    """How a command ends whose device was read after it was sent; None while that can't be said."""
    if is_done(told.command, document):
        return confirmed(told.command_id)
    problem = _impossible(told.command, document)
    return None if problem is None else failed(told.command_id, CommandFailure.PRECONDITION, problem)


def is_done(command: Command, document: Document) -> bool:
    """Whether a device is as it was told to be."""
    match command, document:
        case StartCharging(), Vehicle() | Charger():
            return document.charge_state.is_charging is True
        case StopCharging(), Vehicle() | Charger():
            return document.charge_state.is_charging is False
        case SetMaxCurrent(max_current=current), Vehicle() | Charger():
            found = document.charge_state.max_current
            return any(_near(found, amps, _CURRENT_STEP) for amps in (current, math.floor(current)))
        case HoldPermanently(), Hvac():
            return _holds(command, document)
        case FollowSchedule(), Hvac():
            return document.thermostat_state.hold_type is HoldType.SCHEDULED
        case SetOperationMode(operation_mode=mode), Battery():
            return document.config.operation_mode is mode
    return False


def _holds(command: HoldPermanently, document: Hvac) -> bool:
    state = document.thermostat_state
    heat, cool = command.heat_setpoint, command.cool_setpoint
    return (
        state.mode is command.mode
        and (state.hold_type is HoldType.PERMANENT or state.hold_type is None or command.mode is HvacMode.OFF)
        and (heat is None or _near(state.heat_setpoint, heat, _TEMPERATURE_STEP))
        and (cool is None or _near(state.cool_setpoint, cool, _TEMPERATURE_STEP))
    )


def _near(found: float | None, wanted: float, step: float) -> bool:
    return found is not None and abs(found - wanted) <= step


def _impossible(command: Command, document: Document) -> str | None:
    """Why waiting longer is of no use."""
    match command, document:
        case StartCharging(), Vehicle() | Charger():
            if document.charge_state.is_plugged_in is False:
                return "The asset was unplugged before the action could be completed"
            if isinstance(document, Vehicle) and document.charge_state.is_fully_charged:
                return "The battery is charged up to its limit"
    return None
