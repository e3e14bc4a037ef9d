"""Let time jump for one sandbox application: what waits for a moment to come is brought that much nearer.

What moves: visits, commands, boosts, suspicions, open link sessions, webhook deliveries and heartbeats, probes of
circuits.
What doesn't: leases (`busy_until`, the 60 s of an exchange), events and their 30 days, keys and tokens of the
application, revocations, accounts at real vendors, and everything of any other application.
Simulators and credentials read the advanced time itself.
"""

from datetime import datetime, timedelta

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.accounts import store as accounts
from wattlink.domain.accounts.breaking import store as suspicions
from wattlink.domain.commands import store as commands
from wattlink.domain.commands.boosts import store as boosts
from wattlink.domain.devices import store as devices
from wattlink.domain.linking import store as linking
from wattlink.domain.organizations.clock.advance import advance_clock, check_advance
from wattlink.domain.vendors.circuits import store as circuits
from wattlink.domain.visits import store as visits
from wattlink.domain.webhooks import store as webhooks

_UNTIL_SEEN = timedelta(seconds=10)  # what the device does meanwhile is to be seen first

CHANNELS = ("visits", "events")
"""Who is to be woken afterwards."""


async def advance(tx: Transaction, application_id: ApplicationId, by: timedelta, *, now: datetime) -> timedelta:
    """How far the application's time is ahead now. Raises NotASandbox and InvalidInput."""
    await check_advance(tx, application_id, by)
    await linking.bring_forward(tx, application_id, by)
    account_ids = await accounts.simulated(tx, application_id)
    await visits.bring_forward(tx, account_ids, by)
    await commands.bring_forward(tx, account_ids, by, not_before=now + _UNTIL_SEEN)
    await boosts.bring_forward(tx, account_ids, by)
    await devices.bring_forward(tx, account_ids, by)
    await suspicions.bring_forward(tx, account_ids, by)
    await webhooks.bring_forward(tx, application_id, by)
    await circuits.bring_forward(tx, application_id, by)
    return await advance_clock(tx, application_id, by)
