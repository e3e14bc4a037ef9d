"""Events on their way to a receiver: in order, as one array while one is under way, none lost, none silently dropped."""

from datetime import timedelta

import pytest

from tests.support.receiver import Receiver, Received, Reply
from tests.support.webhooks import Desk
from wattlink.domain.events.model import EventType
from wattlink.domain.webhooks.deliveries.model import Attempt


def users(received: list[Received]) -> list[list[str]]:
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
