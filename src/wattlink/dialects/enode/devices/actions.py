"""Actions: what devices were told, as Enode shows it, and reading and cancelling them."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from litestar import Response
from litestar.params import FromPath

from wattlink.base.clock import rfc3339
from wattlink.connectors.commands import (
    Command,
    FollowSchedule,
    HoldPermanently,
    SetMaxCurrent,
    SetOperationMode,
    StartCharging,
    StopCharging,
)
from wattlink.connectors.devices import Kind
from wattlink.dialects.enode.wire import Answer, Timestamp, Uuid, command_id_of, device_id_of, timestamp
from wattlink.domain.commands import store as commands
from wattlink.domain.commands.create import create
from wattlink.domain.commands.ending.cancel import cancel
from wattlink.domain.commands.model import CommandFailure, CommandState, DeviceCommand
from wattlink.web.call import Call

State = Literal["PENDING", "CONFIRMED", "FAILED", "CANCELLED"]
FailureType = Literal[
    "NO_RESPONSE", "FAILED_PRECONDITION", "CONFLICT", "NOT_FOUND", "UNNECESSARY", "REQUESTED_CANCELLATION"
]

_FAILURES: Mapping[CommandFailure, FailureType] = {
    CommandFailure.NO_RESPONSE: "NO_RESPONSE",
    CommandFailure.PRECONDITION: "FAILED_PRECONDITION",
    CommandFailure.CONFLICT: "CONFLICT",
    CommandFailure.NOT_FOUND: "NOT_FOUND",
    CommandFailure.UNNECESSARY: "UNNECESSARY",
    CommandFailure.REQUESTED: "REQUESTED_CANCELLATION",
}


class FailureReason(Answer):
    type: FailureType
    detail: str


class TargetMaxCurrent(Answer):
    """In ampere."""

    max_current: float


class TargetOperationMode(Answer):
    operation_mode: Literal["IMPORT_FOCUS", "EXPORT_FOCUS", "TIME_OF_USE", "SELF_RELIANCE", "IDLE"]


class ScheduledTarget(Answer):
    hold_type: Literal["SCHEDULED"] = "SCHEDULED"


class PermanentHoldTarget(Answer, omit_defaults=True):
    """Setpoints in °C, those that the mode has."""

    mode: Literal["OFF", "AUTO", "COOL", "HEAT"]
    hold_type: Literal["PERMANENT"]
    heat_setpoint: float | None = None
    cool_setpoint: float | None = None


class _Action(Answer):
    id: Uuid
    user_id: str
    created_at: Timestamp
    updated_at: Timestamp
    completed_at: Timestamp | None
    state: State
    target_id: Uuid
    target_type: Literal["vehicle", "charger", "hvac", "battery"]
    failure_reason: FailureReason | None


class ChargeAction(_Action):
    kind: Literal["START", "STOP"]


class MaxCurrentAction(_Action):
    target_state: TargetMaxCurrent


class OperationModeAction(_Action):
    target_state: TargetOperationMode


class HvacActionPermanentHold(_Action):
    target: PermanentHoldTarget


class HvacActionFollowSchedule(_Action):
    target: ScheduledTarget


ChargeableAction = ChargeAction | MaxCurrentAction
HvacAction = HvacActionPermanentHold | HvacActionFollowSchedule
Action = ChargeableAction | HvacAction | OperationModeAction


async def tell(call: Call, text: str, kind: Kind, command: Command) -> Any:
    """Tell a device something; its new action, or the one under way."""
    hub = call.hub
    async with hub.db.transaction() as tx:
        made = await create(tx, call.access, device_id_of(text), kind, command, now=hub.clock())
    for channel in ("visits", "commands", "events"):
        hub.notifier.wake(channel)
    return action(made)


async def get_vehicle_action(request: Call, action_id: FromPath[str]) -> ChargeAction | MaxCurrentAction:
    """What a vehicle was told, and how it went."""
    found: ChargeableAction = await _get(request, action_id, Kind.VEHICLE)
    return found


async def get_charger_action(request: Call, action_id: FromPath[str]) -> ChargeAction | MaxCurrentAction:
    """What a charger was told, and how it went."""
    found: ChargeableAction = await _get(request, action_id, Kind.CHARGER)
    return found


async def get_hvac_action(
    request: Call, action_id: FromPath[str]
) -> HvacActionPermanentHold | HvacActionFollowSchedule:
    """What an HVAC device was told, and how it went."""
    found: HvacAction = await _get(request, action_id, Kind.HVAC)
    return found


async def get_battery_action(request: Call, action_id: FromPath[str]) -> OperationModeAction:
    """What a battery was told, and how it went."""
    found: OperationModeAction = await _get(request, action_id, Kind.BATTERY)
    return found


async def cancel_vehicle_action(request: Call, action_id: FromPath[str]) -> Response[ChargeAction | MaxCurrentAction]:
    """Take back what a vehicle was told; 409 with the action where it is over."""
    return await _cancel(request, action_id, Kind.VEHICLE)


async def cancel_charger_action(request: Call, action_id: FromPath[str]) -> Response[ChargeAction | MaxCurrentAction]:
    """Take back what a charger was told; 409 with the action where it is over."""
    return await _cancel(request, action_id, Kind.CHARGER)


async def cancel_hvac_action(
    request: Call, action_id: FromPath[str]
) -> Response[HvacActionPermanentHold | HvacActionFollowSchedule]:
    """Take back what an HVAC device was told; 409 with the action where it is over."""
    return await _cancel(request, action_id, Kind.HVAC)


async def cancel_battery_action(request: Call, action_id: FromPath[str]) -> Response[OperationModeAction]:
    """Take back what a battery was told; 409 with the action where it is over."""
    return await _cancel(request, action_id, Kind.BATTERY)


async def _get(call: Call, text: str, kind: Kind) -> Any:
    async with call.hub.db.read() as reader:
        return action(await commands.get(reader, call.access, command_id_of(text), kind))


async def _cancel(call: Call, text: str, kind: Kind) -> Response[Any]:
    hub = call.hub
    async with hub.db.transaction() as tx:
        command, is_cancelled = await cancel(tx, call.access, command_id_of(text), kind, now=hub.clock())
    hub.notifier.wake("events")
    return Response(action(command), status_code=200 if is_cancelled else 409)


def action(told: DeviceCommand) -> Action:
    """A command on the wire."""
    common: dict[str, Any] = {
        "id": str(told.command_id),
        "user_id": told.user,
        "created_at": rfc3339(told.created_at),
        "updated_at": rfc3339(told.updated_at),
        "completed_at": timestamp(told.completed_at),
        "state": _state(told),
        "target_id": str(told.device_id),
        "target_type": told.kind.value,
        "failure_reason": _reason(told),
    }
    match told.command:
        case StartCharging():
            return ChargeAction(**common, kind="START")
        case StopCharging():
            return ChargeAction(**common, kind="STOP")
        case SetMaxCurrent(max_current=current):
            return MaxCurrentAction(**common, target_state=TargetMaxCurrent(max_current=current))
        case HoldPermanently() as hold:
            return HvacActionPermanentHold(**common, target=_held(hold))
        case FollowSchedule():
            return HvacActionFollowSchedule(**common, target=ScheduledTarget())
        case SetOperationMode(operation_mode=mode):
            return OperationModeAction(
                **common, target_state=msgspec.convert({"operationMode": mode}, TargetOperationMode)
            )


def _held(hold: HoldPermanently) -> PermanentHoldTarget:
    setpoints = {"heatSetpoint": hold.heat_setpoint, "coolSetpoint": hold.cool_setpoint}
    return msgspec.convert({"mode": hold.mode, "holdType": "PERMANENT", **setpoints}, PermanentHoldTarget)


def _state(told: DeviceCommand) -> State:
    """Enode calls failed what wasn't answered, and cancelled whatever ended for another reason."""
    if told.completed_at is None:
        return "PENDING"
    if told.state is CommandState.CONFIRMED:
        return "CONFIRMED"
    return "FAILED" if told.failure is CommandFailure.NO_RESPONSE else "CANCELLED"


def _reason(told: DeviceCommand) -> FailureReason | None:
    return None if told.failure is None else FailureReason(type=_FAILURES[told.failure], detail=told.detail or "")
