"""Keep what a partner says of a device, and record that it is another than before."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.devices.facts import fact_of
from wattlink.domain.devices.model import Device
from wattlink.domain.events.model import EventType
from wattlink.domain.events.record import record
from wattlink.domain.premises.preferences import store
from wattlink.domain.premises.preferences.model import Kept


async def change(tx: Transaction, device: Device, before: Kept, after: Kept, *, now: datetime) -> None:
    """Replace what is kept of a device that the caller holds, after its user. Wake the channel `events` afterwards."""
    await store.put(tx, after, now=now)
    updated_fields = tuple(_changed_fields(before, after))
    if updated_fields:
        fact = fact_of(EventType.PREFERENCES_UPDATED, device, device.document, updated_fields)
        await record(tx, [fact], now=now)


def _changed_fields(before: Kept, after: Kept) -> Sequence[str]:
    names = dict.fromkeys([*before.document, *after.document])
    said = [name for name in names if before.document.get(name) != after.document.get(name)]
    return said if before.building_id == after.building_id else [*said, "building"]
