"""After thirty days what nobody took is dropped: counted for each subscription, told to operators, never silently."""

from datetime import UTC, datetime, time, timedelta

import psycopg
import pytest

from tests.support.receiver import Receiver
from tests.support.webhooks import Desk
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.events.model import EventType
from wattlink.domain.webhooks.status import work_status
from wattlink.workers.retention import keep


async def status(desk: Desk) -> dict[str, WorkStatus]:
    async with desk.db.read() as reader:
        return {status.kind: status for status in await work_status(reader, desk.clock())}


def days_pass(dsn: str, days: int) -> None:
    """Everything that is in the database happened so many days earlier."""
    day = datetime.now(UTC).date() - timedelta(days=days)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS event_{day:%Y%m%d} PARTITION OF event"
            f" FOR VALUES FROM ('{day} 00:00+00') TO ('{day + timedelta(days=1)} 00:00+00')"
        )
        noon = datetime.combine(day, time(12), UTC)
        connection.execute("UPDATE event SET recorded_at = %s", (noon,))
        connection.execute("UPDATE subscription_cursor SET recorded_at = %s", (noon,))


async def test_what_a_subscription_never_got_is_counted(desk: Desk, receiver: Receiver, dsn: str) -> None:
    receiver.answers(410, 410)
    await desk.subscribe(receiver.url("/all"))
    await desk.subscribe(receiver.url("/deleted"), "device.deleted")
    await desk.happen(desk.fact("anna", EventType.DEVICE_DELETED))
    await desk.deliver()  # both are inactive now
    await desk.updates("ben", "carla", "dora")
    await desk.happen(desk.fact("ben", EventType.DEVICE_DELETED), desk.fact("ben", EventType.DEVICE_DISCOVERED))
    days_pass(dsn, 31)
    desk.clock.forward(days=31)
    await keep(desk.db, dialects=desk.dialects, clock=desk.clock)
    assert sorted(await desk.states()) == [("dropped", 1), ("dropped", 1), ("dropped", 1), ("dropped", 4)]
    async with desk.db.read() as reader:
        assert await reader.one(int, "SELECT count(*) FROM event") == 0
        assert await reader.all(bytes, "SELECT body FROM delivery WHERE body IS NOT NULL") == []
    subscriptions = (await status(desk))["subscriptions"]
    assert dict(subscriptions.failing) == {"inactive: answered 410": 2, "events not delivered within 30 days": 7}
    await keep(desk.db, dialects=desk.dialects, clock=desk.clock)
    assert len(await desk.states()) == 4


async def test_what_was_delivered_or_is_younger_stays(desk: Desk, receiver: Receiver, dsn: str) -> None:
    receiver.answers(200, 500)
    await desk.subscribe(receiver.url())
    for user in ("anna", "ben"):
        await desk.updates(user)
        await desk.deliver()
    await desk.updates("carla")
    days_pass(dsn, 29)
    desk.clock.forward(days=29)
    await keep(desk.db, dialects=desk.dialects, clock=desk.clock)
    assert await desk.states() == [("delivered", 1), ("open", 1)]
    await desk.deliver()
    assert [event["user"] for one in receiver.received for event in one.events] == ["anna", "ben", "ben", "carla"]


async def test_the_delivery_log_is_forgotten_after_thirty_days(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver()
    desk.clock.forward(days=20)
    await desk.updates("ben")
    await desk.deliver()
    desk.clock.forward(days=11)
    assert await keep(desk.db, dialects=desk.dialects, clock=desk.clock) == 1
    assert len(await desk.states()) == 1


async def test_status_tells_what_is_due_and_what_fails(desk: Desk, receiver: Receiver) -> None:
    assert await status(desk) == {
        "deliveries": WorkStatus(kind="deliveries", due=0),
        "subscriptions": WorkStatus(kind="subscriptions", due=0),
    }
    receiver.answers(503)
    await desk.subscribe(receiver.url("/one"))
    await desk.subscribe("http://127.0.0.1:1/two")
    await desk.updates("anna")
    assert (await status(desk))["subscriptions"].due == 2
    await desk.deliver()
    desk.clock.forward(minutes=5)
    told = await status(desk)
    assert told["subscriptions"].due == 0
    assert told["deliveries"].due == 2
    assert told["deliveries"].oldest_age == pytest.approx(295, abs=1.5)
    assert dict(told["deliveries"].failing) == {
        "answered 503": 1,
        "the host accepts no connection": 1,
    }
