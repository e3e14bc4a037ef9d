"""A partner holds for done what a device's user has to do."""

from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.devices.facts import fact_of
from wattlink.domain.devices.model import Device
from wattlink.domain.events.model import EventType
from wattlink.domain.events.record import record
from wattlink.domain.premises.preferences import store

_TAKEN_AWAY = ("action_needed", "actions")


async def quieten(tx: Transaction, device: Device, *, now: datetime) -> None:
    """It isn't asked for during a while; the caller holds the device, after its user.

    Wake the channel `events` afterwards.
    """
    await store.keep_quiet(tx, device.device_id, now=now)
    await record(tx, [fact_of(EventType.PREFERENCES_UPDATED, device, device.document, _TAKEN_AWAY)], now=now)
