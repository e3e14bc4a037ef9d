"""Cursors that only we can make: a place in bytes, with a mark of ours that is bound to whom it was given."""

import base64
import binascii
import hmac

from wattlink.base.vault import Vault
from wattlink.domain.errors import InvalidInput

_MARK_BYTES = 16


class OpaqueCursors:
    """Writes and reads the cursors of one caller, whom `context` names."""

    def __init__(self, vault: Vault, context: str) -> None:
        self._vault = vault
        self._context = context

    def write(self, place: bytes) -> str:
        """The cursor of a place."""
        return base64.urlsafe_b64encode(place + self._mark(place)).rstrip(b"=").decode()

    def read(self, cursor: str, *, field: str, length: int) -> bytes:
        """The place, of this length; raises InvalidInput for a cursor that wasn't given to this caller."""
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        except (UnicodeEncodeError, binascii.Error):
            raw = b""
        place, mark = raw[:-_MARK_BYTES], raw[-_MARK_BYTES:]
        if len(place) != length or not hmac.compare_digest(mark, self._mark(place)):
            raise InvalidInput(field, "isn't a cursor that was given to you")
        return place

    def _mark(self, place: bytes) -> bytes:
        return self._vault.keyed_hash(place.hex(), context=self._context)[:_MARK_BYTES]
