"""SQL that settles deliveries and makes the ones that follow them."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Json, Transaction
from wattlink.domain.webhooks.deliveries.following.model import Followed, Following
from wattlink.domain.webhooks.deliveries.model import Rules, Verdict

_FOLLOW = """
    WITH verdict AS MATERIALIZED (
        SELECT verdict.*, place.application_id, place.fence = verdict.fence AS is_fresh, place.heartbeat_at,
               place.epoch AS before_epoch, place.xid AS before_xid, place.position AS before_position,
               place.recorded_at AS before_recorded_at
          FROM ROWS FROM (
                   jsonb_to_recordset(%(accepted)s)
                       AS (subscription_id uuid, delivery_id uuid, turn bigint, tries integer, status integer,
                           fence bigint, next_id uuid, event_ids uuid[], users uuid[],
                           epoch integer, xid xid8, position bigint, recorded_at timestamptz),
                   unnest(%(bodies)b::bytea[]))
            AS verdict (subscription_id, delivery_id, turn, tries, status, fence, next_id, event_ids, users,
                        epoch, xid, position, recorded_at, body)
               JOIN subscription_cursor AS place USING (subscription_id)
         ORDER BY subscription_id
           FOR UPDATE OF place
    ), settled AS (
        UPDATE delivery
           SET state = 'delivered', due_at = %(now)s, busy_until = '-infinity', tries = verdict.tries,
               last_status = status, last_error = NULL, body = NULL, ended_at = %(now)s
          FROM verdict JOIN subscription USING (subscription_id)
         WHERE delivery.delivery_id = verdict.delivery_id AND delivery.turn = verdict.turn
           AND delivery.state = 'open'
        RETURNING verdict.*, delivery.events, is_fresh AND is_active AND heartbeat_at > %(now)s AS is_followed
    ), made AS (
        INSERT INTO delivery (delivery_id, subscription_id, application_id, state, body, events, event_ids, users,
                              before_epoch, before_xid, before_position, before_recorded_at,
                              last_epoch, last_xid, last_position, last_recorded_at,
                              due_at, busy_until, turn, created_at)
        SELECT next_id, subscription_id, application_id, 'open', body, cardinality(event_ids), event_ids, users,
               before_epoch, before_xid, before_position, before_recorded_at,
               epoch, xid, position, recorded_at, %(now)s, now() + %(lease)s, 1, %(now)s
          FROM settled WHERE is_followed
    )
    UPDATE subscription_cursor AS place
       SET last_success_at = %(now)s, failing_since = NULL, failures = 0,
           batch_limit = least(greatest(place.batch_limit, events + 1), 100),
           epoch = CASE WHEN is_followed THEN settled.epoch ELSE place.epoch END,
           xid = CASE WHEN is_followed THEN settled.xid ELSE place.xid END,
           position = CASE WHEN is_followed THEN settled.position ELSE place.position END,
           recorded_at = CASE WHEN is_followed THEN settled.recorded_at ELSE place.recorded_at END
      FROM settled WHERE place.subscription_id = settled.subscription_id
    RETURNING delivery_id, is_followed
"""


async def follow(
    tx: Transaction, accepted: Sequence[tuple[Verdict, Following]], rules: Rules, now: datetime
) -> list[Followed]:
    """Write that deliveries were accepted, those whose turn is over left out, and make what follows each.

    What was made ready follows only if the fence is where it was, the subscription is active and no heartbeat is due.
    """
    return await tx.all(
        Followed,
        _FOLLOW,
        now=now,
        lease=rules.lease,
        accepted=Json([_row(verdict, following) for verdict, following in accepted]),
        bodies=[following.outgoing.body for _, following in accepted],
    )


def _row(verdict: Verdict, following: Following) -> dict[str, object]:
    frozen = following.frozen
    return {
        "subscription_id": verdict.subscription_id,
        "delivery_id": verdict.delivery_id,
        "turn": verdict.turn,
        "tries": verdict.tries,
        "status": verdict.status,
        "fence": following.outgoing.fence,
        "next_id": frozen.delivery_id,
        "event_ids": frozen.event_ids,
        "users": frozen.users,
        "epoch": frozen.epoch,
        "xid": frozen.xid,
        "position": frozen.position,
        "recorded_at": frozen.recorded_at,
    }
