"""A boost and a charge policy as they are stored."""

from enum import StrEnum

import msgspec

from wattlink.connectors.devices import Vehicle
from wattlink.domain.access.ids import ApplicationId, CommandId, DeviceId
from wattlink.domain.commands.model import CommandState


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

    @property
    def is_open(self) -> bool:
        """Whether the car was told and isn't seen to do it yet."""
        return self.command_state in (CommandState.PENDING, CommandState.SENDING, CommandState.SENT)


class Armed(msgspec.Struct, frozen=True, kw_only=True):
    """A car that waits for its boost and is plugged in."""

    device_id: DeviceId
    application_id: ApplicationId


def boost_state(car: Vehicle, boost: Boost | None, *, is_in_touch: bool) -> BoostState:
    """Where it stands; `is_in_touch`: the account is linked."""
    charge = car.charge_state
    if boost is not None and boost.is_open:
        return BoostState.REQUESTED
    if charge.is_charging and boost is not None and boost.command_state is CommandState.CONFIRMED:
        return BoostState.ONGOING
    can = is_in_touch and car.capabilities.start_charging.is_capable
    if not can or charge.is_charging or charge.is_fully_charged or charge.is_plugged_in is None:
        return BoostState.UNAVAILABLE
    return BoostState.AVAILABLE
