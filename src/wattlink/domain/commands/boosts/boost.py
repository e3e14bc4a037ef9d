"""Charge now, or as soon as the car is plugged in."""

from datetime import datetime

from wattlink.connectors.commands import StartCharging
from wattlink.connectors.devices import Kind, Vehicle
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.access.model import Access
from wattlink.domain.commands.boosts import store
from wattlink.domain.commands.boosts.model import Boost, BoostRefusal, BoostState, boost_state, refusal_of
from wattlink.domain.commands.boosts.tell import FOR_NEXT_SESSION, STATE, tell
from wattlink.domain.commands.check import is_able
from wattlink.domain.commands.create import create, hold
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import BoostNotPossible, CommandNotPossible


async def boost(tx: Transaction, access: Access, device_id: DeviceId, *, now: datetime) -> None:
    """Tell a car that is plugged in to charge; one that isn't is told as soon as it is, and looked at now.

    Raises NotFound, BoostNotPossible and Overloaded. Wake the channels `visits`, `commands` and `events` afterwards.
    """
    device, is_in_touch = await hold(tx, access, device_id, Kind.VEHICLE, now=now)
    assert isinstance(device.document, Vehicle)
    refusal = refusal_of(device.document)
    if not is_in_touch or not is_able(device, StartCharging()):
        refusal = BoostRefusal.INTERNAL_ERROR
    before = (await store.of_devices(tx, [device_id])).get(device_id)
    if refusal is not None:
        raise BoostNotPossible(refusal, boost_state(device, before, is_in_touch=is_in_touch))
    if device.document.charge_state.is_plugged_in:
        await _begin(tx, access, device, before, now=now)
        return
    await store.arm(tx, device_id, now)
    if before is None or not before.is_armed:
        await tell(tx, device, FOR_NEXT_SESSION, now=now)


async def _begin(tx: Transaction, access: Access, device: Device, before: Boost | None, *, now: datetime) -> None:
    try:
        told = await create(tx, access, device.device_id, Kind.VEHICLE, StartCharging(), now=now)
    except CommandNotPossible:
        raise BoostNotPossible(BoostRefusal.INTERNAL_ERROR, BoostState.UNAVAILABLE) from None
    await store.begin(tx, device.device_id, told.command_id, now)
    was_requested = boost_state(device, before, is_in_touch=True) is BoostState.REQUESTED
    was_armed = before is not None and before.is_armed
    changed = [*([] if was_requested else [STATE]), *([FOR_NEXT_SESSION] if was_armed else [])]
    await tell(tx, device, *changed, now=now)
