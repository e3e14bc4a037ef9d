"""What a visit's readings change in the devices of an account."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from wattlink.base.ids import new_id
from wattlink.connectors.contract import DeviceReading
from wattlink.connectors.devices import Document, Kind, kind_of
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.devices.changes import changed_fields
from wattlink.domain.devices.model import DeviceChange, KnownDevice, Owner

_FRESH = timedelta(minutes=10)
"""Where only timestamps moved, they are stored this often, so that `last_seen` stays true without a write per visit."""
_GONE_AFTER = 2  # visits in a row without it

_Key = tuple[Kind, str]


def compare(
    owner: Owner,
    known: Sequence[KnownDevice],
    readings: Sequence[DeviceReading],
    *,
    visited: frozenset[Kind],
    published: frozenset[Kind],
    now: datetime,
) -> list[DeviceChange]:
    """The changes, none for a device that stayed as it was.

    Readings of kinds that weren't `visited` are ignored; those of kinds that aren't `published` yet are stored unseen.
    """
    found: Mapping[_Key, Document] = {
        (kind, reading.vendor_device_id): reading.document
        for reading in readings
        if (kind := kind_of(reading.document)) in visited
    }
    before = {(device.kind, device.vendor_device_id): device for device in known if device.kind in visited}
    changes: list[DeviceChange] = []
    for key, document in found.items():
        device = before.get(key)
        if device is None:
            changes.append(_appeared(owner, key, document, is_published=key[0] in published))
        else:
            changes.extend(_seen(owner, device, document, is_shown=key[0] in published, now=now))
    changes.extend(
        _missed(owner, device, is_shown=device.kind in published) for key, device in before.items() if key not in found
    )
    return changes


def _appeared(owner: Owner, key: _Key, document: Document, *, is_published: bool) -> DeviceChange:
    kind, vendor_device_id = key
    return DeviceChange(
        owner=owner,
        device_id=DeviceId(new_id()),
        kind=kind,
        vendor_device_id=vendor_device_id,
        is_published=is_published,
        is_new=True,
        document=document,
    )


def _seen(
    owner: Owner, device: KnownDevice, document: Document, *, is_shown: bool, now: datetime
) -> Iterable[DeviceChange]:
    missed = 0 if device.missed else None
    shows_another = device.is_published and not is_shown
    before = device.last_read if shows_another else device.document
    updated_fields = changed_fields(before, document)
    must_show = is_shown and device.hidden is not None
    grew_old = before != document and now - device.updated_at >= _FRESH
    stored = document if updated_fields or must_show or grew_old else None
    if stored is not None or missed is not None:
        yield DeviceChange(
            owner=owner,
            device_id=device.device_id,
            kind=device.kind,
            vendor_device_id=device.vendor_device_id,
            is_published=device.is_published,
            is_hidden=shows_another,
            is_back=device.is_published and must_show,
            missed=missed,
            document=stored,
            updated_fields=updated_fields,
        )


def _missed(owner: Owner, device: KnownDevice, *, is_shown: bool) -> DeviceChange:
    """One whose account was deauthorized stays at least until it is linked again."""
    missed = device.missed + 1
    is_gone = missed >= _GONE_AFTER and (is_shown or not device.is_published)
    return DeviceChange(
        owner=owner,
        device_id=device.device_id,
        kind=device.kind,
        vendor_device_id=device.vendor_device_id,
        is_published=device.is_published,
        is_gone=is_gone,
        missed=missed,
        # An event tells of a device what it was.
        document=device.document if is_gone else None,
    )
