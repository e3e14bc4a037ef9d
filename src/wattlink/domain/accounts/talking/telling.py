"""The commands of one visit: sent before the devices are read, judged by what the reading shows.

begun (committed) -> request -> accepted: sent    --read--> confirmed, failed, or looked at again
                                certainly not done: put back, or failed
                                anything else: left as it is; it may have been done
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import structs

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.connectors.contract import Connector, Credential, DeviceReading
from wattlink.connectors.devices import Document, kind_of
from wattlink.connectors.errors import (
    CommandRefusal,
    CommandRefused,
    CredentialsRejected,
    UnexpectedAnswer,
    VendorUnavailable,
)
from wattlink.connectors.registry import manifests
from wattlink.domain.access.ids import CommandId, DeviceId
from wattlink.domain.accounts.model import VisitedAccount
from wattlink.domain.commands.check import scope_of
from wattlink.domain.commands.ledger import Ledger
from wattlink.domain.commands.model import (
    FAILURES,
    LOOKS,
    CommandFailure,
    CommandState,
    DeviceCommand,
    Verdict,
    cancelled,
    failed,
)
from wattlink.domain.commands.observe import observe
from wattlink.domain.devices.model import KnownDevice
from wattlink.domain.visits.model import Deadline

_LONGEST_WAIT = timedelta(minutes=1)  # of what is put back again and again

_log = get_logger(__name__)


class Way(NamedTuple):
    """How commands get to the vendor during a visit."""

    connector: Connector
    credential: Credential
    deadline: Deadline


class Telling:
    """What is told during one visit; more may be handed over while it lasts."""

    def __init__(
        self,
        commands: Sequence[DeviceCommand],
        account: VisitedAccount,
        known: Sequence[KnownDevice],
        *,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._account = account
        self._devices = {device.device_id: device for device in known}
        self._ledger = ledger
        self._clock = clock
        self._open = {command.command_id: command for command in commands}
        self._tried: set[CommandId] = set()
        self._unnecessary: dict[CommandId, str] = {}

    def hand_over(self, command: DeviceCommand) -> None:
        """One that was given since."""
        self._open.setdefault(command.command_id, command)

    @property
    def has_more(self) -> bool:
        """Whether anything waits that this visit hasn't tried."""
        return bool(self._waiting())

    def _waiting(self) -> list[DeviceCommand]:
        return [
            command
            for command in self._open.values()
            if command.command_id not in self._tried
            and command.device_id in self._devices
            and (command.state is CommandState.PENDING or _is_to_be_resent(command))
        ]

    async def send(self, way: Way) -> None:
        """Send what waits; raises CredentialsRejected and, where that ends the visit, VendorUnavailable."""
        for command in self._waiting():
            self._tried.add(command.command_id)
            needed = scope_of(command.kind)
            if needed not in self._account.scopes:
                await self._fail(command, CommandFailure.PRECONDITION, f"The user doesn't grant {needed} any more.")
            elif await self._ledger.begin(command.command_id, again=command.state is CommandState.SENDING):
                begun = self._note(command, state=CommandState.SENDING, sent_at=self._clock(), tries=command.tries + 1)
                await self._send(begun, way)
            else:
                del self._open[command.command_id]

    async def _send(self, command: DeviceCommand, way: Way) -> None:
        device = self._devices[command.device_id]
        try:
            async with way.deadline.timeout():
                await way.connector.send(way.credential, device.vendor_device_id, command.command, device.last_read)
        except CommandRefused as refused:
            await self._refused(command, refused)
        except CredentialsRejected:
            await self._put_back(command)
            self._tried.discard(command.command_id)
            raise
        except VendorUnavailable as error:
            if error.reason != "outage":
                await self._put_back(command)
                raise
            _doubt(command, error)
        except (UnexpectedAnswer, TimeoutError) as error:
            _doubt(command, error)
        else:
            await self._ledger.accepted(command.command_id)
            self._note(command, state=CommandState.SENT)

    async def _refused(self, command: DeviceCommand, refused: CommandRefused) -> None:
        if refused.cause is CommandRefusal.UNREACHABLE:
            await self._put_back(command)
        elif refused.cause is CommandRefusal.UNNECESSARY:
            self._unnecessary[command.command_id] = refused.detail
            await self._ledger.accepted(command.command_id)
            self._note(command, state=CommandState.SENT)
        else:
            await self._fail(command, FAILURES[refused.cause], refused.detail)

    async def _put_back(self, command: DeviceCommand) -> None:
        await self._ledger.put_back(command.command_id)
        self._note(command, state=CommandState.PENDING)

    async def _fail(self, command: DeviceCommand, failure: CommandFailure, detail: str) -> None:
        await self._ledger.refused(command.command_id, failure, detail)
        del self._open[command.command_id]

    def _note(self, command: DeviceCommand, **changes: object) -> DeviceCommand:
        changed = structs.replace(command, **changes)
        self._open[command.command_id] = changed
        return changed

    def verdicts(self, readings: Sequence[DeviceReading], gone: Collection[DeviceId]) -> list[Verdict]:
        """How commands end, as the devices were read after they were sent."""
        shown = {(kind_of(reading.document), reading.vendor_device_id): reading.document for reading in readings}
        found = []
        for command in list(self._open.values()):
            device = self._devices.get(command.device_id)
            document = shown.get((device.kind, device.vendor_device_id)) if device is not None else None
            verdict = self._verdict(command, document, is_gone=command.device_id in gone)
            if verdict is not None:
                found.append(verdict)
                del self._open[command.command_id]
        return found

    def _verdict(self, command: DeviceCommand, document: Document | None, *, is_gone: bool) -> Verdict | None:
        if is_gone:
            return cancelled(command.command_id, CommandFailure.NOT_FOUND, "The device left the account.")
        if document is None or not command.may_be_done:
            return None
        verdict = observe(command, document)
        if verdict is None and command.command_id in self._unnecessary:
            detail = self._unnecessary[command.command_id]
            return failed(command.command_id, CommandFailure.UNNECESSARY, detail or "The vendor says that it does so.")
        return verdict

    def look_again_at(self, now: datetime) -> datetime | None:
        """When the account is to be visited again for its commands; None: not because of them."""
        return min((at for command in self._open.values() if (at := _look_at(command, now)) is not None), default=None)


def _is_to_be_resent(command: DeviceCommand) -> bool:
    """Left behind by a visit that didn't end well, at a vendor with which saying it once more does no harm."""
    return command.state is CommandState.SENDING and _is_harmless_twice(command)


def _is_harmless_twice(command: DeviceCommand) -> bool:
    return manifests()[command.vendor].commands.idempotent


def _look_at(command: DeviceCommand, now: datetime) -> datetime | None:
    if command.state is CommandState.SENT or (command.may_be_done and not _is_harmless_twice(command)):
        sent_at = command.sent_at or now
        return next((sent_at + look for look in LOOKS if sent_at + look > now), None)
    tried = max(0, command.tries - 1)  # to be sent once more: less and less often
    return now + (LOOKS[tried] if tried < len(LOOKS) else _LONGEST_WAIT)


def _doubt(command: DeviceCommand, error: Exception) -> None:
    _log.warning(
        "a command may have been done", vendor=command.vendor, command=str(command.command_id), error=str(error)
    )
