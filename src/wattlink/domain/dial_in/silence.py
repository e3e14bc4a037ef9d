"""Devices of which nothing is heard: first they are out of reach, then their users must look after them."""

from datetime import datetime, timedelta

from wattlink.connectors.contract import DeviceReading
from wattlink.connectors.registry import conversation_class
from wattlink.db.database import Database, Transaction
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.compare import compare
from wattlink.domain.devices.dial_in import store as dial_in
from wattlink.domain.devices.dial_in.model import Held
from wattlink.domain.devices.model import DeviceChange, KnownDevice
from wattlink.domain.devices.save import save as save_devices
from wattlink.domain.events.record import record

OUT_OF_REACH_AFTER = timedelta(minutes=3)
LONG_AFTER = timedelta(hours=1)

_AT_ONCE = 200


async def note_silence(db: Database, now: datetime) -> int:
    """Show which devices are silent; how many became so. Wake the channel `events` afterwards."""
    noted = 0
    for silence, after in ((1, LONG_AFTER), (0, OUT_OF_REACH_AFTER)):
        async with db.transaction() as tx:
            noted += await _note(tx, silence, now - after, now=now)
    return noted


async def _note(tx: Transaction, silence: int, before: datetime, *, now: datetime) -> int:
    silent = await dial_in.hold_silent(tx, silence, before, limit=_AT_ONCE)
    if not silent:
        return 0
    account_ids = [line.account_id for line in silent]
    known = {device.account_id: device for device in await devices.known(tx, account_ids)}
    changes = [change for line in silent for change in _changes(line, known[line.account_id], now)]
    await record(tx, await save_devices(tx, changes, now=now), now=now)
    await dial_in.set_silence(tx, account_ids, silence + 1)
    return len(silent)


def _changes(line: Held, device: KnownDevice, now: datetime) -> list[DeviceChange]:
    document = conversation_class(line.vendor).silent(device.last_read, since=line.seen_at, is_long=line.silence > 0)
    return compare(
        line.owner,
        [device],
        [DeviceReading(vendor_device_id=device.vendor_device_id, document=document)],
        visited=frozenset({device.kind}),
        published=line.kinds,
        now=now,
    )
