"""Store what visits changed in devices: a fixed number of statements, however many there are."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.devices import store
from wattlink.domain.devices.model import DeviceChange, Place
from wattlink.domain.events.model import AccessChange, EventType, Fact, Payload


async def save(tx: Transaction, changes: Sequence[DeviceChange], *, now: datetime) -> list[Fact]:
    """Store the changes; gives the facts that they are, for the caller to record."""
    new = [change for change in changes if change.is_new]
    gone = [change for change in changes if change.is_gone]
    stored = [change for change in changes if change.document is not None and not change.is_gone]
    counted = [change for change in changes if change.missed is not None and not change.is_gone]
    if new:
        await store.insert(tx, new, now)
    places: list[Place] = []
    if stored:
        places += await store.put_states(tx, stored, now)
    if counted:
        await store.count_missed(tx, counted)
    if gone:
        places += await store.delete(tx, [change.device_id for change in gone])
    place_of = {place.device_id: place for place in places}
    return [fact for change in changes if (fact := _fact(change, place_of.get(change.device_id))) is not None]


def _fact(change: DeviceChange, place: Place | None) -> Fact | None:
    """What the app is told; nothing of what it doesn't see."""
    if not change.is_published or change.is_hidden:
        return None
    if change.is_new:
        return _told(EventType.DEVICE_DISCOVERED, change, place)
    if change.is_gone:
        return _told(EventType.DEVICE_DELETED, change, place)
    return _told(EventType.DEVICE_UPDATED, change, place) if change.updated_fields else None


def _told(event_type: EventType, change: DeviceChange, place: Place | None) -> Fact:
    owner = change.owner
    return Fact(
        type=event_type,
        application_id=owner.application_id,
        user_id=owner.user_id,
        account_id=owner.account_id,
        device_id=change.device_id,
        payload=Payload(
            user=owner.user,
            vendor=owner.vendor,
            kind=change.kind,
            scopes=owner.scopes_of(change.kind),
            document=change.document,
            location_id=None if place is None else place.location_id,
            located_at=None if place is None else place.located_at,
            updated_fields=change.updated_fields,
            access=AccessChange.REGAINED if change.is_back else None,
        ),
    )
