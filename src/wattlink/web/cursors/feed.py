"""Cursors of the event feed: opaque, bound to the application that they were given to."""

import struct
from datetime import UTC, datetime, timedelta

from wattlink.base.vault import Vault
from wattlink.domain.access.model import Access
from wattlink.domain.events.model import FeedPosition
from wattlink.web.cursors.opaque import OpaqueCursors

_FORM = struct.Struct("!IQqq")  # epoch, transaction, position, microseconds since 1970
_START = datetime(1970, 1, 1, tzinfo=UTC)


class FeedCursors:
    """Reads and makes the cursors of one caller."""

    def __init__(self, vault: Vault, access: Access) -> None:
        self._cursors = OpaqueCursors(vault, f"feed:{access.application_id}")

    def cursor(self, place: FeedPosition) -> str:
        """The cursor behind which the next events stand."""
        since = (place.recorded_at - _START) // timedelta(microseconds=1)
        return self._cursors.write(_FORM.pack(place.epoch, place.xid, place.position, since))

    def place(self, cursor: str) -> FeedPosition:
        """Where a cursor stands; raises InvalidInput for one that wasn't given to this caller."""
        packed = self._cursors.read(cursor, field="after", length=_FORM.size)
        epoch, xid, position, since = _FORM.unpack(packed)
        recorded_at = _START + timedelta(microseconds=since)
        return FeedPosition(epoch=epoch, xid=xid, position=position, recorded_at=recorded_at)
