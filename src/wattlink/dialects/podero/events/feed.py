"""The event feed: what happened, oldest first, from any cursor of the last 30 days on."""

from typing import Annotated

import msgspec
from litestar.params import FromPath, FromQuery, QueryParameter

from wattlink.dialects.podero.events.bodies import PoderoWebhooks
from wattlink.dialects.podero.wire import Answer
from wattlink.domain.events import store
from wattlink.domain.events.model import Event
from wattlink.domain.webhooks.dialect import rendered
from wattlink.web.call import Call
from wattlink.web.cursors.feed import FeedCursors

Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=200, description="How many events are read at most.")]


class FeedEvent(Answer):
    """`event` is what a webhook would carry; `cursor` stands right behind it."""

    cursor: str
    event: Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"extra": {"type": "object"}})]


class Feed(Answer):
    """`cursor` is what to ask for next, whether or not there were events; `has_more` tells not to wait with it."""

    events: list[FeedEvent]
    cursor: str
    has_more: bool


class FeedEnd(Answer):
    cursor: str


async def read_events(
    request: Call,
    org_id: FromPath[str],  # noqa: ARG001
    after: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Feed:
    """What happened behind a cursor, or since the oldest event that is kept; 410 for a cursor older than that."""
    told, cursors = PoderoWebhooks.of(request.hub.settings), FeedCursors(request.hub.vault, request.access)
    place = None if after is None else cursors.place(after)
    async with request.hub.db.read() as reader:
        end = await store.end(reader)
        found = await store.feed(reader, request.access, after=place, limit=limit + 1)
    events = found[:limit]
    last = events[-1].place if events else place or end
    bodies = [(event, _body(event, told)) for event in events]
    return Feed(
        events=[FeedEvent(cursors.cursor(event.place), body) for event, body in bodies if body is not None],
        cursor=cursors.cursor(last),
        has_more=len(found) > limit,
    )


async def read_end(request: Call, org_id: FromPath[str]) -> FeedEnd:  # noqa: ARG001
    """The cursor behind which only what is yet to happen stands."""
    async with request.hub.db.read() as reader:
        end = await store.end(reader)
    return FeedEnd(cursor=FeedCursors(request.hub.vault, request.access).cursor(end))


def _body(event: Event, dialect: PoderoWebhooks) -> msgspec.Raw | None:
    if dialect.name_of(event) is None:
        return None
    array = rendered(dialect, [event], None)
    return None if array is None else msgspec.json.decode(array, type=list[msgspec.Raw])[0]
