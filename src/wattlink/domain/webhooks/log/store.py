"""SQL on the delivery log."""

from datetime import datetime

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import DeliveryId, EventId, SubscriptionId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.errors import NotFound
from wattlink.domain.events.model import Event, FeedPosition
from wattlink.domain.webhooks.deliveries.model import State
from wattlink.domain.webhooks.log.model import Condition, Entry, Resent
from wattlink.domain.webhooks.store import Address

_COLUMNS = """
    SELECT delivery_id, subscription_id, state, events, event_ids, tries, due_at, last_status, last_error,
           created_at, ended_at
      FROM delivery
"""
_MATCHES = """
     WHERE subscription_id = %(subscription_id)s AND application_id = ANY(%(applications)s)
       AND (%(state)s::text IS NULL OR state = %(state)s)
"""
_AFTER = " AND (created_at, delivery_id) < (%(edge_at)s::timestamptz, %(edge_id)s)"
_BEFORE = " AND (created_at, delivery_id) > (%(edge_at)s::timestamptz, %(edge_id)s)"
_DOWN = " ORDER BY created_at DESC, delivery_id DESC LIMIT %(limit)s"
_UP = " ORDER BY created_at, delivery_id LIMIT %(limit)s"
_ENDED, _OPEN, _DOUBTED = " AND ended_at IS NOT NULL", " AND state = 'open'", " AND state = 'doubted'"  # an index each
_FROM_ALL = "SELECT * FROM (("
_OLDER = (
    _FROM_ALL
    + (_COLUMNS + _MATCHES + _ENDED + _AFTER + _DOWN)
    + ") UNION ALL "
    + (_COLUMNS + _MATCHES + _OPEN + _AFTER)
    + " UNION ALL "
    + (_COLUMNS + _MATCHES + _DOUBTED + _AFTER)
    + ") AS entry"
    + _DOWN
)
_NEWER = (
    _FROM_ALL
    + (_COLUMNS + _MATCHES + _ENDED + _BEFORE + _UP)
    + ") UNION ALL "
    + (_COLUMNS + _MATCHES + _OPEN + _BEFORE)
    + " UNION ALL "
    + (_COLUMNS + _MATCHES + _DOUBTED + _BEFORE)
    + ") AS entry"
    + _UP
)


class Again(Address, frozen=True, kw_only=True):
    """A delivery that may be sent again: to whom it went, what it carried, and where in the feed that stands."""

    state: State
    body: bytes | None
    event_ids: tuple[EventId, ...]
    before_epoch: int
    before_xid: int
    before_position: int
    before_recorded_at: datetime
    last_epoch: int
    last_xid: int
    last_position: int


async def page(
    reader: Reader, access: Access, subscription_id: SubscriptionId, state: State | None, page: PageRequest
) -> list[Entry]:
    """A subscription's deliveries, in one state or in all, newest first."""
    found = await reader.all(
        Entry,
        _NEWER if page.is_backwards else _OLDER,
        applications=list(access.applications),
        subscription_id=subscription_id,
        state=state,
        **page.params(),
    )
    return found[::-1] if page.is_backwards else found


async def get(reader: Reader, access: Access, delivery_id: DeliveryId) -> Entry:
    """A delivery, if this caller may see it."""
    found = await reader.one_or_none(
        Entry,
        _COLUMNS + "WHERE delivery_id = %(delivery_id)s AND application_id = ANY(%(applications)s)",
        delivery_id=delivery_id,
        applications=list(access.applications),
    )
    if found is None:
        raise NotFound("delivery", delivery_id)
    return found


async def condition(reader: Reader, access: Access, subscription_id: SubscriptionId) -> Condition:
    """A subscription and how it does, if this caller may see it."""
    found = await reader.one_or_none(
        Condition,
        """
        SELECT subscription.subscription_id, subscription.application_id, dialect, url, event_types, api_version,
               header_name, is_active, inactive_since, inactive_reason, last_success_at, created_at,
               failing_since, failures,
               (SELECT count(*) FROM delivery
                 WHERE delivery.subscription_id = place.subscription_id AND state = 'held') AS held
          FROM subscription JOIN subscription_cursor AS place USING (subscription_id)
         WHERE subscription_id = %(subscription_id)s AND subscription.application_id = ANY(%(applications)s)
        """,
        subscription_id=subscription_id,
        applications=list(access.applications),
    )
    if found is None:
        raise NotFound("subscription", subscription_id)
    return found


async def again(reader: Reader, access: Access, delivery_id: DeliveryId) -> Again:
    """What is needed to send a delivery again; raises NotFound, also where its subscription is gone."""
    found = await reader.one_or_none(
        Again,
        """
        SELECT subscription_id, dialect, api_version, url, sealed_secret, header_name, sealed_header,
               state, body, event_ids, before_epoch, before_xid::text, before_position, before_recorded_at,
               last_epoch, last_xid::text, last_position
          FROM delivery JOIN subscription USING (subscription_id)
         WHERE delivery_id = %(delivery_id)s AND delivery.application_id = ANY(%(applications)s)
        """,
        delivery_id=delivery_id,
        applications=list(access.applications),
    )
    if found is None:
        raise NotFound("delivery", delivery_id)
    return found


async def events_of(reader: Reader, access: Access, carried: Again) -> list[Event]:
    """The events that a delivery carried, in the feed's order; those that were dropped or erased are left out."""
    return await reader.all(
        Event,
        """
        SELECT epoch, xid::text, position, recorded_at, event_id, application_id, user_id, account_id, device_id,
               type, occurred_at, payload
          FROM events_behind(%(application_id)s, %(before_epoch)s, %(before_xid)s::text::xid8, %(before_position)s,
                             %(before_recorded_at)s) AS event
         WHERE (epoch, xid, position) <= (%(last_epoch)s, %(last_xid)s::text::xid8, %(last_position)s)
           AND event_id = ANY(%(event_ids)s) AND payload IS NOT NULL
         ORDER BY event.epoch, event.xid, event.position
        """,
        application_id=access.application_id,
        before_epoch=carried.before_epoch,
        before_xid=carried.before_xid,
        before_position=carried.before_position,
        before_recorded_at=carried.before_recorded_at,
        last_epoch=carried.last_epoch,
        last_xid=carried.last_xid,
        last_position=carried.last_position,
        event_ids=list(carried.event_ids),
    )


async def note(tx: Transaction, delivery_id: DeliveryId, outcome: Resent, now: datetime) -> None:
    """Write down another attempt; one that was held and is accepted now has been delivered."""
    await tx.execute(
        """
        UPDATE delivery
           SET tries = tries + 1, last_status = %(status)s, last_error = %(error)s,
               state = CASE WHEN %(is_accepted)s AND state = 'held' THEN 'delivered' ELSE state END,
               body = CASE WHEN %(is_accepted)s AND state = 'held' THEN NULL ELSE body END,
               ended_at = CASE WHEN %(is_accepted)s AND state = 'held' THEN %(now)s ELSE ended_at END
         WHERE delivery_id = %(delivery_id)s AND ended_at IS NOT NULL
        """,
        delivery_id=delivery_id,
        status=outcome.status,
        error=outcome.error,
        is_accepted=outcome.is_accepted,
        now=now,
    )


async def hasten(tx: Transaction, delivery_id: DeliveryId, now: datetime) -> None:
    """A delivery that is to be repeated is due now."""
    await tx.execute(
        """
        UPDATE delivery SET due_at = %(now)s
         WHERE delivery_id = %(delivery_id)s AND state = 'open' AND due_at > %(now)s
        """,
        delivery_id=delivery_id,
        now=now,
    )


async def place_at(reader: Reader, access: Access, since: datetime) -> FeedPosition | None:
    """Just before the first event of an application that happened at this moment or later; None if none did."""
    return await reader.one_or_none(
        FeedPosition,
        """
        SELECT event.epoch, event.xid::text, event.position - 1 AS position, event.recorded_at
          FROM events_behind(%(application_id)s, 0, '0', 0, %(since)s) AS event
         WHERE occurred_at >= %(since)s
         ORDER BY event.epoch, event.xid, event.position
         LIMIT 1
        """,
        application_id=access.application_id,
        since=since,
    )


async def go_back(tx: Transaction, subscription_id: SubscriptionId, to: FeedPosition, now: datetime) -> None:
    """Move a locked cursor back, never forward; what is under way ends, what was doubted is set aside."""
    await tx.execute(
        """
        WITH moved AS (
            UPDATE subscription_cursor
               SET epoch = %(epoch)s, xid = %(xid)s::text::xid8, position = %(position)s, recorded_at = %(recorded_at)s,
                   fence = fence + 1
             WHERE subscription_id = %(subscription_id)s
               AND (epoch, xid, position) > (%(epoch)s, %(xid)s::text::xid8, %(position)s)
            RETURNING subscription_id
        )
        UPDATE delivery
           SET state = CASE state WHEN 'open' THEN 'replaced' ELSE 'held' END, ended_at = %(now)s,
               body = CASE state WHEN 'open' THEN NULL ELSE body END, last_error = coalesce(last_error, 'replayed')
          FROM moved
         WHERE delivery.subscription_id = moved.subscription_id AND state IN ('open', 'doubted')
        """,
        subscription_id=subscription_id,
        epoch=to.epoch,
        xid=to.xid,
        position=to.position,
        recorded_at=to.recorded_at,
        now=now,
    )
