"""Charge now, or as soon as the car is plugged in; never twice for one wish."""

from datetime import datetime, timedelta

from wattlink.connectors.commands import StartCharging
from wattlink.connectors.devices import Kind, Vehicle, VehicleChargeState
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.access.model import Access
from wattlink.domain.commands.create import create
from wattlink.domain.devices import store as devices
from wattlink.domain.errors import BoostNotPossible, CommandNotPossible, NotFound, Overloaded
from wattlink.domain.premises.charging import store
from wattlink.domain.premises.charging.model import Armed, BoostRefusal, BoostState, boost_state

_AT_ONCE = 100
_PAUSE = timedelta(minutes=5)


class _NotArmed(Exception):
    """Somebody began it, or took it back, at this moment."""


async def boost(tx: Transaction, access: Access, device_id: DeviceId, *, now: datetime) -> None:
    """Tell a car that is plugged in to charge; one that isn't is told as soon as it is.

    Raises NotFound, BoostNotPossible and Overloaded. Wake the channels `visits`, `commands` and `events` afterwards.
    """
    device = await devices.get(tx, access, device_id, Kind.VEHICLE)
    assert isinstance(device.document, Vehicle)
    charge = device.document.charge_state
    reason = _refusal(charge)
    if reason is not None:
        mine = (await store.of_devices(tx, [device_id])).get(device_id)
        raise BoostNotPossible(reason, boost_state(device.document, mine, is_in_touch=True))
    if not charge.is_plugged_in and device.document.capabilities.start_charging.is_capable:
        await store.arm(tx, device_id, now)
        return
    try:
        await _begin(tx, access, device_id, now=now)
    except CommandNotPossible:
        raise BoostNotPossible(BoostRefusal.INTERNAL_ERROR, BoostState.UNAVAILABLE) from None


def _refusal(charge: VehicleChargeState) -> BoostRefusal | None:
    if charge.is_charging:
        return BoostRefusal.ALREADY_CHARGING
    if charge.is_plugged_in is None:
        return BoostRefusal.NO_ACTIVE_SESSION
    return BoostRefusal.FULLY_CHARGED if charge.is_plugged_in and charge.is_fully_charged else None


async def begin_due(db: Database, now: datetime) -> int:
    """Begin what waited for cars that are plugged in by now; how many. Wake the channels as after `boost`."""
    async with db.read() as reader:
        due = await store.due(reader, now, _AT_ONCE)
    for armed in due:
        await _begin_armed(db, armed, now)
    async with db.transaction() as tx:
        await store.drop_ended(tx)
    return len(due)


async def _begin_armed(db: Database, armed: Armed, now: datetime) -> None:
    access = Access(applications=(armed.application_id,))
    try:
        async with db.transaction() as tx:
            await _begin(tx, access, armed.device_id, now=now, waited=True)
    except (NotFound, _NotArmed):
        pass
    except (CommandNotPossible, Overloaded):
        async with db.transaction() as tx:
            await _give_up_or_wait(tx, access, armed.device_id, now)


async def _begin(tx: Transaction, access: Access, device_id: DeviceId, *, now: datetime, waited: bool = False) -> None:
    """The command and the boost together, or neither; the boost's row comes last, as where a device goes."""
    told = await create(tx, access, device_id, Kind.VEHICLE, StartCharging(), now=now)
    if waited and not await store.disarm(tx, device_id):
        raise _NotArmed
    await store.begin(tx, device_id, told.command_id, now)


async def _give_up_or_wait(tx: Transaction, access: Access, device_id: DeviceId, now: datetime) -> None:
    """A car that charges by itself, or is full, has what was wished for; another one is asked again later."""
    try:
        device = await devices.get(tx, access, device_id, Kind.VEHICLE)
    except NotFound:
        return
    assert isinstance(device.document, Vehicle)
    charge = device.document.charge_state
    if charge.is_charging or charge.is_fully_charged:
        await store.disarm(tx, device_id)
    else:
        await store.put_off(tx, device_id, now + _PAUSE)
