"""Telling devices what to do: Enode's operations of each kind."""

from typing import Literal

from litestar.params import FromPath, JSONBody

from wattlink.connectors.commands import (
    FollowSchedule,
    HoldPermanently,
    SetMaxCurrent,
    SetOperationMode,
    StartCharging,
    StopCharging,
)
from wattlink.connectors.devices import Kind
from wattlink.connectors.devices.hvac import HvacMode
from wattlink.connectors.devices.site import OperationMode
from wattlink.dialects.enode.devices.actions import (
    ChargeAction,
    HvacActionFollowSchedule,
    HvacActionPermanentHold,
    MaxCurrentAction,
    OperationModeAction,
    tell,
)
from wattlink.dialects.enode.wire import Payload
from wattlink.web.call import Call


class ChargingPayload(Payload):
    action: Literal["START", "STOP"]


class TargetMaxCurrentPayload(Payload):
    """In ampere."""

    max_current: float


class HVACSetPermanentHoldPayload(Payload):
    """Setpoints in °C: `HEAT` needs a heatSetpoint, `COOL` a coolSetpoint, `AUTO` both, `OFF` none."""

    mode: Literal["COOL", "HEAT", "AUTO", "OFF"]
    heat_setpoint: float | None = None
    cool_setpoint: float | None = None


class SetBatteryOperationModePayload(Payload):
    operation_mode: Literal["IMPORT_FOCUS", "EXPORT_FOCUS", "TIME_OF_USE", "SELF_RELIANCE", "IDLE"]


async def charge_vehicle(request: Call, vehicle_id: FromPath[str], data: JSONBody[ChargingPayload]) -> ChargeAction:
    """Start or stop charging a vehicle."""
    return await _charge(request, vehicle_id, Kind.VEHICLE, data)


async def charge_charger(request: Call, charger_id: FromPath[str], data: JSONBody[ChargingPayload]) -> ChargeAction:
    """Start or stop charging whatever is plugged into a charger."""
    return await _charge(request, charger_id, Kind.CHARGER, data)


async def limit_vehicle(
    request: Call, vehicle_id: FromPath[str], data: JSONBody[TargetMaxCurrentPayload]
) -> MaxCurrentAction:
    """Let a vehicle draw no more than this."""
    return await _limit(request, vehicle_id, Kind.VEHICLE, data)


async def limit_charger(
    request: Call, charger_id: FromPath[str], data: JSONBody[TargetMaxCurrentPayload]
) -> MaxCurrentAction:
    """Let a charger give no more than this."""
    return await _limit(request, charger_id, Kind.CHARGER, data)


async def hold_hvac(
    request: Call, hvac_id: FromPath[str], data: JSONBody[HVACSetPermanentHoldPayload]
) -> HvacActionPermanentHold:
    """Keep a mode and its setpoints until something else is said."""
    hold = HoldPermanently(mode=HvacMode(data.mode), heat_setpoint=data.heat_setpoint, cool_setpoint=data.cool_setpoint)
    told: HvacActionPermanentHold = await tell(request, hvac_id, Kind.HVAC, hold)
    return told


async def follow_schedule(request: Call, hvac_id: FromPath[str]) -> HvacActionFollowSchedule:
    """Let an HVAC device follow its own schedule again."""
    told: HvacActionFollowSchedule = await tell(request, hvac_id, Kind.HVAC, FollowSchedule())
    return told


async def set_operation_mode(
    request: Call, battery_id: FromPath[str], data: JSONBody[SetBatteryOperationModePayload]
) -> OperationModeAction:
    """Set what a battery aims at."""
    mode = SetOperationMode(operation_mode=OperationMode(data.operation_mode))
    told: OperationModeAction = await tell(request, battery_id, Kind.BATTERY, mode)
    return told


async def _charge(call: Call, text: str, kind: Kind, data: ChargingPayload) -> ChargeAction:
    command = StartCharging() if data.action == "START" else StopCharging()
    told: ChargeAction = await tell(call, text, kind, command)
    return told


async def _limit(call: Call, text: str, kind: Kind, data: TargetMaxCurrentPayload) -> MaxCurrentAction:
    told: MaxCurrentAction = await tell(call, text, kind, SetMaxCurrent(max_current=data.max_current))
    return told
