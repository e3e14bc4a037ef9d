"""400, 413 and 422 speak of the body: arrays are split, one event that nobody wants is set aside, nothing is lost."""

import pytest

from tests.domain.webhooks.test_deliveries import users
from tests.support.receiver import Received, Receiver, Reply
from tests.support.webhooks import Desk


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_an_array_that_is_refused_twice_is_split(desk: Desk, receiver: Receiver, status: int) -> None:
    receiver.answer = lambda received: Reply(status if len(received.events) > 2 else 200)
    await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben", "carla", "dora", "emil")
    await desk.deliver_for(hours=1)
    assert users(receiver.received) == [
        ["anna", "ben", "carla", "dora", "emil"],
        ["anna", "ben", "carla", "dora", "emil"],
        ["anna", "ben"],
        ["carla", "dora", "emil"],
        ["carla", "dora", "emil"],
        ["carla"],
        ["dora", "emil"],
    ]


async def test_what_no_receiver_takes_is_set_aside_and_everything_else_arrives(desk: Desk, receiver: Receiver) -> None:
    receiver.answer = lambda received: Reply(400 if "poison" in users([received])[0] else 200)
    made = await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben", "poison", "carla", "dora")
    await desk.deliver_for(hours=2)
    accepted = [user for names in users(receiver.received) for user in names if "poison" not in names]
    assert accepted == ["anna", "ben", "carla", "dora"]
    assert users(receiver.received).count(["poison"]) == 5
    assert [state for state in await desk.states() if state[0] not in ("delivered", "replaced")] == [("held", 1)]
    assert (await desk.subscription(made.subscription_id)).is_active


async def test_a_receiver_that_refuses_everything_is_failing_and_nothing_is_set_aside(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answer = lambda _: Reply(400)
    made = await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben", "carla")
    await desk.deliver_for(hours=30, every_minutes=5)
    assert not (await desk.subscription(made.subscription_id)).is_active
    assert "held" not in {state for state, _ in await desk.states()}
    receiver.answers()
    await desk.reactivate(made.subscription_id)
    receiver.received.clear()
    await desk.deliver_for(hours=1)
    assert [user for names in users(receiver.received) for user in names] == ["anna", "ben", "carla"]


async def test_without_a_next_event_a_single_one_stays_and_is_tried_again(desk: Desk, receiver: Receiver) -> None:
    receiver.answer = lambda received: Reply(400 if "poison" in users([received])[0] else 200)
    await desk.subscribe(receiver.url())
    await desk.updates("poison")
    await desk.deliver_for(hours=2)
    assert await desk.states() == [("open", 1)]
    await desk.updates("anna")
    await desk.deliver_for(hours=6, every_minutes=5)
    assert await desk.states() == [("held", 1), ("delivered", 1)]
    assert users(receiver.received)[-1] == ["anna"]


async def test_a_probe_is_sent_once_and_its_event_comes_in_its_turn(desk: Desk, receiver: Receiver) -> None:
    receiver.answer = lambda _: Reply(422)
    await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben", "carla")
    await desk.deliver_for(hours=0.5)
    probes = [one for one in receiver.received if users([one]) == [["ben"]]]
    assert len(probes) == len({one.headers["webhook-id"] for one in probes}) > 0
    receiver.answers()
    await desk.deliver_for(hours=4, every_minutes=5)
    accepted: list[Received] = receiver.received[-3:]
    assert [user for names in users(accepted) for user in names][-3:] == ["anna", "ben", "carla"]


async def test_a_probe_that_meets_a_failing_receiver_proves_nothing(desk: Desk, receiver: Receiver) -> None:
    poisoned = 0

    def answer(received: Received) -> Reply:
        nonlocal poisoned
        poisoned += "poison" in users([received])[0]
        if "poison" in users([received])[0]:
            return Reply(400)
        return Reply(503 if poisoned < 7 else 200)

    receiver.answer = answer
    await desk.subscribe(receiver.url())
    await desk.updates("poison")
    await desk.deliver_for(hours=1)
    await desk.updates("anna")
    await desk.deliver()
    assert "held" not in {state for state, _ in await desk.states()}
    await desk.deliver_for(hours=12, every_minutes=5)
    assert [state for state in await desk.states() if state[0] != "replaced"] == [("held", 1), ("delivered", 1)]


async def test_after_a_split_arrays_grow_again(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(413, 413)
    await desk.subscribe(receiver.url())
    await desk.updates(*[str(number) for number in range(20)])
    await desk.deliver_for(hours=1)
    sizes = [len(one.events) for one in receiver.received]
    assert sizes == [20, 20, 10, 10]
    await desk.updates(*[str(number) for number in range(36)])
    await desk.deliver()
    assert [len(one.events) for one in receiver.received[4:]] == [11, 12, 13]
