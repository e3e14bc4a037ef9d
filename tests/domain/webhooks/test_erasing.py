"""Deleting a user beats durability: what waits loses the user's data before the deletion is committed."""

from tests.domain.webhooks.test_deliveries import users
from tests.support.receiver import Receiver, Reply
from tests.support.webhooks import Desk
from wattlink.domain.events.model import EventType
from wattlink.domain.events.record import erase_payloads, record
from wattlink.domain.webhooks.deliveries.model import Attempt
from wattlink.domain.webhooks.erasing.erase import lock_cursors, refreeze_open


async def delete(desk: Desk, user: str) -> None:
    """What deleting a user does to events, in that order."""
    async with desk.db.transaction() as tx:
        await lock_cursors(tx, desk.access)
        await erase_payloads(tx, desk.access, desk.users[user])
        await refreeze_open(tx, desk.access, desk.users[user], now=desk.clock())
        await record(tx, [desk.fact(user, EventType.DEVICE_DELETED)], now=desk.clock())


async def bodies(desk: Desk) -> list[bytes]:
    async with desk.db.read() as reader:
        return await reader.all(bytes, "SELECT body FROM delivery WHERE body IS NOT NULL")


async def test_what_waits_in_the_feed_is_passed_over(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben", "anna")
    await delete(desk, "anna")
    await desk.deliver()
    events = [(event["event"], event["user"]) for one in receiver.received for event in one.events]
    assert events == [("device.updated", "ben"), ("device.deleted", "anna")]


async def test_a_frozen_body_is_destroyed_and_the_rest_of_it_frozen_anew(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(500)
    await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben", "carla")
    await desk.deliver()
    await delete(desk, "ben")
    assert all(b"ben" not in body for body in await bodies(desk))
    await desk.deliver()
    first, second = receiver.received
    assert users([first, second]) == [["anna", "ben", "carla"], ["anna", "carla", "ben"]]
    assert [event["event"] for event in second.events] == ["device.updated", "device.updated", "device.deleted"]
    assert first.headers["webhook-id"] != second.headers["webhook-id"]


async def test_the_verdict_on_a_destroyed_body_changes_nothing(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben")
    (under_way,) = await desk.take()
    await delete(desk, "anna")
    assert await desk.settle(under_way, Attempt(status=200), go_on=True) == []
    await desk.deliver()
    assert users(receiver.received) == [["ben", "anna"]]


async def test_a_body_that_was_set_aside_is_destroyed_too(desk: Desk, receiver: Receiver) -> None:
    receiver.answer = lambda received: Reply(400 if "anna" in users([received])[0] else 200)
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver_for(hours=1)
    await desk.updates("ben")
    await desk.deliver_for(hours=6, every_minutes=5)
    assert await desk.states() == [("held", 1), ("delivered", 1)]
    assert len(await bodies(desk)) == 1
    await delete(desk, "anna")
    assert await bodies(desk) == []


async def test_a_probe_and_the_doubted_body_go_back_together(desk: Desk, receiver: Receiver) -> None:
    receiver.answer = lambda _: Reply(400)
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver_for(hours=1)
    await desk.updates("ben")
    desk.clock.forward(hours=3)
    (doubted,) = await desk.take()
    (probe,) = await desk.settle(doubted, Attempt(status=400), go_on=True)
    assert probe.doubted_id == doubted.delivery_id
    await delete(desk, "ben")
    assert await bodies(desk) == []
    await desk.settle(probe, Attempt(status=200))
    receiver.answers()
    await desk.deliver()
    assert users(receiver.received[-1:]) == [["anna", "ben"]]


async def test_deliveries_of_other_users_stay_as_they_are(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(500)
    await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver()
    desk.fact("ben")
    await delete(desk, "ben")
    desk.clock.forward(minutes=1)
    await desk.deliver()
    first, second = receiver.received[:2]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
