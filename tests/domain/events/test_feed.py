"""The feed: what is recorded together stands together, what commits late is never passed over, what is old is told."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.support.clock import StillClock
from wattlink.base.ids import new_id
from wattlink.connectors.devices import Kind, Vehicle, VehicleInformation
from wattlink.db.database import Database
from wattlink.db.migrate import migrate
from wattlink.domain.access.ids import AccountId, ApplicationId, DeviceId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import CursorTooOld
from wattlink.domain.events import store
from wattlink.domain.events.model import Event, EventType, Fact, FeedPosition, Payload
from wattlink.domain.events.record import erase_payloads, record

VEHICLE = Vehicle(
    last_seen=datetime(2026, 3, 2, 18, 29, tzinfo=UTC),
    is_reachable=True,
    information=VehicleInformation(vin="5YJ3E7EB9KF240654", brand="Brand", display_name='Jürgens "Blitz" \\ ⚡'),
)
now = StillClock()


def access() -> Access:
    """Somebody's reach, of an application of its own."""
    return Access(applications=(ApplicationId(new_id()),))


def fact(
    access: Access, note: str = "", *, user_id: UserId | None = None, type: EventType = EventType.DEVICE_UPDATED
) -> Fact:
    return Fact(
        type=type,
        application_id=access.application_id,
        user_id=user_id or UserId(new_id()),
        account_id=AccountId(new_id()),
        device_id=DeviceId(new_id()),
        payload=Payload(
            user=note, vendor="VENDOR", kind=Kind.VEHICLE, scopes=("a",), document=VEHICLE, updated_fields=("odometer",)
        ),
    )


async def recorded(db: Database, *facts: Fact) -> None:
    async with db.transaction() as tx:
        await record(tx, facts, now=now())


async def all_of(db: Database, access: Access, *, limit: int = 7) -> list[Event]:
    """The feed, page by page."""
    found: list[Event] = []
    async with db.read() as reader:
        while page := await store.feed(reader, access, after=found[-1].place if found else None, limit=limit):
            found += page
    return found


def notes(events: list[Event]) -> list[str]:
    return [event.payload.user if event.payload else "" for event in events]


async def test_an_event_tells_what_was_true_then(db: Database) -> None:
    ours = access()
    told = fact(ours, "anna")
    await recorded(db, told)
    (event,) = await all_of(db, ours)
    assert event.payload == told.payload
    assert (event.type, event.user_id, event.account_id, event.device_id) == (
        told.type,
        told.user_id,
        told.account_id,
        told.device_id,
    )
    assert event.occurred_at == now()


async def test_facts_keep_their_order(db: Database) -> None:
    ours = access()
    await recorded(db, *[fact(ours, str(number)) for number in range(50)])
    await recorded(db)
    await recorded(db, fact(ours, "last"))
    assert notes(await all_of(db, ours)) == [*map(str, range(50)), "last"]


async def test_what_is_rolled_back_never_happened(db: Database) -> None:
    ours = access()

    async def record_and_fail() -> None:
        async with db.transaction() as tx:
            await record(tx, [fact(ours)], now=now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await record_and_fail()
    assert await all_of(db, ours) == []


async def test_each_sees_its_own(db: Database) -> None:
    ours, theirs = access(), access()
    await recorded(db, fact(ours, "ours"), fact(theirs, "theirs"))
    assert notes(await all_of(db, ours)) == ["ours"]
    both = Access(applications=ours.applications + theirs.applications)
    assert notes(await all_of(db, both)) == ["ours", "theirs"]
    (mine,) = await all_of(db, ours)
    assert notes(await all_of(db, Access(applications=both.applications, only_user=mine.user_id))) == ["ours"]


async def test_nothing_behind_a_transaction_under_way_is_shown(db: Database) -> None:
    ours = access()
    async with db.transaction() as slow:
        await record(slow, [fact(ours, "slow")], now=now())
        await recorded(db, fact(ours, "quick"))
        assert await all_of(db, ours) == []
        async with db.read() as reader:
            horizon = await store.horizon(reader)
        assert horizon.complete_below < horizon.next_xid
    assert notes(await all_of(db, ours)) == ["slow", "quick"]


async def test_eight_writers_lose_nothing_to_a_reader_that_keeps_up(db: Database) -> None:
    ours, chance = access(), random.Random(7)  # noqa: S311
    seen: list[Event] = []
    done = asyncio.Event()

    async def write(writer: int) -> None:
        for number in range(60):
            async with db.transaction() as tx:
                await record(tx, [fact(ours, f"{writer}.{number}.a")], now=now())
                await asyncio.sleep(chance.random() * 0.004)
                await record(tx, [fact(ours, f"{writer}.{number}.b")], now=now())

    async def read() -> None:
        while True:
            is_last = done.is_set()
            async with db.read() as reader:
                page = await store.feed(reader, ours, after=seen[-1].place if seen else None, limit=20)
            seen.extend(page)
            if is_last and not page:
                return

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        await asyncio.gather(*[write(writer) for writer in range(8)])
        done.set()
    expected = {f"{writer}.{number}.{part}" for writer in range(8) for number in range(60) for part in "ab"}
    assert len(seen) == len(expected)
    assert set(notes(seen)) == expected
    for writer in range(8):
        own = [note for note in notes(seen) if note.startswith(f"{writer}.")]
        assert own == [f"{writer}.{number}.{part}" for number in range(60) for part in "ab"]


async def test_after_a_restore_old_events_come_whole_and_first(db: Database, dsn: str) -> None:
    ours = access()
    await recorded(db, fact(ours, "before"))
    async with db.transaction() as tx:  # as in a cluster whose counter was far ahead of this one's
        await tx.execute("UPDATE event SET xid = '900000000000'")
        await tx.execute("UPDATE epoch SET system_identifier = 'another cluster'")
    migrate(dsn)
    await recorded(db, fact(ours, "after"))
    assert notes(await all_of(db, ours)) == ["before", "after"]
    (before, after) = await all_of(db, ours)
    assert before.epoch + 1 == after.epoch


async def test_erasing_leaves_empty_rows_and_the_ids_of_deleted_devices(db: Database) -> None:
    ours, anna, ben = access(), UserId(new_id()), UserId(new_id())
    await recorded(
        db,
        fact(ours, "anna", user_id=anna),
        fact(ours, "ben", user_id=ben),
        fact(ours, "anna", user_id=anna, type=EventType.DEVICE_DELETED),
    )
    async with db.transaction() as tx:
        await erase_payloads(tx, access(), anna)  # by somebody else
    assert notes(await all_of(db, ours)) == ["anna", "ben", "anna"]
    async with db.transaction() as tx:
        await erase_payloads(tx, ours, anna)
    erased, untouched, deleted = await all_of(db, ours)
    assert erased.payload is None
    assert untouched.payload is not None
    assert untouched.payload.document == VEHICLE
    assert deleted.payload == Payload(user="anna", vendor="VENDOR", kind=Kind.VEHICLE)


async def test_days_are_made_ahead_and_dropped_after_thirty(db: Database, dsn: str) -> None:
    today = datetime.now(UTC).date()
    with psycopg.connect(dsn, autocommit=True) as connection:
        for age in (29, 30, 31, 40):
            day = today - timedelta(days=age)
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS event_{day:%Y%m%d} PARTITION OF event"
                f" FOR VALUES FROM ('{day} 00:00+00') TO ('{day + timedelta(days=1)} 00:00+00')"
            )
        connection.execute(f"DROP TABLE IF EXISTS event_{today + timedelta(days=3):%Y%m%d}")
        connection.execute("VACUUM (ANALYZE)")  # with statistics, PostgreSQL looks at relations in another order
    async with db.transaction() as tx:
        await store.make_partitions(tx)
        await store.make_partitions(tx)
    async with db.read() as reader:
        expired = await store.expired_partitions(reader)
        days = await reader.all(str, "SELECT name FROM event_partition")
    assert [day.name for day in expired] == [f"event_{today - timedelta(days=age):%Y%m%d}" for age in (40, 31)]
    assert expired[1].ends_at.date() == today - timedelta(days=30)
    assert f"event_{today + timedelta(days=3):%Y%m%d}" in days
    ours = access()
    too_old = FeedPosition(epoch=1, xid=1, position=1, recorded_at=datetime.now(UTC) - timedelta(days=41))
    async with db.read() as reader:
        with pytest.raises(CursorTooOld):
            await store.feed(reader, ours, after=too_old, limit=1)
    for age in (29, 30, 31, 40):
        async with db.transaction() as tx:
            await store.drop_partition(tx, f"event_{today - timedelta(days=age):%Y%m%d}")
    async with db.read() as reader:
        assert await store.expired_partitions(reader) == []
