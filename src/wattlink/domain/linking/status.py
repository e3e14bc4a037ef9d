"""How link sessions stand, for operators."""

from datetime import datetime

from wattlink.db.database import Reader
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.linking import store


async def work_status(reader: Reader, now: datetime) -> list[WorkStatus]:
    """Sessions in which something happens now, and what those that are open failed of last."""
    under_way = await store.under_way(reader)
    return [
        WorkStatus(
            kind="link sessions",
            due=under_way.rows,
            oldest_age=None if under_way.oldest is None else max(0.0, (now - under_way.oldest).total_seconds()),
            failing=tuple((found.cause, found.rows) for found in await store.failing(reader)),
        )
    ]
