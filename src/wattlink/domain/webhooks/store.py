"""SQL on subscription."""

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from psycopg.errors import UniqueViolation

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, SubscriptionId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.errors import AlreadyExists, NotFound
from wattlink.domain.webhooks.model import Subscription

_SELECT = """
    SELECT subscription.subscription_id, subscription.application_id, dialect, url, event_types, api_version,
           header_name, is_active, inactive_since, inactive_reason, last_success_at, created_at
      FROM subscription JOIN subscription_cursor USING (subscription_id)
     WHERE subscription.application_id = ANY(%(applications)s)
"""
_OLDER = (
    _SELECT
    + """
       AND (%(dialect)s::text IS NULL OR dialect = %(dialect)s)
       AND (created_at, subscription_id) < (%(edge_at)s::timestamptz, %(edge_id)s)
     ORDER BY created_at DESC, subscription_id DESC LIMIT %(limit)s
    """
)
_NEWER = (
    _SELECT
    + """
       AND (%(dialect)s::text IS NULL OR dialect = %(dialect)s)
       AND (created_at, subscription_id) > (%(edge_at)s::timestamptz, %(edge_id)s)
     ORDER BY created_at, subscription_id LIMIT %(limit)s
    """
)


class Sealed(NamedTuple):
    """What a subscription keeps secret."""

    secret: bytes
    header: bytes | None


class Address(msgspec.Struct, frozen=True):
    """Where a subscription's deliveries go and under which secrets."""

    subscription_id: SubscriptionId
    dialect: str
    api_version: str | None
    url: str
    sealed_secret: bytes
    header_name: str | None
    sealed_header: bytes | None


async def get(
    reader: Reader, access: Access, subscription_id: SubscriptionId, *, dialect: str | None = None
) -> Subscription:
    """The subscription, if this caller may see it, and it is of this dialect where one is given."""
    found = await reader.one_or_none(
        Subscription,
        _SELECT + "AND subscription_id = %(subscription_id)s AND (%(dialect)s::text IS NULL OR dialect = %(dialect)s)",
        dialect=dialect,
        applications=list(access.applications),
        subscription_id=subscription_id,
    )
    if found is None:
        raise NotFound("subscription", subscription_id)
    return found


async def page(reader: Reader, access: Access, page: PageRequest, *, dialect: str | None = None) -> list[Subscription]:
    """Subscriptions, of one dialect or of all, newest first; with `before` the page that ends just before it."""
    found = await reader.all(
        Subscription,
        _NEWER if page.is_backwards else _OLDER,
        applications=list(access.applications),
        dialect=dialect,
        **page.params(),
    )
    return found[::-1] if page.is_backwards else found


async def address(reader: Reader, access: Access, subscription_id: SubscriptionId) -> Address:
    """Where its deliveries go, if this caller may see it."""
    found = await reader.one_or_none(
        Address,
        """
        SELECT subscription_id, dialect, api_version, url, sealed_secret, header_name, sealed_header
          FROM subscription
         WHERE subscription_id = %(subscription_id)s AND application_id = ANY(%(applications)s)
        """,
        subscription_id=subscription_id,
        applications=list(access.applications),
    )
    if found is None:
        raise NotFound("subscription", subscription_id)
    return found


async def insert(tx: Transaction, new: Subscription, sealed: Sealed, *, first_heartbeat_at: datetime) -> None:
    """Add a subscription whose cursor stands behind everything that was committed; raises AlreadyExists."""
    added = await tx.execute(
        """
        WITH made AS (
            INSERT INTO subscription (subscription_id, application_id, dialect, url, sealed_secret, event_types,
                                      api_version, header_name, sealed_header, created_at)
            VALUES (%(subscription_id)s, %(application_id)s, %(dialect)s, %(url)s, %(sealed_secret)s,
                    %(event_types)s::text[], %(api_version)s, %(header_name)s, %(sealed_header)s, %(created_at)s)
            ON CONFLICT DO NOTHING RETURNING subscription_id, application_id, created_at
        )
        INSERT INTO subscription_cursor (subscription_id, application_id, epoch, xid, position, recorded_at,
                                         heartbeat_at, last_success_at)
        SELECT subscription_id, application_id, (SELECT current_epoch()), pg_snapshot_xmin(pg_current_snapshot()), 0,
               now(), %(first_heartbeat_at)s, created_at
          FROM made
        """,
        subscription_id=new.subscription_id,
        application_id=new.application_id,
        dialect=new.dialect,
        url=new.url,
        event_types=list(new.event_types),
        api_version=new.api_version,
        header_name=new.header_name,
        created_at=new.created_at,
        sealed_secret=sealed.secret,
        sealed_header=sealed.header,
        first_heartbeat_at=first_heartbeat_at,
    )
    if added == 0:
        raise AlreadyExists("a subscription with this URL and version is there")


async def lock(tx: Transaction, access: Access, subscription_id: SubscriptionId) -> Address:
    """The subscription, held until the end of the transaction: nothing is frozen for it meanwhile."""
    await tx.one_or_none(
        SubscriptionId,
        """
        SELECT subscription_id FROM subscription_cursor
         WHERE subscription_id = %(subscription_id)s AND application_id = ANY(%(applications)s) FOR UPDATE
        """,
        subscription_id=subscription_id,
        applications=list(access.applications),
    )
    return await address(tx, access, subscription_id)


async def change(tx: Transaction, new: Address, event_types: tuple[str, ...] | None) -> None:
    """Write where deliveries go and, unless None, the events that are wanted; raises AlreadyExists."""
    try:
        await tx.execute(
            """
            UPDATE subscription
               SET url = %(url)s, api_version = %(api_version)s, sealed_secret = %(sealed_secret)s,
                   header_name = %(header_name)s, sealed_header = %(sealed_header)s,
                   event_types = coalesce(%(event_types)s::text[], event_types)
             WHERE subscription_id = %(subscription_id)s
            """,
            event_types=None if event_types is None else list(event_types),
            **{name: value for name, value in msgspec.structs.asdict(new).items() if name != "dialect"},
        )
    except UniqueViolation:
        raise AlreadyExists("a subscription with this URL and version is there") from None


async def activate(tx: Transaction, subscription_id: SubscriptionId, now: datetime) -> None:
    """Forget past failures and go on at once from where deliveries stopped, by the address as it is now."""
    await tx.execute(
        """
        WITH activated AS (
            UPDATE subscription SET is_active = true, inactive_since = NULL, inactive_reason = NULL
             WHERE subscription_id = %(subscription_id)s
            RETURNING subscription_id
        ), retried AS (
            UPDATE delivery SET due_at = %(now)s, tries = 0, body_refusals = 0
              FROM activated
             WHERE delivery.subscription_id = activated.subscription_id AND state = 'open'
        )
        UPDATE subscription_cursor SET failing_since = NULL, failures = 0, fence = fence + 1
          FROM activated WHERE subscription_cursor.subscription_id = activated.subscription_id
        """,
        subscription_id=subscription_id,
        now=now,
    )


async def bring_forward(tx: Transaction, application_id: ApplicationId, by: timedelta) -> None:
    """An application's time jumps: retries and heartbeats come that much sooner, and failing lasts that much longer."""
    await tx.execute(
        """
        WITH place AS MATERIALIZED (
            SELECT subscription_id FROM subscription_cursor WHERE application_id = %(application_id)s
             ORDER BY subscription_id FOR UPDATE
        ), retried AS (
            UPDATE delivery SET due_at = due_at - %(by)s
              FROM place WHERE delivery.subscription_id = place.subscription_id AND state = 'open'
        )
        UPDATE subscription_cursor
           SET heartbeat_at = heartbeat_at - %(by)s, failing_since = failing_since - %(by)s
          FROM place WHERE subscription_cursor.subscription_id = place.subscription_id
        """,
        application_id=application_id,
        by=by,
    )


async def note_success(tx: Transaction, subscription_id: SubscriptionId, now: datetime) -> None:
    """A receiver accepted what was sent outside of deliveries."""
    await tx.execute(
        "UPDATE subscription_cursor SET last_success_at = %(now)s WHERE subscription_id = %(subscription_id)s",
        subscription_id=subscription_id,
        now=now,
    )


async def delete(tx: Transaction, subscription_id: SubscriptionId) -> None:
    """Remove a subscription and every body that still waits for it; what ended stays in the log for its 30 days."""
    await tx.execute(
        """
        WITH waiting AS (
            DELETE FROM delivery
             WHERE subscription_id = %(subscription_id)s AND state IN ('open', 'doubted', 'held')
        ), place AS (
            DELETE FROM subscription_cursor WHERE subscription_id = %(subscription_id)s
        )
        DELETE FROM subscription WHERE subscription_id = %(subscription_id)s
        """,
        subscription_id=subscription_id,
    )


async def ids_of_application(reader: Reader, application_id: ApplicationId) -> list[SubscriptionId]:
    """Every subscription of an application, in any dialect."""
    return await reader.all(
        SubscriptionId,
        "SELECT subscription_id FROM subscription WHERE application_id = %(application_id)s ORDER BY subscription_id",
        application_id=application_id,
    )
