"""Let the time of a sandbox application jump."""

from datetime import timedelta

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.errors import InvalidInput, NotASandbox
from wattlink.domain.organizations.clock import store

MOST_AHEAD = timedelta(days=3660)


async def check_advance(reader: Reader, application_id: ApplicationId, by: timedelta) -> None:
    """Raise NotASandbox or InvalidInput where an application's time can't jump like this."""
    clock = await store.get(reader, application_id)
    if not clock.is_sandbox:
        raise NotASandbox
    if by <= timedelta() or clock.clock_ahead + by > MOST_AHEAD:
        raise InvalidInput("advance", f"must be more than 0, and {MOST_AHEAD.days} days in all at most")


async def advance_clock(tx: Transaction, application_id: ApplicationId, by: timedelta) -> timedelta:
    """How far the application's time is ahead now."""
    return await store.advance(tx, application_id, by)
