"""Cursors of the event feed: opaque, bound to the application that they were given to."""

import base64
import binascii
import hmac
import struct
from datetime import UTC, datetime, timedelta

from wattlink.base.vault import Vault
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput
from wattlink.domain.events.model import FeedPosition

_FORM = struct.Struct("!IQqq")  # epoch, transaction, position, microseconds since 1970
_START = datetime(1970, 1, 1, tzinfo=UTC)
_MAC_BYTES = 16


class FeedCursors:
    """Reads and makes the cursors of one caller."""

    def __init__(self, vault: Vault, access: Access) -> None:
        self._vault = vault
        self._context = f"feed:{access.application_id}"

    def cursor(self, place: FeedPosition) -> str:
        """The cursor behind which the next events stand."""
        since = (place.recorded_at - _START) // timedelta(microseconds=1)
        packed = _FORM.pack(place.epoch, place.xid, place.position, since)
        return base64.urlsafe_b64encode(packed + self._mac(packed)).rstrip(b"=").decode()

    def place(self, cursor: str) -> FeedPosition:
        """Where a cursor stands; raises InvalidInput for one that wasn't given to this caller."""
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        except (UnicodeEncodeError, binascii.Error):
            raw = b""
        packed, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(packed) != _FORM.size or not hmac.compare_digest(mac, self._mac(packed)):
            raise InvalidInput("after", "isn't a cursor that was given to you")
        epoch, xid, position, since = _FORM.unpack(packed)
        recorded_at = _START + timedelta(microseconds=since)
        return FeedPosition(epoch=epoch, xid=xid, position=position, recorded_at=recorded_at)

    def _mac(self, packed: bytes) -> bytes:
        return self._vault.keyed_hash(packed.hex(), context=self._context)[:_MAC_BYTES]
