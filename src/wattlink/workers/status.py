"""How all background work stands, for operators."""

from datetime import datetime

from wattlink.db.database import Database
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.accounts.breaking import status as breaking
from wattlink.domain.accounts.revocations import status as revocations
from wattlink.domain.commands import status as commands
from wattlink.domain.linking import status as linking
from wattlink.domain.users.mail import status as mails
from wattlink.domain.vendors import status as vendors
from wattlink.domain.visits import status as visits
from wattlink.domain.webhooks import status as webhooks

_ALL = (
    visits.work_status,
    commands.work_status,
    vendors.work_status,
    breaking.work_status,
    revocations.work_status,
    linking.work_status,
    webhooks.work_status,
    mails.work_status,
)


async def work_status(db: Database, now: datetime) -> list[WorkStatus]:
    """Every kind of work: how much is due, how old the oldest is, what fails."""
    async with db.read() as reader:
        return [status for of_noun in _ALL for status in await of_noun(reader, now)]
