"""How the revocations stand."""

from datetime import datetime

from wattlink.db.database import Reader
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.accounts.revocations import store


async def work_status(reader: Reader, now: datetime) -> list[WorkStatus]:
    """Revocations that wait, those that failed at least once, and those given up after 30 days."""
    waiting = await store.waiting(reader, now)
    failing = (("failed, tried again later", waiting.failed), ("given up, secret destroyed", waiting.given_up))
    return [
        WorkStatus(
            kind="revocations",
            due=waiting.due,
            oldest_age=None if waiting.oldest is None else (now - waiting.oldest).total_seconds(),
            failing=tuple(pair for pair in failing if pair[1]),
        )
    ]
