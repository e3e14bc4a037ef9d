"""Tell a device something: a command is stored, and a visit is wanted that sends it."""

from datetime import datetime, timedelta

from wattlink.base.ids import new_id
from wattlink.connectors.commands import Command
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import CommandId, DeviceId
from wattlink.domain.access.model import Access
from wattlink.domain.commands import store
from wattlink.domain.commands.check import check
from wattlink.domain.commands.ending.end import end
from wattlink.domain.commands.model import CommandFailure, CommandState, DeviceCommand, cancelled
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.dial_in import store as dial_in
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import CommandNotPossible, NotFound, Overloaded
from wattlink.domain.visits import store as visits

_MOST, _WITHIN = 30, timedelta(minutes=5)  # commands to one device
_NOT_LINKED = "The account isn't linked at the moment."


async def create(
    tx: Transaction, access: Access, device_id: DeviceId, kind: Kind, command: Command, *, now: datetime
) -> DeviceCommand:
    """The device's new command, or the one under way that says the same to a vehicle. Another one is cancelled.

    Raises InvalidInput, CommandNotPossible and Overloaded. Wake the channels `visits`, `commands` and `events`
    afterwards.
    """
    device, is_visited = await hold(tx, access, device_id, kind, now=now)
    before = await store.open_of_device(tx, device_id)
    check(device, command, is_busy=before is not None)
    if not is_visited:
        raise CommandNotPossible(_NOT_LINKED)
    if before is not None and kind is Kind.VEHICLE and before.command == command:
        return before
    first = await store.time_of(tx, device_id, _MOST, since=now - _WITHIN)
    if first is not None:
        wait = (first + _WITHIN - now).total_seconds()
        raise Overloaded(f"more than {_MOST} commands to one device in {_WITHIN}", retry_after=wait)
    if before is not None:
        newer = cancelled(before.command_id, CommandFailure.CONFLICT, "A newer action replaced it.")
        await end(tx, [newer], now=now)
    made = _made(device, command, now)
    await store.insert(tx, made)
    return made


async def hold(
    tx: Transaction, access: Access, device_id: DeviceId, kind: Kind, *, now: datetime
) -> tuple[Device, bool]:
    """The device, which nobody changes until the end of the transaction; and whether anybody may tell it anything."""
    device = await devices.get(tx, access, device_id, kind)
    if not await store.hold_user(tx, device.user_id):  # before the visit, as whoever ends a user does
        raise NotFound("device", device_id)
    is_in_touch = await _is_in_touch(tx, device, now)
    return await devices.get(tx, access, device_id, kind), is_in_touch


async def _is_in_touch(tx: Transaction, device: Device, now: datetime) -> bool:
    """Whether anybody may tell it anything; holds its visit or its line, so that one of these happens at a time."""
    if manifests()[device.vendor].dials_in:
        return await dial_in.is_admitted(tx, device.account_id)
    return await visits.want(tx, device.account_id, now)


def _made(device: Device, command: Command, now: datetime) -> DeviceCommand:
    return DeviceCommand(
        command_id=CommandId(new_id()),
        application_id=device.application_id,
        user_id=device.user_id,
        user=device.user,
        account_id=device.account_id,
        device_id=device.device_id,
        vendor=device.vendor,
        kind=device.kind,
        command=command,
        state=CommandState.PENDING,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(seconds=manifests()[device.vendor].commands.expires_after),
    )
