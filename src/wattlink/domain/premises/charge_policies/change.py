"""Keep what a partner says of when a car is to be how full, and record that it is another than before."""

from datetime import datetime
from typing import Any

from wattlink.db.database import Transaction
from wattlink.domain.devices.facts import fact_of
from wattlink.domain.devices.model import Device
from wattlink.domain.events.model import EventType
from wattlink.domain.events.record import record
from wattlink.domain.premises.charge_policies import store

_CHANGED_AT = "charge_policy_last_updated_at"


async def change(tx: Transaction, device: Device, said: dict[str, Any], *, now: datetime) -> None:
    """What is said changes, the rest stays; the caller holds the device, after its user. None takes a part back.

    Wake the channel `events` afterwards.
    """
    before = await store.get(tx, device.device_id)
    after = {name: value for name, value in {**before, **said}.items() if value is not None}
    if after != before:
        await store.put(tx, device.device_id, after, now)
        fact = fact_of(EventType.PREFERENCES_UPDATED, device, device.document, (_CHANGED_AT,))
        await record(tx, [fact], now=now)
