"""Pages of rows, newest first, by `(created_at, id)`."""

from datetime import datetime
from uuid import UUID

import msgspec


class Position(msgspec.Struct, frozen=True):
    """Where a page begins or ends."""

    created_at: datetime
    row_id: UUID


class PageRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Up to `limit` rows older than `after`, or newer than `before`; never both."""

    limit: int = 50
    after: Position | None = None
    before: Position | None = None
