"""SQL on throttle and known_address."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.users.throttling.model import Limit


async def use(tx: Transaction, limits: Mapping[bytes, Limit], now: datetime) -> int:
    """Count one attempt against each limit that has room for it; how many these are.

    Rows are locked in the order of their names, so that attempts wait for each other without a circle.
    """
    names = sorted(limits)
    return await tx.execute(
        """
        INSERT INTO throttle AS known (name, used_until)
        SELECT name, %(now)s::timestamptz + every
          FROM unnest(%(names)s::bytea[], %(every)s::interval[]) AS counted (name, every) ORDER BY name
        ON CONFLICT (name) DO UPDATE
           SET used_until = greatest(known.used_until, %(now)s) + (excluded.used_until - %(now)s)
         WHERE greatest(known.used_until, %(now)s) + (excluded.used_until - %(now)s)
               <= %(now)s::timestamptz + (%(windows)s::interval[])[array_position(%(names)s, known.name)]
        """,
        names=names,
        every=[limits[name].every for name in names],
        windows=[limits[name].window for name in names],
        now=now,
    )


async def free_at(reader: Reader, limits: Mapping[bytes, Limit], now: datetime) -> datetime:
    """When all of the limits have room for one attempt more."""
    return await reader.one(
        datetime,
        """
        SELECT greatest(max(used_until + every - win), %(now)s)
          FROM throttle
          JOIN unnest(%(names)s::bytea[], %(every)s::interval[], %(windows)s::interval[]) AS counted (name, every, win)
         USING (name)
        """,
        names=list(limits),
        every=[limit.every for limit in limits.values()],
        windows=[limit.window for limit in limits.values()],
        now=now,
    )


async def give_back(tx: Transaction, limits: Mapping[bytes, Limit]) -> None:
    """The attempt was right: it doesn't count."""
    names = sorted(limits)
    await tx.execute(
        """
        WITH held AS (
            SELECT name FROM throttle WHERE name = ANY(%(names)s) ORDER BY name FOR UPDATE
        )
        UPDATE throttle SET used_until = used_until - every
          FROM unnest(%(names)s::bytea[], %(every)s::interval[]) AS counted (name, every)
         WHERE throttle.name = counted.name AND throttle.name IN (SELECT name FROM held)
        """,
        names=names,
        every=[limits[name].every for name in names],
    )


async def forget(tx: Transaction, now: datetime) -> int:
    """Drop what is used up no more; how many rows that were."""
    return await tx.execute("DELETE FROM throttle WHERE used_until < %(now)s", now=now)


async def is_known(reader: Reader, user_id: UserId, address: bytes) -> bool:
    """Whether the user logged in from there before."""
    return await reader.one(
        bool,
        "SELECT EXISTS (SELECT FROM known_address WHERE user_id = %(user_id)s AND address = %(address)s)",
        user_id=user_id,
        address=address,
    )


async def note_address(tx: Transaction, user_id: UserId, address: bytes, now: datetime) -> None:
    """The user logged in from there; noted at most once a day."""
    await tx.execute(
        """
        INSERT INTO known_address AS known (user_id, address, seen_at) VALUES (%(user_id)s, %(address)s, %(now)s)
        ON CONFLICT (user_id, address) DO UPDATE SET seen_at = excluded.seen_at
         WHERE known.seen_at < %(now)s::timestamptz - interval '1 day'
        """,
        user_id=user_id,
        address=address,
        now=now,
    )


async def forget_addresses(tx: Transaction, now: datetime, kept: timedelta) -> int:
    """Drop where nobody logged in for that long; how many rows that were."""
    return await tx.execute("DELETE FROM known_address WHERE seen_at < %(until)s", until=now - kept)
