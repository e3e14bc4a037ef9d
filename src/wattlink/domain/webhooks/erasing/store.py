"""SQL that takes a user out of delivery, and locks subscription_cursor for it, in the order of its rows."""

from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access


async def lock_cursors(tx: Transaction, access: Access) -> None:
    """Hold the cursors of all subscriptions within reach, and make what was read for their deliveries useless."""
    await tx.execute(
        """
        WITH held AS MATERIALIZED (
            SELECT subscription_id FROM subscription_cursor WHERE application_id = ANY(%(applications)s)
             ORDER BY subscription_id FOR UPDATE
        )
        UPDATE subscription_cursor SET fence = fence + 1 FROM held
         WHERE subscription_cursor.subscription_id = held.subscription_id
        """,
        applications=list(access.applications),
    )


async def destroy_bodies(tx: Transaction, access: Access, user_id: UserId, now: datetime) -> None:
    """Replace what carries a user's data; a subscription that it was under way to returns to where it was before."""
    await tx.execute(
        """
        WITH waiting AS (
            SELECT delivery_id, subscription_id, state, users @> ARRAY[%(user_id)s]::uuid[] AS carries
              FROM subscription_cursor AS place JOIN delivery USING (subscription_id)
             WHERE place.application_id = ANY(%(applications)s) AND state = 'open'
             UNION ALL
            SELECT delivery_id, subscription_id, state, users @> ARRAY[%(user_id)s]::uuid[]
              FROM subscription_cursor AS place JOIN delivery USING (subscription_id)
             WHERE place.application_id = ANY(%(applications)s) AND state IN ('doubted', 'held')
        ), doomed AS (
            SELECT delivery_id, state = 'held' AS was_held
              FROM waiting
             WHERE CASE WHEN state = 'held' THEN carries
                        ELSE subscription_id IN (SELECT subscription_id FROM waiting WHERE state <> 'held' AND carries)
                    END
        ), replaced AS (
            UPDATE delivery
               SET state = 'replaced', body = NULL, ended_at = %(now)s, last_error = 'a user was deleted'
              FROM doomed WHERE delivery.delivery_id = doomed.delivery_id
            RETURNING subscription_id, was_held, before_epoch, before_xid, before_position, before_recorded_at
        ), earliest AS (
            SELECT DISTINCT ON (subscription_id) * FROM replaced WHERE NOT was_held
             ORDER BY subscription_id, before_epoch, before_xid, before_position
        )
        UPDATE subscription_cursor AS place
           SET epoch = before_epoch, xid = before_xid, position = before_position, recorded_at = before_recorded_at
          FROM earliest WHERE place.subscription_id = earliest.subscription_id
        """,
        applications=list(access.applications),
        user_id=user_id,
        now=now,
    )
