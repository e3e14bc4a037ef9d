"""How the commands stand."""

from datetime import datetime

from wattlink.db.database import Reader
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.commands import store
from wattlink.domain.commands.model import CommandState


async def work_status(reader: Reader, now: datetime) -> list[WorkStatus]:
    """Commands that wait to be sent, and those of which nobody knows yet whether they were done."""
    found = {waiting.state: waiting for waiting in await store.waiting(reader)}
    pending = found.get(CommandState.PENDING)
    others = [waiting for state, waiting in found.items() if state is not CommandState.PENDING]
    return [
        WorkStatus(
            kind="commands",
            due=pending.rows if pending else 0,
            oldest_age=(now - pending.oldest).total_seconds() if pending else None,
            failing=tuple((f"{waiting.state}, not seen yet", waiting.rows) for waiting in others),
        )
    ]
