"""A command as it is stored and told, and how it ended."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from wattlink.connectors.commands import Command
from wattlink.connectors.devices import Kind
from wattlink.connectors.errors import CommandRefusal
from wattlink.domain.access.ids import AccountId, ApplicationId, CommandId, DeviceId, UserId
from wattlink.domain.events.model import EventType, Fact, Payload

ANSWERS_WITHIN = timedelta(minutes=2)
"""How long a device has to be seen to have done what was sent."""

LOOKS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 45))
"""When, after it was sent, somebody looks whether it was done; also how long one that wasn't is held back."""


_LONGEST_DETAIL = 300


class CommandState(StrEnum):
    """See the drawing in this package's docstring."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class CommandFailure(StrEnum):
    """Why a command ended otherwise than confirmed."""

    NO_RESPONSE = "no_response"
    PRECONDITION = "precondition"
    UNNECESSARY = "unnecessary"
    CONFLICT = "conflict"
    NOT_FOUND = "not_found"
    REQUESTED = "requested"  # the app cancelled it


FAILURES = {
    CommandRefusal.PRECONDITION: CommandFailure.PRECONDITION,
    CommandRefusal.PERMISSION: CommandFailure.PRECONDITION,
    CommandRefusal.CONFLICT: CommandFailure.CONFLICT,
    CommandRefusal.NOT_FOUND: CommandFailure.NOT_FOUND,
    CommandRefusal.UNNECESSARY: CommandFailure.UNNECESSARY,
}
"""How a command fails that was refused for good; out of reach it isn't refused for good."""


class DeviceCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A device's command; `user` is the app's own id of its owner."""

    command_id: CommandId
    application_id: ApplicationId
    user_id: UserId
    user: str
    account_id: AccountId
    device_id: DeviceId
    vendor: str
    kind: Kind
    command: Command
    state: CommandState
    failure: CommandFailure | None = None
    detail: str | None = None
    tries: int = 0
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None = None
    completed_at: datetime | None = None
    expires_at: datetime

    @property
    def may_be_done(self) -> bool:
        """Whether a vendor may have heard of it."""
        return self.state in (CommandState.SENDING, CommandState.SENT)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ends."""

    command_id: CommandId
    state: CommandState
    failure: CommandFailure | None = None
    detail: str | None = None


def confirmed(command_id: CommandId) -> Verdict:
    """The device was seen to have done it."""
    return Verdict(command_id=command_id, state=CommandState.CONFIRMED)


def failed(command_id: CommandId, failure: CommandFailure, detail: str) -> Verdict:
    """It wasn't done, or nobody saw it."""
    return Verdict(command_id=command_id, state=CommandState.FAILED, failure=failure, detail=_storable(detail))


def cancelled(command_id: CommandId, failure: CommandFailure, detail: str) -> Verdict:
    """Somebody took it back."""
    return Verdict(command_id=command_id, state=CommandState.CANCELLED, failure=failure, detail=detail)


def _storable(detail: str) -> str:
    """A vendor's words may hold what no column takes, and be endless."""
    return detail.encode("utf-8", "replace").decode().replace("\0", "")[:_LONGEST_DETAIL]


def ended(command: DeviceCommand) -> Fact:
    """The fact that a command ended."""
    changed = ("state", "completed_at") if command.failure is None else ("state", "completed_at", "failure")
    return Fact(
        type=EventType.COMMAND_UPDATED,
        application_id=command.application_id,
        user_id=command.user_id,
        account_id=command.account_id,
        device_id=command.device_id,
        payload=Payload(
            user=command.user, vendor=command.vendor, kind=command.kind, command=command, updated_fields=changed
        ),
    )
