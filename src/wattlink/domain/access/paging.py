"""Pages of rows, newest first, by `(created_at, id)`.

A store has two statements per list, one for each direction, both with `(created_at, id) < (%(edge_at)s, %(edge_id)s)`
(or `>`): the row comparison is what the index answers at any depth.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

_NO_ID = UUID(int=0)


class Position(msgspec.Struct, frozen=True):
    """Where a page begins or ends."""

    created_at: datetime
    row_id: UUID


class PageRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Up to `limit` rows older than `after`, or newer than `before`; never both."""

    limit: int = 50
    after: Position | None = None
    before: Position | None = None

    @property
    def is_backwards(self) -> bool:
        """Whether rows are asked for that are newer than a position: a store then reads in ascending order."""
        return self.before is not None

    def params(self) -> dict[str, Any]:
        """`edge_at`, `edge_id` and `limit` for the statement; without a position the edge is beyond every row."""
        edge = self.before or self.after
        if edge is None:
            return {"edge_at": "infinity", "edge_id": _NO_ID, "limit": self.limit}
        return {"edge_at": edge.created_at, "edge_id": edge.row_id, "limit": self.limit}
