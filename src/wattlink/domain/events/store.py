"""SQL on `event`: the outbox, and the feed that is read from it (its order: `events_behind` in the schema)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from wattlink.base.ids import new_id
from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import CursorTooOld
from wattlink.domain.events.model import Event, Fact, FeedPosition

_DO_NOT_QUEUE = "SET LOCAL lock_timeout = '200ms'"  # for a lock behind which everybody else would wait


class Horizon(msgspec.Struct, frozen=True):
    """Transaction ids: of the oldest transaction under way, below which the feed is complete, and the next one's."""

    complete_below: int
    next_xid: int


class Partition(msgspec.Struct, frozen=True):
    """A day of the feed; it holds what was recorded before `ends_at`."""

    name: str
    ends_at: datetime


async def insert(tx: Transaction, facts: Sequence[Fact], now: datetime) -> None:
    """Append facts in their order."""
    await tx.execute(
        """
        INSERT INTO event (epoch, event_id, application_id, user_id, account_id, device_id, type, occurred_at, payload)
        SELECT (SELECT current_epoch()), event_id, application_id, user_id, account_id, device_id, type, %(now)s,
               payload || CASE WHEN starts_with(type, 'device.')
                               THEN jsonb_build_object('notes', (SELECT notes FROM device_notes(device_id)))
                               ELSE '{}' END
          FROM ROWS FROM (
                   jsonb_to_recordset(%(facts)s)
                       AS (application_id uuid, user_id uuid, account_id uuid, device_id uuid, type text,
                           payload jsonb),
                   unnest(%(event_ids)s::uuid[]))
               WITH ORDINALITY
            AS fact (application_id, user_id, account_id, device_id, type, payload, event_id, number)
         ORDER BY number
        """,
        now=now,
        facts=Json(facts),
        event_ids=[new_id() for _ in facts],
    )


async def erase(tx: Transaction, access: Access, user_id: UserId) -> None:
    """Empty a user's events; of deleted devices only ids stay."""
    await tx.execute(
        """
        UPDATE event
           SET payload = CASE WHEN type = 'device.deleted'
                              THEN payload || '{"document": null, "scopes": [], "updated_fields": [],
                                                "location_id": null, "located_at": null, "notes": null}' END
         WHERE user_id = %(user_id)s AND application_id = ANY(%(applications)s) AND payload IS NOT NULL
        """,
        user_id=user_id,
        applications=list(access.applications),
    )


async def feed(reader: Reader, access: Access, *, after: FeedPosition | None, limit: int) -> list[Event]:
    """Up to `limit` events behind `after` (None: from the oldest on); raises CursorTooOld."""
    if after is not None and after.recorded_at < await _oldest_day(reader):
        raise CursorTooOld
    place = {"epoch": 0, "xid": 0, "position": 0, "recorded_at": "-infinity"}
    return await reader.all(
        Event,
        """
        SELECT epoch, xid::text, position, recorded_at, event_id, application_id, user_id, account_id, device_id,
               type, occurred_at, payload
          FROM unnest(%(applications)s::uuid[]) AS application,
               LATERAL (SELECT *
                          FROM events_behind(application, %(epoch)s, %(xid)s::text::xid8, %(position)s,
                                             %(recorded_at)s) AS event
                         WHERE %(only_user)s::uuid IS NULL OR user_id = %(only_user)s
                         ORDER BY event.epoch, event.xid, event.position
                         LIMIT %(limit)s) AS event
         ORDER BY event.epoch, event.xid, event.position
         LIMIT %(limit)s
        """,
        applications=list(access.applications),
        only_user=access.only_user,
        limit=limit,
        **(place if after is None else msgspec.structs.asdict(after)),
    )


async def end(reader: Reader) -> FeedPosition:
    """The feed's end: what comes behind it is yet to be committed."""
    return await reader.one(
        FeedPosition,
        """
        SELECT (SELECT current_epoch()) AS epoch, pg_snapshot_xmin(pg_current_snapshot())::text AS xid, 0 AS position,
               now() AS recorded_at
        """,
    )


async def horizon(reader: Reader) -> Horizon:
    """How far the feed is complete at this moment."""
    return await reader.one(
        Horizon,
        """
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS complete_below,
               pg_snapshot_xmax(pg_current_snapshot())::text AS next_xid
        """,
    )


async def make_partitions(tx: Transaction) -> None:
    """Have a partition for each of the days around today, by the database's clock."""
    await tx.execute(_DO_NOT_QUEUE)
    await tx.execute("SELECT make_event_partitions()")


async def expired_partitions(reader: Reader) -> list[Partition]:
    """Partitions that hold nothing younger than 30 days, oldest first."""
    return await reader.all(
        Partition,
        """
        SELECT name, (day + 1)::timestamp AT TIME ZONE 'UTC' AS ends_at
          FROM event_partition WHERE day < (now() AT TIME ZONE 'UTC')::date - 30 ORDER BY day
        """,
    )


async def drop_partition(tx: Transaction, name: str) -> None:
    """Drop a partition."""
    await tx.execute(_DO_NOT_QUEUE)
    await tx.execute("SELECT drop_event_partition(%(name)s)", name=name)


async def _oldest_day(reader: Reader) -> datetime:
    return await reader.one(datetime, "SELECT min(day)::timestamp AT TIME ZONE 'UTC' FROM event_partition")
