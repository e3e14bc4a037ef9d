"""Events on their way to a receiver: in order, gathered while one is under way, none lost, none silently dropped."""

from datetime import timedelta

import pytest

from tests.support.receiver import Received, Receiver, Reply
from tests.support.webhooks import Desk
from wattlink.domain.events.model import EventType
from wattlink.domain.webhooks.deliveries.judge import pause
from wattlink.domain.webhooks.deliveries.model import Attempt


def users(received: list[Received]) -> list[list[str]]:
    """Whose events came, by request."""
    return [[event["user"] for event in one.events] for one in received]


async def test_what_happens_after_subscribing_is_delivered_in_order(desk: Desk, receiver: Receiver) -> None:
    await desk.updates("before")
    await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben")
    await desk.updates("carla")
    assert await desk.deliver() == 1
    assert users(receiver.received) == [["anna", "ben", "carla"]]
    assert await desk.deliver() == 0


async def test_a_retry_has_the_same_bytes_and_the_same_id(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(500, 503)
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver()
    await desk.updates("ben")
    assert await desk.deliver() == 0  # ben waits in the feed, anna for her time
    for _ in range(2):
        desk.clock.forward(minutes=1)
        await desk.deliver()
    first, second, third, fourth = receiver.received
    assert users([first, second, third, fourth]) == [["anna"], ["anna"], ["anna"], ["ben"]]
    assert first.body == second.body == third.body
    assert first.headers["webhook-id"] == third.headers["webhook-id"] != fourth.headers["webhook-id"]
    assert first.headers["x-plain-delivery"] == third.headers["x-plain-delivery"] == third.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


async def test_events_gather_only_while_a_delivery_is_under_way(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    (under_way,) = await desk.take()
    await desk.updates("ben")
    await desk.updates("carla")
    assert await desk.take() == []
    (following,) = await desk.settle(under_way, Attempt(status=204), go_on=True)
    assert b"ben" in following.body
    assert b"carla" in following.body


async def test_an_array_carries_at_most_as_many_events_as_allowed(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates(*[str(number) for number in range(250)])
    await desk.deliver()
    assert [len(one.events) for one in receiver.received] == [100, 100, 50]
    assert [user for one in users(receiver.received) for user in one] == [str(number) for number in range(250)]


async def test_only_what_is_subscribed_to_and_shown_by_the_dialect_comes(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url("/deleted"), "device.deleted")
    await desk.subscribe(receiver.url("/all"))
    await desk.happen(
        desk.fact("anna", EventType.DEVICE_DISCOVERED),  # which this dialect has no name for
        desk.fact("anna", EventType.DEVICE_UPDATED),
        desk.fact("anna", EventType.DEVICE_DELETED),
    )
    await desk.deliver()
    assert {one.path: [event["event"] for event in one.events] for one in receiver.received} == {
        "/deleted": ["device.deleted"],
        "/all": ["device.updated", "device.deleted"],
    }
    async with desk.db.transaction() as tx:
        assert await tx.all(str, "SELECT state FROM delivery WHERE state <> 'delivered'") == []
    assert await desk.deliver() == 0


async def test_one_application_never_gets_anothers_events(desk: Desk, receiver: Receiver, other_desk: Desk) -> None:
    await desk.subscribe(receiver.url("/ours"))
    await other_desk.subscribe(receiver.url("/theirs"))
    await desk.updates("anna")
    await other_desk.updates("ben")
    await desk.deliver()  # the pump's rounds are everybody's
    assert sorted((one.path, one.events[0]["user"]) for one in receiver.received) == [
        ("/ours", "anna"),
        ("/theirs", "ben"),
    ]


async def test_a_failing_receiver_holds_no_other(desk: Desk, receiver: Receiver) -> None:
    receiver.answer = lambda received: Reply(500 if received.path == "/failing" else 200)
    await desk.subscribe(receiver.url("/failing"))
    await desk.subscribe(receiver.url("/healthy"))
    for name in ("anna", "ben", "carla"):
        await desk.updates(name)
        await desk.deliver()
    assert [one.events[0]["user"] for one in receiver.received if one.path == "/healthy"] == ["anna", "ben", "carla"]
    assert [one.events[0]["user"] for one in receiver.received if one.path == "/failing"] == ["anna"]


async def test_without_an_answer_the_reason_is_kept(desk: Desk) -> None:
    made = await desk.subscribe("http://127.0.0.1:1/closed")
    await desk.updates("anna")
    await desk.deliver()
    async with desk.db.read() as reader:
        reasons = await reader.all(str, "SELECT last_error FROM delivery")
    assert reasons == ["the host accepts no connection"]
    assert (await desk.subscription(made.subscription_id)).is_active


async def test_what_was_taken_by_a_process_that_died_is_sent_again(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    (lost,) = await desk.take()  # and the process dies before sending
    assert await desk.take() == []
    await desk.end_leases()
    (again,) = await desk.take()
    assert (again.delivery_id, again.body) == (lost.delivery_id, lost.body)
    assert again.turn > lost.turn


async def test_a_verdict_that_comes_too_late_changes_nothing(desk: Desk, receiver: Receiver) -> None:
    made = await desk.subscribe(receiver.url())
    await desk.updates("anna")
    (slow,) = await desk.take()
    await desk.end_leases()
    (again,) = await desk.take()
    assert await desk.settle(slow, Attempt(status=500), go_on=True) == []
    assert await desk.states() == [("open", 1)]
    await desk.settle(again, Attempt(status=200))
    assert await desk.states() == [("delivered", 1)]
    assert await desk.settle(slow, Attempt(status=410)) == []
    assert (await desk.subscription(made.subscription_id)).is_active


async def test_a_delivery_that_was_sent_but_not_saved_arrives_twice_alike(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    (sent,) = await desk.take()
    await desk.sender.attempt(sent)  # and the process dies before saving
    await desk.end_leases()
    await desk.deliver()
    first, second = receiver.received
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


async def test_a_receiver_that_fails_for_a_day_becomes_inactive_and_loses_nothing(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answer = lambda _: Reply(500)
    made = await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver_for(hours=23, every_minutes=10)
    assert (await desk.subscription(made.subscription_id)).is_active
    await desk.updates("ben")
    await desk.deliver_for(hours=6, every_minutes=10)
    inactive = await desk.subscription(made.subscription_id)
    assert not inactive.is_active
    assert inactive.inactive_reason == "answered 500"
    tried = len(receiver.received)
    assert 12 <= tried <= 25  # growing intervals: about eighteen times in a day
    await desk.deliver_for(hours=6, every_minutes=10)
    assert len(receiver.received) == tried


async def test_an_outage_of_ours_makes_no_subscription_inactive(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(500, 500)
    made = await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver()
    desk.clock.forward(days=3)  # in which nothing of ours ran
    await desk.deliver()
    assert (await desk.subscription(made.subscription_id)).is_active
    desk.clock.forward(minutes=10)
    await desk.deliver()
    assert await desk.states() == [("delivered", 1)]


async def test_gone_is_believed_at_once(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(410)
    made = await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver()
    assert not (await desk.subscription(made.subscription_id)).is_active
    assert await desk.states() == [("open", 1)]  # what it carries is held


async def test_a_success_forgets_past_failures(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(500, 500, 200, *[500] * 8)
    made = await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver_for(hours=1)
    arrived = (await desk.subscription(made.subscription_id)).last_success_at
    assert arrived > made.created_at
    desk.clock.forward(days=2)
    await desk.updates("ben")
    await desk.deliver_for(hours=2)
    assert len(receiver.received) > 3 + 5  # failing often enough, but not for a day
    assert (await desk.subscription(made.subscription_id)).is_active


@pytest.mark.parametrize("asked", ["600", "Mon, 02 Mar 2026 18:40:00 GMT"])
async def test_a_receiver_may_ask_for_a_pause(desk: Desk, receiver: Receiver, asked: str) -> None:
    replies = [Reply(429, headers={"retry-after": asked})]
    receiver.answer = lambda _: replies.pop() if replies else Reply()
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver()
    desk.clock.forward(minutes=9, seconds=59)
    assert await desk.deliver() == 0
    desk.clock.forward(seconds=1)
    assert await desk.deliver() == 1


@pytest.mark.parametrize("asked", ["-5", "soon", "²", "0", "Sun, 06 Nov 1994 08:49:37 GMT", "9" * 30, ""])
async def test_a_pause_that_makes_no_sense_is_our_own(desk: Desk, receiver: Receiver, asked: str) -> None:
    replies = [Reply(503, headers={"retry-after": asked})]
    receiver.answer = lambda _: replies.pop() if replies else Reply()
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver()
    assert await desk.deliver() == 0
    desk.clock.forward(seconds=7)
    assert await desk.deliver() == 1


def test_pauses_grow_to_three_hours() -> None:
    for tries, seconds in ((1, 5), (2, 10), (6, 160), (11, 5_120), (12, 10_240), (13, 10_800), (1_000, 10_800)):
        lengths = {pause(tries) for _ in range(50)}
        assert len(lengths) > 1
        assert all(0.8 * seconds <= length.total_seconds() <= 1.2 * seconds for length in lengths)
    assert pause(1, timedelta(days=400)) == timedelta(hours=3)


async def test_a_heartbeat_goes_before_what_waits_and_counts_it(desk: Desk, receiver: Receiver) -> None:
    made = await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben")
    await desk.heartbeat_due(made.subscription_id)
    await desk.deliver()
    heartbeat, array = receiver.received
    assert (heartbeat.events[0]["event"], heartbeat.events[0]["pending"]) == ("heartbeat", 2)
    assert users([array]) == [["anna", "ben"]]
    assert await desk.deliver() == 0
    desk.clock.forward(days=365)
    assert await desk.deliver() == 1
    assert receiver.received[-1].events[0]["pending"] == 0


async def test_the_first_heartbeat_comes_after_the_first_while(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    assert await desk.deliver() == 0
    desk.clock.forward(seconds=desk.rules.heartbeat_every.total_seconds())
    assert await desk.deliver() == 1
    assert receiver.received[0].events[0]["event"] == "heartbeat"


async def test_a_heartbeat_that_is_refused_is_dropped_and_counts_for_nothing(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(400)
    made = await desk.subscribe(receiver.url())
    await desk.heartbeat_due(made.subscription_id)
    await desk.deliver()
    await desk.updates("anna")
    await desk.deliver()
    assert await desk.states() == [("dropped", 0), ("delivered", 1)]
    assert (await desk.subscription(made.subscription_id)).is_active


async def test_an_event_that_cannot_be_rendered_stops_no_other(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.happen(
        desk.fact("anna"), desk.fact("ben", note=desk.dialects["plain"].stumbles_over), desk.fact("carla")
    )
    await desk.deliver()
    await desk.deliver()
    assert users(receiver.received) == [["anna"], ["carla"]]
    assert await desk.states() == [("delivered", 1), ("held", 1), ("delivered", 1)]
