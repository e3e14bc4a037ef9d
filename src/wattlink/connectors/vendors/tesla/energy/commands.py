"""Tells a home's battery what to aim at, and what the answers to that mean, the body read before the status."""

from typing import Any

from wattlink.base.outbound import Answer
from wattlink.connectors.commands import SetOperationMode
from wattlink.connectors.errors import CommandRefusal, CommandRefused, UnexpectedAnswer
from wattlink.connectors.vendors.tesla.energy.capabilities import MODES
from wattlink.connectors.vendors.tesla.energy.site import site_id_of
from wattlink.connectors.vendors.tesla.fleet import Fleet, Trouble, error_text, raise_error, response_of, trouble_of

_NOT_ALLOWED = "Tesla doesn't let this app change how the battery is set."
_CANT_NOW = "Tesla says that the battery can't be set so now."
_REFUSALS = {
    400: (CommandRefusal.PRECONDITION, _CANT_NOW),
    403: (CommandRefusal.PERMISSION, _NOT_ALLOWED),
    404: (CommandRefusal.NOT_FOUND, "The battery left the Tesla account."),
    409: (CommandRefusal.CONFLICT, "Somebody else rules the battery now."),
    422: (CommandRefusal.PRECONDITION, _CANT_NOW),
}
_OUR_FAULT = ("invalid_client", "unauthorized_client")


async def set_operation_mode(fleet: Fleet, vendor_device_id: str, command: SetOperationMode) -> None:
    """Set what a battery aims at; said twice it does what it does once."""
    mode = next((theirs for theirs, ours in MODES.items() if ours is command.operation_mode), None)
    if mode is None:
        raise CommandRefused(CommandRefusal.PRECONDITION, "This battery has no such mode.")
    answer = await fleet.set_up_site(site_id_of(vendor_device_id), "operation", {"default_real_mode": mode})
    _judge_status(answer)
    _judge_result(response_of(answer))


def _judge_status(answer: Answer) -> None:
    """Raise where a status refuses; without the vendor's own words it may be a gateway's, and leaves that open."""
    words = error_text(answer)
    if trouble_of(answer) is Trouble.PERMISSION_MISSING:
        raise CommandRefused(CommandRefusal.PERMISSION, _NOT_ALLOWED)
    if answer.status == 408 and "offline" in words:
        raise CommandRefused(CommandRefusal.UNREACHABLE, "The battery isn't connected.")
    if answer.status in _REFUSALS and words and words not in _OUR_FAULT:
        raise CommandRefused(*_REFUSALS[answer.status])
    if answer.status not in (200, 401):
        raise_error(answer)


def _judge_result(told: Any) -> None:
    """Raise where the vendor refused, which it says with a code inside a good answer."""
    if not isinstance(told, dict):
        raise UnexpectedAnswer("an answer to a command that isn't an object")
    code = told.get("code", 200)
    if isinstance(code, bool) or not isinstance(code, int):
        raise UnexpectedAnswer("an answer to a command with a code that isn't a number")
    if 400 <= code < 500:
        raise CommandRefused(*_REFUSALS.get(code, (CommandRefusal.PRECONDITION, _CANT_NOW)))
    if not 200 <= code < 300:
        raise UnexpectedAnswer(f"an answer to a command with the code {code}")
