"""SQL on deliveries that are old, and on how they stand."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from wattlink.base.ids import first_id, new_id
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import SubscriptionId
from wattlink.domain.events.model import Event


class Lost(Event, frozen=True, kw_only=True):
    """The first event of a sort that a subscription never got, and how many more there are."""

    subscription_id: SubscriptionId
    dialect: str
    event_types: tuple[str, ...]
    number: int


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many there are of something, and the oldest's time."""

    what: str = ""
    number: int
    oldest: datetime | None = None


async def lock_behind(tx: Transaction, moment: datetime) -> None:
    """Hold the cursors that have not passed this moment of the feed."""
    await tx.all(
        SubscriptionId,
        """
        SELECT subscription_id FROM subscription_cursor WHERE recorded_at < %(moment)s
         ORDER BY subscription_id FOR UPDATE
        """,
        moment=moment,
    )


async def lost(tx: Transaction, moment: datetime) -> list[Lost]:
    """What was recorded before this moment and still waits, by subscription and sort; the erased doesn't count."""
    return await tx.all(
        Lost,
        """
        SELECT DISTINCT ON (subscription_id, type, payload ->> 'kind')
               subscription_id, dialect, event_types,
               count(*) OVER (PARTITION BY subscription_id, type, payload ->> 'kind') AS number,
               event.epoch, event.xid::text, event.position, event.recorded_at, event_id, event.application_id,
               user_id, account_id, device_id, type, occurred_at, payload
          FROM subscription_cursor AS place JOIN subscription USING (subscription_id),
               events_behind(place.application_id, place.epoch, place.xid, place.position, place.recorded_at) AS event
         WHERE place.recorded_at < %(moment)s AND event.recorded_at < %(moment)s AND payload IS NOT NULL
        """,
        moment=moment,
    )


async def note_lost(tx: Transaction, numbers: dict[SubscriptionId, int], now: datetime) -> None:
    """Write into each subscription's delivery log how many events it never got."""
    await tx.execute(
        """
        INSERT INTO delivery (delivery_id, subscription_id, application_id, state, events, event_ids, users,
                              before_epoch, before_xid, before_position, before_recorded_at,
                              last_epoch, last_xid, last_position, last_recorded_at,
                              due_at, last_error, created_at, ended_at)
        SELECT lost.delivery_id, subscription_id, application_id, 'dropped', lost.events, '{}', '{}',
               epoch, xid, position, recorded_at, epoch, xid, position, recorded_at,
               %(now)s, 'not delivered within 30 days', %(now)s, %(now)s
          FROM unnest(%(delivery_ids)s::uuid[], %(subscription_ids)s::uuid[], %(events)s::int[])
               AS lost (delivery_id, subscription_id, events)
               JOIN subscription_cursor USING (subscription_id)
        """,
        now=now,
        delivery_ids=[new_id() for _ in numbers],
        subscription_ids=list(numbers),
        events=list(numbers.values()),
    )


async def drop_waiting(tx: Transaction, made_before: datetime, now: datetime) -> int:
    """Give up bodies that nobody took; how many."""
    return await tx.execute(
        """
        UPDATE delivery
           SET state = 'dropped', body = NULL, ended_at = %(now)s, last_error = 'not delivered within 30 days'
         WHERE state = 'open' AND created_at < %(made_before)s
        """,
        made_before=made_before,
        now=now,
    )


async def forget_ended(tx: Transaction, ended_before: datetime, limit: int) -> int:
    """Take old entries out of the delivery log; how many."""
    return await tx.execute(
        """
        DELETE FROM delivery
         WHERE delivery_id IN (SELECT delivery_id FROM delivery
                                WHERE delivery_id < %(made_before)s AND ended_at < %(ended_before)s
                                ORDER BY delivery_id LIMIT %(limit)s)
        """,
        made_before=first_id(ended_before),
        ended_before=ended_before,
        limit=limit,
    )


async def due_deliveries(reader: Reader, now: datetime) -> Count:
    """Deliveries that are due and not yet answered."""
    return await reader.one(
        Count,
        """
        SELECT count(*) AS number, min(due_at) AS oldest
          FROM delivery JOIN subscription USING (subscription_id)
         WHERE state = 'open' AND due_at <= %(now)s AND is_active
        """,
        now=now,
    )


async def failing_deliveries(reader: Reader) -> Sequence[Count]:
    """Deliveries that were tried in vain or set aside, by what happened."""
    return await reader.all(
        Count,
        """
        SELECT concat_ws(': ', CASE state WHEN 'held' THEN 'held' END, last_error) AS what, count(*) AS number
          FROM delivery
         WHERE (state = 'open' AND tries > 0) OR state IN ('doubted', 'held')
         GROUP BY what ORDER BY number DESC
        """,
    )


async def waiting_subscriptions(reader: Reader) -> Count:
    """Active subscriptions for which events wait though nothing is under way."""
    return await reader.one(
        Count,
        """
        SELECT count(*) AS number, min(first.recorded_at) AS oldest
          FROM subscription_cursor AS place JOIN subscription USING (subscription_id),
               LATERAL (SELECT event.recorded_at
                          FROM events_behind(place.application_id, place.epoch, place.xid, place.position,
                                             place.recorded_at) AS event
                         ORDER BY event.epoch, event.xid, event.position LIMIT 1) AS first
         WHERE is_active AND NOT EXISTS (SELECT FROM delivery
                                          WHERE delivery.subscription_id = place.subscription_id AND state = 'open')
        """,
    )


async def failing_subscriptions(reader: Reader) -> Sequence[Count]:
    """Subscriptions that became inactive, by reason, and events that were never delivered."""
    return await reader.all(
        Count,
        """
        SELECT concat('inactive: ', inactive_reason) AS what, count(*) AS number
          FROM subscription WHERE NOT is_active GROUP BY inactive_reason
         UNION ALL
        SELECT 'events not delivered within 30 days', sum(events)
          FROM delivery WHERE state = 'dropped' HAVING sum(events) > 0
        """,
    )
