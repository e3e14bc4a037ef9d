"""What a device can be told to do, in the normalised form that every dialect asks for and every connector sends."""

import msgspec

from wattlink.connectors.devices.hvac import HvacMode
from wattlink.connectors.devices.site import OperationMode


class StartCharging(msgspec.Struct, frozen=True, tag="start_charging", tag_field="command"):
    """A vehicle or a charger begins to charge."""


class StopCharging(msgspec.Struct, frozen=True, tag="stop_charging", tag_field="command"):
    """A vehicle or a charger ceases to charge."""


class SetMaxCurrent(msgspec.Struct, frozen=True, tag="set_max_current", tag_field="command", kw_only=True):
    """A vehicle or a charger draws no more than this."""

    max_current: float  # A


class HoldPermanently(msgspec.Struct, frozen=True, tag="hold_permanently", tag_field="command", kw_only=True):
    """A thermostat keeps a mode and its setpoints until it is told otherwise."""

    mode: HvacMode  # not UNKNOWN
    heat_setpoint: float | None = None  # °C; of HEAT and AUTO
    cool_setpoint: float | None = None  # °C; of COOL and AUTO


class FollowSchedule(msgspec.Struct, frozen=True, tag="follow_schedule", tag_field="command"):
    """A thermostat goes back to its own schedule."""


class SetOperationMode(msgspec.Struct, frozen=True, tag="set_operation_mode", tag_field="command", kw_only=True):
    """A battery aims at something else."""

    operation_mode: OperationMode  # not UNKNOWN


Command = StartCharging | StopCharging | SetMaxCurrent | HoldPermanently | FollowSchedule | SetOperationMode
"""What a device is told."""
