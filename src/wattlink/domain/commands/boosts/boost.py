"""Charge now, or as soon as the car is plugged in."""

from datetime import datetime

from wattlink.connectors.commands import StartCharging
from wattlink.connectors.devices import Kind, Vehicle
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.access.model import Access
from wattlink.domain.commands.boosts import store
from wattlink.domain.commands.boosts.model import BoostRefusal, BoostState, boost_state, refusal_of
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
    if refusal is not None:
        raise BoostNotPossible(refusal, await _state(tx, device, is_in_touch=is_in_touch))
    if not device.document.charge_state.is_plugged_in:
        await store.arm(tx, device_id, now)
        return
    try:
        told = await create(tx, access, device_id, Kind.VEHICLE, StartCharging(), now=now)
    except CommandNotPossible:
        raise BoostNotPossible(BoostRefusal.INTERNAL_ERROR, BoostState.UNAVAILABLE) from None
    await store.begin(tx, device_id, told.command_id, now)


async def _state(tx: Transaction, device: Device, *, is_in_touch: bool) -> BoostState:
    mine = (await store.of_devices(tx, [device.device_id])).get(device.device_id)
    return boost_state(device, mine, is_in_touch=is_in_touch)
