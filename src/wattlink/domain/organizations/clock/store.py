"""SQL on application, as far as it is about its time."""

from datetime import timedelta

import msgspec

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.errors import NotFound


class ClockRow(msgspec.Struct, frozen=True):
    """How far an application's time was advanced, and whether it can be."""

    is_sandbox: bool
    clock_ahead: timedelta


async def get(reader: Reader, application_id: ApplicationId) -> ClockRow:
    """The application's time."""
    found = await reader.one_or_none(
        ClockRow,
        "SELECT is_sandbox, clock_ahead FROM application WHERE application_id = %(application_id)s",
        application_id=application_id,
    )
    if found is None:
        raise NotFound("application", application_id)
    return found


async def advance(tx: Transaction, application_id: ApplicationId, by: timedelta) -> timedelta:
    """Let the time of a sandbox application jump; how far it is ahead now."""
    return await tx.one(
        timedelta,
        """
        UPDATE application SET clock_ahead = clock_ahead + interval '1 second' * %(seconds)s
         WHERE application_id = %(application_id)s AND is_sandbox
        RETURNING clock_ahead
        """,
        application_id=application_id,
        seconds=by.total_seconds(),
    )
