"""The event feed: what happened, oldest first, from any cursor of the last 30 days on."""

from typing import Annotated

import msgspec
from litestar.params import FromQuery, QueryParameter

from wattlink.dialects.platform import DIALECT
from wattlink.dialects.platform.events.telling import webhook_dialect
from wattlink.dialects.platform.wire import Answer
from wattlink.domain.events import store
from wattlink.domain.events.model import Event
from wattlink.domain.webhooks.dialect import WebhookDialect, rendered
from wattlink.web.call import Call
from wattlink.web.cursors.feed import FeedCursors

Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=200, description="How many events are read at most.")]
Dialect = Annotated[
    str, QueryParameter(name="dialect", description="Whose words the events are told in: `platform`, `enode`, ...")
]


class FeedEvent(Answer):
    """`event` is what a webhook of the dialect would carry; `cursor` stands right behind it."""

    cursor: str
    event: Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"extra": {"type": "object"}})]


class Feed(Answer):
    """`cursor` is what to ask for next, whether or not there were events; `hasMore` tells not to wait with it."""

    data: list[FeedEvent]
    cursor: str
    has_more: bool


class FeedEnd(Answer):
    cursor: str


async def read_events(
    request: Call, after: FromQuery[str | None] = None, limit: Limit = 50, dialect: Dialect = DIALECT
) -> Feed:
    """What happened behind a cursor, or since the oldest event that is kept.

    What a dialect doesn't tell is passed over. A cursor older than the 30 days for which events are kept gets 410.
    """
    told, cursors = webhook_dialect(request, dialect), FeedCursors(request.hub.vault, request.access)
    place = None if after is None else cursors.place(after)
    async with request.hub.db.read() as reader:
        end = await store.end(reader)
        found = await store.feed(reader, request.access, after=place, limit=limit + 1)
    events = found[:limit]
    last = events[-1].place if events else place or end
    return Feed(
        data=[
            FeedEvent(cursor=cursors.cursor(event.place), event=body)
            for event in events
            if (body := _body(event, told)) is not None
        ],
        cursor=cursors.cursor(last),
        has_more=len(found) > limit,
    )


async def read_end(request: Call) -> FeedEnd:
    """The cursor behind which only what is yet to happen stands."""
    async with request.hub.db.read() as reader:
        end = await store.end(reader)
    return FeedEnd(cursor=FeedCursors(request.hub.vault, request.access).cursor(end))


def _body(event: Event, dialect: WebhookDialect) -> msgspec.Raw | None:
    if event.payload is None or dialect.name_of(event) is None:
        return None
    array = rendered(dialect, [event], None)
    return None if array is None else msgspec.json.decode(array, type=list[msgspec.Raw])[0]
