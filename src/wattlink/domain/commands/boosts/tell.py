"""Tell that a car's boost stands otherwise than before, as whoever reads the car sees it."""

from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.devices.facts import fact_of
from wattlink.domain.devices.model import Device
from wattlink.domain.events.model import EventType
from wattlink.domain.events.record import record

STATE, FOR_NEXT_SESSION = "boost_state", "boost_for_next_session"


async def tell(tx: Transaction, device: Device, *fields: str, now: datetime) -> None:
    """Record which of these are others by now; nothing where none is. Wake the channel `events` afterwards."""
    if fields:
        await record(tx, [fact_of(EventType.PREFERENCES_UPDATED, device, device.document, fields)], now=now)
