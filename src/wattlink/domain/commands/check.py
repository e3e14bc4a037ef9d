"""What a device may be told, as it stands: everything that can be known beforehand, before any vendor hears of it."""

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
from wattlink.connectors.devices import Capability, Charger, Document, Hvac, Kind, Vehicle
from wattlink.connectors.devices.hvac import HvacMode
from wattlink.connectors.devices.parts import Range
from wattlink.connectors.devices.site import OperationMode
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import CommandNotPossible, InvalidInput

MOST_CURRENT = 80.0
"""A, above which no car or charger goes; what a device itself allows is less, and its vendor says so."""

_CONTROL = {
    Kind.VEHICLE: "vehicle:control:charging",
    Kind.CHARGER: "charger:control:charging",
    Kind.HVAC: "hvac:control:mode",
    Kind.BATTERY: "battery:control:operation_mode",
}
_MODES = {
    OperationMode.IMPORT_FOCUS: "import_focus",
    OperationMode.EXPORT_FOCUS: "export_focus",
    OperationMode.TIME_OF_USE: "time_of_use",
    OperationMode.SELF_RELIANCE: "self_reliance",
    OperationMode.IDLE: "idle",
}
_SETPOINTS = {
    HvacMode.HEAT: ("heat_setpoint",),
    HvacMode.COOL: ("cool_setpoint",),
    HvacMode.AUTO: ("heat_setpoint", "cool_setpoint"),
}


def scope_of(kind: Kind) -> str:
    """The scope without which a device of this kind is told nothing."""
    return _CONTROL.get(kind, f"{kind}:control")


def capability_of(command: Command) -> str:
    """The capability that a command needs."""
    match command:
        case StartCharging():
            return "start_charging"
        case StopCharging():
            return "stop_charging"
        case SetMaxCurrent():
            return "set_max_current"
        case HoldPermanently():
            return "set_permanent_hold"
        case FollowSchedule():
            return "set_follow_schedule"
        case SetOperationMode(operation_mode=mode):
            return _MODES.get(mode, "unknown")


def is_able(device: Device, command: Command) -> bool:
    """Whether its user lets it be told this, and it can do it."""
    capability = getattr(device.document.capabilities, capability_of(command), Capability())
    return scope_of(device.kind) in device.scopes and bool(capability.is_capable)


def check(device: Device, command: Command, *, is_busy: bool) -> None:
    """Raises InvalidInput or CommandNotPossible.

    `is_busy`: it was told something else that isn't over, so the state that is known is about to change.
    """
    document = device.document
    _check_values(document, command)
    if scope_of(device.kind) not in device.scopes:
        raise CommandNotPossible(f"The user didn't grant {scope_of(device.kind)}.")
    _check_capability(document, capability_of(command))
    if not is_busy:
        _check_state(document, command)


def _check_capability(document: Document, name: str) -> None:
    capability = getattr(document.capabilities, name, Capability())
    if capability.is_capable:
        return
    if capability.interventions:
        raise CommandNotPossible("Somebody must do something about the device first.", capability.interventions)
    raise CommandNotPossible(f"The device doesn't offer {name.replace('_', ' ')}.")


def _check_state(document: Document, command: Command) -> None:
    match document, command:
        case (Vehicle() | Charger(), StartCharging() | StopCharging()):
            state = document.charge_state
            starts = isinstance(command, StartCharging)
            if state.is_plugged_in is False:
                raise CommandNotPossible("Nothing is plugged in.")
            if state.is_charging is starts:
                raise CommandNotPossible("It charges already." if starts else "It doesn't charge.")
            if starts and isinstance(document, Vehicle) and document.charge_state.is_fully_charged:
                raise CommandNotPossible("The battery is charged up to its limit.")


def _check_values(document: Document, command: Command) -> None:
    match command:
        case SetMaxCurrent(max_current=current):
            _within("max_current", current, Range(min=0, max=MOST_CURRENT), "A")
        case HoldPermanently():
            _check_hold(document, command)
        case SetOperationMode(operation_mode=mode):
            allowed = [known for known, name in _MODES.items() if _is_offered(document, name)]
            if mode not in allowed:
                raise InvalidInput("operation_mode", f"{mode} isn't a mode of this battery", allowed=allowed)


def _is_offered(document: Document, name: str) -> bool:
    capability = getattr(document.capabilities, name, Capability())
    return bool(capability.is_capable or capability.interventions)


def _check_hold(document: Document, command: HoldPermanently) -> None:
    if not isinstance(document, Hvac):
        return
    can = document.capabilities
    modes = can.capable_modes
    if modes is not None and command.mode not in modes:
        raise InvalidInput("mode", f"{command.mode} isn't a mode of this device", allowed=list(modes))
    ranges = {"heat_setpoint": can.heat_setpoint_range, "cool_setpoint": can.cool_setpoint_range}
    for field, allowed in ranges.items():
        value = getattr(command, field)
        if field not in _SETPOINTS.get(command.mode, ()):
            if value is not None:
                raise InvalidInput(field, f"has no meaning in the mode {command.mode}")
        elif value is None:
            raise InvalidInput(field, f"is needed in the mode {command.mode}")
        else:
            _within(field, value, allowed or Range(min=-50, max=100), "°C")
    if command.heat_setpoint is not None and command.cool_setpoint is not None:
        least = can.setpoint_difference_range or Range(min=0, max=100)
        _within("cool_setpoint", command.cool_setpoint - command.heat_setpoint, least, "°C above heat_setpoint")


def _within(field: str, value: float, allowed: Range, unit: str) -> None:
    if not math.isfinite(value) or not allowed.min <= value <= allowed.max:
        raise InvalidInput(
            field,
            f"must be from {allowed.min:g} to {allowed.max:g} {unit}",
            allowed=(f"{allowed.min:g}..{allowed.max:g}",),
        )
