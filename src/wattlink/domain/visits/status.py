"""How the visits stand."""

from datetime import datetime

from wattlink.db.database import Reader
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.visits import store


async def work_status(reader: Reader, now: datetime) -> list[WorkStatus]:
    """Visits that are due, and what the last ones failed of."""
    due = await store.due(reader, now)
    failing = await store.failing(reader)
    return [
        WorkStatus(
            kind="visits",
            due=due.rows,
            oldest_age=None if due.oldest is None else (now - due.oldest).total_seconds(),
            failing=tuple((found.error, found.rows) for found in failing),
        )
    ]
