"""Tells a home's battery what to aim at, and what the answers to that mean, the body read before the status."""

from typing import Any

from wattlink.base.outbound import Answer
from wattlink.connectors.commands import SetOperationMode
from wattlink.connectors.errors import CommandRefusal, CommandRefused, UnexpectedAnswer
from wattlink.connectors.vendors.tesla.energy.capabilities import MODES
from wattlink.connectors.vendors.tesla.energy.site import site_id_of
from wattlink.connectors.vendors.tesla.fleet import Fleet, Trouble, error_text, raise_error, response_of, trouble_of

_REFUSALS = {
    400: CommandRefusal.PRECONDITION,
    403: CommandRefusal.PERMISSION,
    404: CommandRefusal.NOT_FOUND,
    409: CommandRefusal.CONFLICT,
    422: CommandRefusal.PRECONDITION,
}


async def set_operation_mode(fleet: Fleet, vendor_device_id: str, command: SetOperationMode) -> None:
    """Set what a battery aims at; said twice it does what it does once."""
    mode = next((theirs for theirs, ours in MODES.items() if ours is command.operation_mode), None)
    if mode is None:
        raise CommandRefused(CommandRefusal.PRECONDITION, f"no mode for {command.operation_mode}")
    answer = await fleet.set_up_site(site_id_of(vendor_device_id), "operation", {"default_real_mode": mode})
    _judge_status(answer)
    _judge_result(response_of(answer))


def _judge_status(answer: Answer) -> None:
    """Raise where the vendor refused, which it says with a status."""
    words = error_text(answer)
    detail = f"status {answer.status} {words[:200]}"
    if trouble_of(answer) is Trouble.PERMISSION_MISSING:
        raise CommandRefused(CommandRefusal.PERMISSION, detail)
    if answer.status == 408 and "offline" in words:
        raise CommandRefused(CommandRefusal.UNREACHABLE, detail)
    if answer.status in _REFUSALS and words not in ("invalid_client", "unauthorized_client"):
        raise CommandRefused(_REFUSALS[answer.status], detail)
    if answer.status not in (200, 401):
        raise_error(answer)


def _judge_result(told: Any) -> None:
    """Raise where the vendor refused, which it says with a code inside a good answer."""
    if not isinstance(told, dict):
        raise UnexpectedAnswer("an answer to a command that isn't an object")
    code = told.get("code", 200)
    if isinstance(code, bool) or not isinstance(code, int):
        raise UnexpectedAnswer("an answer to a command with a code that isn't a number")
    if 200 <= code < 300:
        return
    detail = f"code {code} {str(told.get('message', ''))[:200]}"
    if 400 <= code < 500:
        raise CommandRefused(_REFUSALS.get(code, CommandRefusal.PRECONDITION), detail)
    raise UnexpectedAnswer(detail)
