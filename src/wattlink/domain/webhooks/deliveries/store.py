"""SQL on delivery and subscription_cursor. Whoever locks more than one row locks cursors first, in their order."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import SubscriptionId
from wattlink.domain.events.model import Event
from wattlink.domain.webhooks.deliveries.model import Frozen, Outgoing, Rules, Settled, Target, Verdict


class Behind(Event, frozen=True, kw_only=True):
    """An event that waits for a subscription."""

    subscription_id: SubscriptionId


async def lock_waiting(tx: Transaction, rules: Rules, now: datetime, limit: int) -> list[SubscriptionId]:
    """Hold the cursors of those without a delivery under way for which something waits, the furthest behind first."""
    return await tx.all(
        SubscriptionId,
        "SELECT * FROM lock_waiting_subscriptions(%(dialects)s, %(now)s, %(limit)s::integer)",
        dialects=list(rules.dialects),
        now=now,
        limit=limit,
    )


async def targets(
    tx: Transaction, subscription_ids: Sequence[SubscriptionId], rules: Rules, now: datetime
) -> list[Target]:
    """Of these locked subscriptions the active ones that have no delivery under way."""
    return await tx.all(
        Target,
        """
        SELECT subscription_id, dialect, api_version, url, sealed_secret, header_name, sealed_header,
               event_types, heartbeat_at <= %(now)s AS heartbeat_is_due,
               (SELECT delivery_id FROM delivery
                 WHERE delivery.subscription_id = place.subscription_id AND state = 'doubted') AS doubted_id,
               epoch, xid::text, position, recorded_at, fence
          FROM subscription_cursor AS place JOIN subscription USING (subscription_id)
         WHERE subscription_id = ANY(%(subscription_ids)s) AND is_active AND dialect = ANY(%(dialects)s)
           AND NOT EXISTS (SELECT FROM delivery
                            WHERE delivery.subscription_id = place.subscription_id AND state = 'open')
        """,
        subscription_ids=list(subscription_ids),
        dialects=list(rules.dialects),
        now=now,
    )


async def behind(reader: Reader, subscription_ids: Sequence[SubscriptionId], max_events: int) -> list[Behind]:
    """What comes next for each of these subscriptions, in the order of the feed."""
    return await reader.all_from_json(
        Behind,
        "SELECT * FROM next_events(%(subscription_ids)s, %(max_events)s::integer)",
        subscription_ids=list(subscription_ids),
        max_events=max_events,
    )


async def count_behind(reader: Reader, subscription_id: SubscriptionId, at_most: int) -> int:
    """About how many events wait for a subscription."""
    return await reader.one(
        int,
        """
        SELECT count(*)
          FROM (SELECT
                  FROM subscription_cursor AS place,
                       events_behind(place.application_id, place.epoch, place.xid, place.position, place.recorded_at)
                 WHERE subscription_id = %(subscription_id)s
                 LIMIT %(at_most)s) AS waiting
        """,
        subscription_id=subscription_id,
        at_most=at_most,
    )


async def freeze(tx: Transaction, frozen: Sequence[tuple[Frozen, bytes | None]], rules: Rules, now: datetime) -> None:
    """Move cursors and insert the deliveries that were made, taken by the caller; those without a body are held."""
    await tx.execute(
        """
        WITH frozen AS (
            SELECT *
              FROM ROWS FROM (
                       jsonb_to_recordset(%(frozen)s)
                           AS (subscription_id uuid, delivery_id uuid, event_ids uuid[], users uuid[], doubted_id uuid,
                               is_heartbeat boolean, epoch integer, xid xid8, position bigint, recorded_at timestamptz),
                       unnest(%(bodies)b::bytea[]))
                AS frozen (subscription_id, delivery_id, event_ids, users, doubted_id, is_heartbeat,
                           epoch, xid, position, recorded_at, body)
        ), made AS (
            INSERT INTO delivery (delivery_id, subscription_id, application_id, state, body, events, event_ids, users,
                                  before_epoch, before_xid, before_position, before_recorded_at,
                                  last_epoch, last_xid, last_position, last_recorded_at,
                                  doubted_id, due_at, busy_until, turn, created_at, last_error, ended_at)
            SELECT frozen.delivery_id, subscription_id, application_id,
                   CASE WHEN body IS NULL THEN 'held' ELSE 'open' END, body,
                   cardinality(event_ids), event_ids, users,
                   place.epoch, place.xid, place.position, place.recorded_at,
                   frozen.epoch, frozen.xid, frozen.position, frozen.recorded_at,
                   doubted_id, %(now)s, now() + %(lease)s, 1, %(now)s,
                   CASE WHEN body IS NULL THEN 'could not be rendered' END,
                   CASE WHEN body IS NULL THEN %(now)s::timestamptz END
              FROM frozen JOIN subscription_cursor AS place USING (subscription_id)
             WHERE frozen.delivery_id IS NOT NULL
        )
        UPDATE subscription_cursor AS place
           SET epoch = frozen.epoch, xid = frozen.xid, position = frozen.position, recorded_at = frozen.recorded_at,
               heartbeat_at = CASE WHEN is_heartbeat THEN %(now)s + %(heartbeat_every)s ELSE heartbeat_at END
          FROM frozen WHERE place.subscription_id = frozen.subscription_id
        """,
        now=now,
        lease=rules.lease,
        heartbeat_every=rules.heartbeat_every,
        frozen=Json([made for made, _ in frozen]),
        bodies=[body for _, body in frozen],
    )


async def take(tx: Transaction, rules: Rules, now: datetime, limit: int) -> list[Outgoing]:
    """Due deliveries that nobody holds, now held by the caller until its lease ends."""
    return await tx.all(
        Outgoing,
        """
        WITH due AS (
            SELECT delivery_id, subscription_id, dialect, api_version, url, sealed_secret, header_name, sealed_header
              FROM delivery JOIN subscription USING (subscription_id)
             WHERE state = 'open' AND due_at <= %(now)s AND busy_until < now()
               AND is_active AND dialect = ANY(%(dialects)s)
             ORDER BY due_at
             LIMIT %(limit)s
               FOR UPDATE OF delivery SKIP LOCKED
        )
        UPDATE delivery SET turn = turn + 1, busy_until = now() + %(lease)s
          FROM due WHERE delivery.delivery_id = due.delivery_id
        RETURNING due.*, turn, body, events, tries, body_refusals, doubted_id
        """,
        dialects=list(rules.dialects),
        lease=rules.lease,
        now=now,
        limit=limit,
    )


async def release(tx: Transaction, unsent: Sequence[Outgoing]) -> None:
    """Give up deliveries that were taken and not sent."""
    await tx.execute(
        """
        UPDATE delivery SET busy_until = '-infinity'
          FROM jsonb_to_recordset(%(unsent)s) AS unsent (delivery_id uuid, turn bigint)
         WHERE delivery.delivery_id = unsent.delivery_id AND delivery.turn = unsent.turn
        """,
        unsent=Json([{"delivery_id": outgoing.delivery_id, "turn": outgoing.turn} for outgoing in unsent]),
    )


async def settle(tx: Transaction, verdicts: Sequence[Verdict], now: datetime) -> list[Settled]:
    """Write verdicts, those whose turn is over left out; each subscription that it concerned, its cursor locked."""
    return await tx.all(
        Settled,
        """
        WITH verdict AS MATERIALIZED (
            SELECT verdict.*
              FROM jsonb_to_recordset(%(verdicts)s)
                   AS verdict (subscription_id uuid, delivery_id uuid, turn bigint, state text, due_at timestamptz,
                               tries integer, body_refusals integer, status integer, error text, accepted boolean,
                               failed boolean, goes_back boolean, batch_limit integer)
                   JOIN subscription_cursor AS place USING (subscription_id)
             ORDER BY subscription_id
               FOR UPDATE OF place
        ), settled AS (
            UPDATE delivery
               SET state = verdict.state, due_at = verdict.due_at, busy_until = '-infinity',
                   tries = verdict.tries, body_refusals = verdict.body_refusals,
                   last_status = verdict.status, last_error = verdict.error,
                   body = CASE WHEN verdict.state IN ('open', 'doubted') THEN body END,
                   ended_at = CASE WHEN verdict.state NOT IN ('open', 'doubted') THEN %(now)s::timestamptz END
              FROM verdict
             WHERE delivery.delivery_id = verdict.delivery_id AND delivery.turn = verdict.turn
               AND delivery.state = 'open'
            RETURNING verdict.*, events, before_epoch, before_xid, before_position, before_recorded_at
        )
        UPDATE subscription_cursor AS place
           SET last_success_at = CASE WHEN accepted THEN %(now)s ELSE last_success_at END,
               failing_since = CASE WHEN accepted THEN NULL
                                    WHEN failed THEN coalesce(failing_since, %(now)s) ELSE failing_since END,
               failures = CASE WHEN accepted THEN 0 ELSE failures + failed::int END,
               batch_limit = CASE WHEN accepted THEN least(greatest(place.batch_limit, events + 1), 100)
                                  ELSE coalesce(settled.batch_limit, place.batch_limit) END,
               epoch = CASE WHEN goes_back THEN before_epoch ELSE epoch END,
               xid = CASE WHEN goes_back THEN before_xid ELSE xid END,
               position = CASE WHEN goes_back THEN before_position ELSE position END,
               recorded_at = CASE WHEN goes_back THEN before_recorded_at ELSE recorded_at END
          FROM settled JOIN subscription USING (subscription_id)
         WHERE place.subscription_id = settled.subscription_id
        RETURNING delivery_id, is_active, place.subscription_id, dialect, api_version, url, sealed_secret, header_name,
                  sealed_header, event_types, heartbeat_at <= %(now)s AS heartbeat_is_due,
                  CASE WHEN settled.state = 'doubted' THEN delivery_id END AS doubted_id,
                  epoch, xid::text, position, recorded_at, fence
        """,
        now=now,
        verdicts=Json(verdicts),
    )


async def settle_doubted(tx: Transaction, probes: Sequence[Verdict], now: datetime) -> None:
    """A doubted delivery whose probe was accepted is held; where that was refused too, it is tried again later."""
    await tx.execute(
        """
        UPDATE delivery
           SET state = CASE WHEN accepted THEN 'held' ELSE 'open' END,
               ended_at = CASE WHEN accepted THEN %(now)s::timestamptz END
          FROM jsonb_to_recordset(%(probes)s) AS probe (doubted_id uuid, accepted boolean)
         WHERE delivery_id = probe.doubted_id AND state = 'doubted'
        """,
        now=now,
        probes=Json(probes),
    )


async def reopen_doubted(tx: Transaction, subscription_ids: Sequence[SubscriptionId]) -> None:
    """A doubted delivery for which no probe could be made is tried again when it is due."""
    await tx.execute(
        """
        UPDATE delivery SET state = 'open'
         WHERE subscription_id = ANY(%(subscription_ids)s) AND state = 'doubted'
           AND NOT EXISTS (SELECT FROM delivery AS probe
                            WHERE probe.subscription_id = delivery.subscription_id AND probe.state = 'open')
        """,
        subscription_ids=list(subscription_ids),
    )


async def deactivate(tx: Transaction, failed: Sequence[Verdict], now: datetime) -> list[SubscriptionId]:
    """End subscriptions whose receiver is gone, or failed all the time and often enough to be sure; which these are."""
    return await tx.all(
        SubscriptionId,
        """
        UPDATE subscription
           SET is_active = false, inactive_since = %(now)s, inactive_reason = verdict.error
          FROM jsonb_to_recordset(%(failed)s)
               AS verdict (subscription_id uuid, is_gone boolean, patience_began timestamptz, error text)
               JOIN subscription_cursor AS place USING (subscription_id)
         WHERE subscription.subscription_id = verdict.subscription_id AND is_active
           AND (is_gone OR (failing_since <= verdict.patience_began AND failures >= 5))
        RETURNING subscription.subscription_id
        """,
        now=now,
        failed=Json(failed),
    )
