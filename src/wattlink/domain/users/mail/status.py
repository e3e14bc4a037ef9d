"""How mails stand."""

from datetime import datetime

from wattlink.db.database import Reader
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.users.mail import store


async def work_status(reader: Reader, now: datetime) -> list[WorkStatus]:
    """Mails that are due, and those that the server didn't take yet."""
    standing = await store.standing(reader, now)
    failing = (("not taken yet", standing.tried),) if standing.tried else ()
    return [WorkStatus(kind="mails", due=standing.due, oldest_age=standing.oldest_age, failing=failing)]
