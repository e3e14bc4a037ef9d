"""The application's time."""

import asyncio
import re
from datetime import timedelta

from litestar.params import JSONBody

from wattlink.base.clock import rfc3339
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.errors import InvalidInput
from wattlink.domain.organizations.clock import store as clocks
from wattlink.domain.visits import store as visits
from wattlink.sandbox.advance import CHANNELS, advance
from wattlink.sandbox.api.admission import sandbox_application
from wattlink.sandbox.api.wire import Answer, Payload, Seconds, Timestamp
from wattlink.web.call import Call

_DURATION = re.compile(r"P(?=.)(?:(\d{1,4})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?")
_LOOK_EVERY_SECONDS = 0.1
_MORE_THAN_ANYBODY_MAY = 1e9
_HOW = ("seconds, such as 7200", "an ISO 8601 duration of days or less, such as PT2H")


class Advance(Payload):
    """How far time is to jump: seconds, or an ISO 8601 duration such as `PT2H` or `P1DT30M`.

    The answer waits until every visit that is due then was made, for `waitSeconds` at most.
    """

    advance: int | float | str
    wait_seconds: Seconds = 20


class ClockResponse(Answer):
    """The application's time, how far it is ahead of the real one, and whether no visit is due or under way now."""

    now: Timestamp
    offset_seconds: float
    is_settled: bool


async def get_clock(request: Call) -> ClockResponse:
    """What time it is for the application."""
    application_id = await sandbox_application(request)
    async with request.hub.db.read() as reader:
        ahead = (await clocks.get(reader, application_id)).clock_ahead
    return await _told(request, application_id, ahead)


async def advance_clock(request: Call, data: JSONBody[Advance]) -> ClockResponse:
    """Let time jump: what waits for a moment until then happens now. It never goes back."""
    application_id: ApplicationId = await sandbox_application(request)
    by = _duration(data.advance)
    async with request.hub.db.transaction() as tx:
        ahead = await advance(tx, application_id, by, now=request.hub.clock())
    for channel in CHANNELS:
        request.hub.notifier.wake(channel)
    return await _told(request, application_id, ahead, wait_seconds=data.wait_seconds)


def _duration(given: int | float | str) -> timedelta:
    if isinstance(given, str):
        found = _DURATION.fullmatch(given)
        if found is None:
            raise InvalidInput("advance", "is no duration", allowed=_HOW)
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return timedelta(seconds=max(0, min(given, _MORE_THAN_ANYBODY_MAY)))


async def _told(
    request: Call, application_id: ApplicationId, ahead: timedelta, *, wait_seconds: float = 0
) -> ClockResponse:
    hub, loop = request.hub, asyncio.get_running_loop()
    ends = loop.time() + wait_seconds
    while True:
        async with hub.db.read() as reader:
            is_settled = await visits.is_quiet(reader, application_id, hub.clock())
        if is_settled or loop.time() >= ends:
            break
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    now = rfc3339(hub.clock() + ahead)
    return ClockResponse(now=now, offset_seconds=ahead.total_seconds(), is_settled=is_settled)
