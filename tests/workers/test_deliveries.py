"""The pipeline at work: woken by what happens, held up by nobody, ended without losing anything."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg.conninfo import make_conninfo
from standardwebhooks import Webhook

from tests.support.receiver import Received, Receiver, Reply
from tests.support.webhooks import SECRET, Desk
from wattlink.db.database import Database, Notifier
from wattlink.domain.events.record import record
from wattlink.domain.webhooks.deliveries import store
from wattlink.domain.webhooks.deliveries.model import Rules
from wattlink.workers.deliveries import Deliveries

_PATIENCE_SECONDS = 120.0  # whose connection was lost waits for a lease of half a minute, perhaps after a pause


@asynccontextmanager
async def working(
    desk: Desk, *, max_events: int = 100, db: Database | None = None, at_once: int = 500
) -> AsyncIterator[Deliveries]:
    """The pump, woken by notifications, until the end of the block."""
    rules = Rules(dialects=desk.dialects, max_events=max_events, heartbeat_every=desk.rules.heartbeat_every)
    deliveries = Deliveries(db=db or desk.db, sender=desk.sender, rules=rules, clock=desk.clock, at_once=at_once)
    stop = asyncio.Event()

    async def listen() -> None:
        async for _ in desk.db.listen(["events"]):
            deliveries.wake()

    running, listening = asyncio.create_task(deliveries.run(stop)), asyncio.create_task(listen())
    try:
        yield deliveries
    finally:
        listening.cancel()
        stop.set()
        deliveries.wake()
        await running


async def until_settled(desk: Desk, *states: str) -> None:
    """Until every delivery is in one of these states and nothing waits."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while {state for state, _ in await desk.states()} - set(states):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def arrived(received: list[Received], path: str = "/hook") -> list[str]:
    return [event["user"] for one in received if one.path == path for event in one.events]


async def test_what_happens_arrives_and_verifies(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    async with working(desk):
        await desk.updates("anna")
        Notifier(desk.db).wake("events")
        (received,) = await receiver.until(1)
        await until_settled(desk, "delivered")
    Webhook(SECRET.encode()).verify(received.body, dict(received.headers))
    assert arrived([received]) == ["anna"]


async def test_a_thousand_events_of_twenty_subscriptions_arrive_in_order(desk: Desk, receiver: Receiver) -> None:
    for number in range(20):
        await desk.subscribe(receiver.url(f"/{number}"))
    await desk.updates(*[str(number) for number in range(50)])
    async with working(desk, max_events=1):
        await receiver.until(1_000)
        await until_settled(desk, "delivered")
    for number in range(20):
        assert arrived(receiver.received, f"/{number}") == [str(number) for number in range(50)]
    assert set(Counter(one.headers["webhook-id"] for one in receiver.received).values()) == {1}


async def test_a_receiver_that_hangs_holds_nobody_else(desk: Desk, receiver: Receiver) -> None:
    receiver.answer = lambda received: Reply(hangs=received.path.startswith("/hanging"))
    for number in range(30):
        await desk.subscribe(receiver.url(f"/hanging{number}"))
    await desk.subscribe(receiver.url("/healthy"))
    await desk.updates("first")
    async with working(desk):
        await receiver.until(31)
        for number in range(20):  # all while the thirty hang
            await desk.updates(str(number))
            Notifier(desk.db).wake("events")
            await receiver.until(32 + number)
        hanging = [one for one in receiver.received if one.path != "/healthy"]
        assert len(hanging) == 30
        assert arrived(receiver.received, "/healthy") == ["first", *map(str, range(20))]


async def test_when_all_places_are_taken_subscriptions_take_turns(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url("/first"))
    await desk.subscribe(receiver.url("/second"))
    for number in range(40):
        await desk.updates(str(number))
    async with working(desk, max_events=1, at_once=1):
        received = await receiver.until(80)
    assert arrived(received, "/first") == arrived(received, "/second") == [str(number) for number in range(40)]
    assert {one.path for one in received[:40]} == {"/first", "/second"}


async def test_an_event_behind_a_slow_transaction_comes_when_that_ends(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    async with working(desk):
        async with desk.db.transaction() as slow:
            await record(slow, [desk.fact("slow")], now=desk.clock())
            await desk.updates("quick")
            Notifier(desk.db).wake("events")
            await asyncio.sleep(0.3)
            assert receiver.received == []
        await receiver.until(1)
        await until_settled(desk, "delivered")
    assert arrived(receiver.received) == ["slow", "quick"]


async def test_two_processes_share_the_work_and_send_nothing_twice(desk: Desk, receiver: Receiver) -> None:
    for number in range(10):
        await desk.subscribe(receiver.url(f"/{number}"))
    async with working(desk, max_events=1), working(desk, max_events=1):
        for user in range(20):
            await desk.updates(str(user))
            Notifier(desk.db).wake("events")
        await receiver.until(200)
        await until_settled(desk, "delivered")
    assert len(receiver.received) == 200
    for number in range(10):
        assert arrived(receiver.received, f"/{number}") == [str(user) for user in range(20)]


async def test_stopping_finishes_what_is_being_sent_and_begins_nothing(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    receiver.hold()
    async with working(desk):
        await receiver.until(1)
        await desk.updates("ben")
        asyncio.get_running_loop().call_later(0.3, receiver.go_on)
    assert arrived(receiver.received) == ["anna"]
    assert await desk.states() == [("delivered", 1)]


async def test_stopping_again_and_again_leaves_nothing_held(desk: Desk, receiver: Receiver) -> None:
    for number in range(10):
        await desk.subscribe(receiver.url(f"/{number}"))
    await desk.updates(*[str(user) for user in range(60)])
    for round in range(1, 12):
        async with working(desk, max_events=1):
            await receiver.until(min(50 * round, 600))
        async with desk.db.read() as reader:
            assert await reader.one(int, "SELECT count(*) FROM delivery WHERE busy_until > now()") == 0
    async with working(desk, max_events=1):
        await receiver.until(600)
        await until_settled(desk, "delivered")
    assert len(receiver.received) == 600


async def test_what_is_given_back_can_be_taken_at_once(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    (taken,) = await desk.take()
    async with desk.db.transaction() as tx:
        await store.release(tx, [taken])
    (again,) = await desk.take()
    assert (again.delivery_id, again.body) == (taken.delivery_id, taken.body)
    async with desk.db.transaction() as tx:
        await store.release(tx, [taken])  # by one whose turn is over
    assert await desk.take() == []


async def test_a_database_that_ends_connections_again_and_again_costs_no_event(
    desk: Desk, receiver: Receiver, dsn: str
) -> None:
    await desk.subscribe(receiver.url())
    async with Database(make_conninfo(dsn, application_name="pump")) as its_own, working(desk, db=its_own):
        for number in range(10):
            await desk.updates(str(number))
            Notifier(desk.db).wake("events")
            async with desk.db.read() as reader:
                await reader.all(
                    bool, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pump'"
                )
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while arrived(receiver.received)[-1:] != ["9"]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await until_settled(desk, "delivered")
    assert list(dict.fromkeys(arrived(receiver.received))) == [str(number) for number in range(10)]
