"""Tells cars what to do: how each command is said, and what the answers mean, the body read before the status."""

import contextlib
from collections.abc import Mapping
from typing import Any

from wattlink.base.outbound import Answer
from wattlink.connectors.commands import SetMaxCurrent, StartCharging, StopCharging
from wattlink.connectors.errors import CommandRefusal, CommandRefused, ConnectorError, UnexpectedAnswer
from wattlink.connectors.vendors.tesla.fleet import Fleet, Trouble, error_text, raise_error, response_of, trouble_of

CarCommand = StartCharging | StopCharging | SetMaxCurrent

_ASLEEP = "offline or asleep"
_REASONS: Mapping[str, tuple[CommandRefusal, str]] = {
    "disconnected": (CommandRefusal.PRECONDITION, "The car isn't plugged in."),
    "complete": (CommandRefusal.PRECONDITION, "The battery is charged up to its limit."),
    "no_power": (CommandRefusal.PRECONDITION, "The charger gives no power."),
    "is_charging": (CommandRefusal.UNNECESSARY, "The car charges already."),
    "not_charging": (CommandRefusal.UNNECESSARY, "The car doesn't charge."),
    "already_set": (CommandRefusal.UNNECESSARY, "The car is set so already."),
    "could_not_wake_buses": (CommandRefusal.UNREACHABLE, "The car could not be woken."),
}
_DONE_ALREADY = "requested"  # it was told the same a moment ago
_REFUSALS = (  # words of the body, which come before any status
    ("public key has not been paired", CommandRefusal.PERMISSION, "The car doesn't hold this app's phone key."),
    ("vehicle command protocol required", CommandRefusal.PERMISSION, "The car takes signed commands only."),
    ("mobile_access_disabled", CommandRefusal.PERMISSION, "Mobile access is switched off in the car."),
    ("unsupported vehicle", CommandRefusal.PRECONDITION, "The car doesn't know this command."),
    ("invalid_command", CommandRefusal.PRECONDITION, "The car doesn't know this command."),
    ("invalid_field", CommandRefusal.PRECONDITION, "The car doesn't take this value."),
    ("not_found", CommandRefusal.NOT_FOUND, "The car left the account."),
    ("vehicle is not available", CommandRefusal.UNREACHABLE, "The car can't be reached."),
)


async def tell_car(fleet: Fleet, vin: str, command: CarCommand) -> None:
    """Send a command; a car that sleeps is woken, so that another try soon finds it awake."""
    name, body = _said(command)
    answer = await fleet.command(vin, name, body)
    if answer.status == 408 and _ASLEEP in error_text(answer):
        with contextlib.suppress(ConnectorError):
            await fleet.wake(vin)
        raise CommandRefused(CommandRefusal.UNREACHABLE, "The car sleeps, and is being woken.")
    _judge_status(answer)
    _judge_result(response_of(answer))


def _said(command: CarCommand) -> tuple[str, Mapping[str, Any]]:
    match command:
        case StartCharging():
            return "charge_start", {}
        case StopCharging():
            return "charge_stop", {}
        case SetMaxCurrent(max_current=amps):
            return "set_charging_amps", {"charging_amps": int(amps)}  # whole ones, and never more than was said


def _judge_status(answer: Answer) -> None:
    words = error_text(answer)
    for said, cause, detail in _REFUSALS:
        if said in words:
            raise CommandRefused(cause, detail)
    if trouble_of(answer) is Trouble.PERMISSION_MISSING:
        raise CommandRefused(CommandRefusal.PERMISSION, "The user doesn't allow commands at Tesla.")
    if answer.status not in (200, 401):
        raise_error(answer)


def _judge_result(told: Any) -> None:
    if not isinstance(told, dict) or not isinstance(told.get("result"), bool):
        raise UnexpectedAnswer("an answer to a command without a result")
    reason = str(told.get("reason") or "")[:200]
    if told["result"] or reason == _DONE_ALREADY:
        return
    cause, detail = _REASONS.get(reason, (CommandRefusal.PRECONDITION, f"The car refused: {reason or 'no reason'}."))
    raise CommandRefused(cause, detail)
