"""A boost as it is stored, where it stands, and why there can't be one."""

from enum import StrEnum

import msgspec

from wattlink.connectors.commands import StartCharging
from wattlink.connectors.devices import Vehicle
from wattlink.domain.access.ids import ApplicationId, CommandId, DeviceId
from wattlink.domain.commands.check import is_able
from wattlink.domain.commands.model import CommandState
from wattlink.domain.devices.model import Device

_UNDER_WAY = (CommandState.PENDING, CommandState.SENDING, CommandState.SENT)


class BoostState(StrEnum):
    """Where a car's boost stands.

    available --asked--> requested --seen to charge--> ongoing --ceased--> available
    unavailable: it can't be told to charge, charges by itself, or is full.
    """

    AVAILABLE = "available"
    REQUESTED = "requested"
    ONGOING = "ongoing"
    UNAVAILABLE = "unavailable"


class BoostRefusal(StrEnum):
    """Why a car can't be boosted now."""

    ALREADY_CHARGING = "already_charging"
    FULLY_CHARGED = "fully_charged"
    NO_ACTIVE_SESSION = "no_active_session"
    INTERNAL_ERROR = "internal_error"


class Boost(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for; `command_state` is that of the command by which it was begun."""

    device_id: DeviceId
    command_id: CommandId | None = None
    command_state: CommandState | None = None
    is_armed: bool = False


class Armed(msgspec.Struct, frozen=True, kw_only=True):
    """A car that waited for its boost and is plugged in."""

    device_id: DeviceId
    application_id: ApplicationId


def refusal_of(car: Vehicle) -> BoostRefusal | None:
    """What speaks against a boost in a car's own state."""
    charge = car.charge_state
    if charge.is_charging:
        return BoostRefusal.ALREADY_CHARGING
    if charge.is_plugged_in is None:
        return BoostRefusal.NO_ACTIVE_SESSION
    return BoostRefusal.FULLY_CHARGED if charge.is_plugged_in and charge.is_fully_charged else None


def boost_state(device: Device, boost: Boost | None, *, is_in_touch: bool) -> BoostState:
    """Where a car's boost stands; `is_in_touch`: its account is linked."""
    assert isinstance(device.document, Vehicle)
    told = None if boost is None else boost.command_state
    if told in _UNDER_WAY:
        return BoostState.REQUESTED
    if device.document.charge_state.is_charging and told is CommandState.CONFIRMED:
        return BoostState.ONGOING
    if not is_in_touch or not is_able(device, StartCharging()) or refusal_of(device.document) is not None:
        return BoostState.UNAVAILABLE
    return BoostState.AVAILABLE
