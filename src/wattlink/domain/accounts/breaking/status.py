"""How many accounts are in trouble."""

from datetime import datetime

from wattlink.db.database import Reader
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.accounts.breaking import store


async def work_status(reader: Reader, now: datetime) -> list[WorkStatus]:
    """Accounts that are suspect, seen by operators only, and those that wait for their users."""
    standing = {found.state: found.accounts for found in await store.troubled(reader)}
    oldest = await store.oldest_suspicion(reader)
    return [
        WorkStatus(
            kind="suspect accounts",
            due=standing.get("suspect", 0),
            oldest_age=None if oldest is None else (now - oldest).total_seconds(),
            failing=(("broken, waiting for the user", standing["broken"]),) if "broken" in standing else (),
        )
    ]
