"""Begin what waited for cars that are plugged in by now; each once, or not at all where it isn't needed any more."""

from datetime import datetime, timedelta

from wattlink.connectors.commands import StartCharging
from wattlink.connectors.devices import Kind, Vehicle
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.commands.boosts import store
from wattlink.domain.commands.boosts.model import Armed
from wattlink.domain.commands.boosts.tell import FOR_NEXT_SESSION, STATE, tell
from wattlink.domain.commands.create import create, hold
from wattlink.domain.errors import CommandNotPossible, NotFound, Overloaded

_AT_ONCE = 100
_PAUSE = timedelta(minutes=5)  # where the car can't be told now


async def begin_due(db: Database, now: datetime) -> int:
    """How many were looked at. Wake the channels `visits`, `commands` and `events` afterwards."""
    async with db.read() as reader:
        due = await store.due(reader, now, _AT_ONCE)
    for armed in due:
        try:
            async with db.transaction() as tx:
                await _begin(tx, armed, now)
        except NotFound:
            pass  # removed at this moment
        except (CommandNotPossible, Overloaded):
            async with db.transaction() as tx:
                await store.put_off(tx, armed.device_id, now + _PAUSE)
    return len(due)


async def _begin(tx: Transaction, armed: Armed, now: datetime) -> None:
    access = Access(applications=(armed.application_id,))
    device, _ = await hold(tx, access, armed.device_id, Kind.VEHICLE, now=now)
    assert isinstance(device.document, Vehicle)
    charge = device.document.charge_state
    if charge.is_plugged_in is False:
        await store.put_off(tx, armed.device_id, None)
    elif await store.disarm(tx, armed.device_id):
        if charge.is_charging or charge.is_fully_charged:
            await tell(tx, device, FOR_NEXT_SESSION, now=now)
            return
        told = await create(tx, access, armed.device_id, Kind.VEHICLE, StartCharging(), now=now)
        await store.begin(tx, armed.device_id, told.command_id, now)
        await tell(tx, device, STATE, FOR_NEXT_SESSION, now=now)
