"""What follows a delivery is made ready while that is sent; what makes it stale in the meantime throws it away."""

import msgspec
import pytest

from tests.domain.webhooks.test_deliveries import users
from tests.domain.webhooks.test_erasing import bodies, delete
from tests.support.receiver import Receiver
from tests.support.webhooks import Desk
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.webhooks.delete import delete as unsubscribe
from wattlink.domain.webhooks.deliveries.following.ahead import Ahead
from wattlink.domain.webhooks.deliveries.following.follow import follow
from wattlink.domain.webhooks.deliveries.following.model import Following
from wattlink.domain.webhooks.deliveries.judge import judge
from wattlink.domain.webhooks.deliveries.model import Attempt, Outgoing, Verdict
from wattlink.domain.webhooks.model import SubscriptionChanges
from wattlink.domain.webhooks.update import update


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.rules = msgspec.structs.replace(desk.rules, max_events=1)
    return desk


async def accepted(desk: Desk, sent: Outgoing) -> tuple[Verdict, Following]:
    """The verdict that `sent` was accepted, and what was made ready before to follow it."""
    ready = await followers(desk, sent)
    patience = desk.dialects[sent.dialect].deactivate_after
    verdict = judge(sent, Attempt(status=200), deactivate_after=patience, now=desk.clock())
    return verdict, ready[sent.delivery_id]


async def followers(desk: Desk, sent: Outgoing) -> dict[DeliveryId, Following]:
    ahead = Ahead(desk.db, desk.rules)
    ahead.look([sent])
    return await ahead.following([sent.delivery_id])


async def followed(desk: Desk, pair: tuple[Verdict, Following]) -> list[Outgoing]:
    async with desk.db.one_statement() as tx:
        return await follow(tx, [pair], rules=desk.rules, now=desk.clock())


async def test_what_is_ready_follows_at_once_and_is_written_down(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben", "carla")
    (sent,) = await desk.take()
    (second,) = await followed(desk, await accepted(desk, sent))
    assert b"ben" in second.body
    assert await bodies(desk) == [second.body]
    (third,) = await followed(desk, await accepted(desk, second))
    assert b"carla" in third.body
    assert await followers(desk, third) == {}
    assert await desk.states() == [("delivered", 1), ("delivered", 1), ("open", 1)]


async def test_what_is_ready_for_a_deleted_user_is_thrown_away(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben", "carla")
    (sent,) = await desk.take()
    pair = await accepted(desk, sent)
    await delete(desk, "ben")
    assert await followed(desk, pair) == []
    await desk.deliver()  # passes over what was erased
    await desk.deliver()
    assert users(receiver.received) == [["carla"], ["ben"]]
    assert [received.events[0]["event"] for received in receiver.received] == ["device.updated", "device.deleted"]


async def test_after_a_change_of_the_address_nothing_goes_to_the_old_one(desk: Desk, receiver: Receiver) -> None:
    subscription = await desk.subscribe(receiver.url("/old"))
    await desk.updates("anna", "ben")
    (sent,) = await desk.take()
    pair = await accepted(desk, sent)
    async with desk.db.transaction() as tx:
        changes = SubscriptionChanges(url=receiver.url("/new"))
        await update(
            tx,
            desk.access,
            subscription.subscription_id,
            changes,
            vault=desk.vault,
            now=desk.clock(),
            allows_http=desk.outbound.allows_http,
        )
    assert await followed(desk, pair) == []
    await desk.deliver()
    assert [received.path for received in receiver.received] == ["/new"]


async def test_a_due_heartbeat_goes_first(desk: Desk, receiver: Receiver) -> None:
    subscription = await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben")
    (sent,) = await desk.take()
    pair = await accepted(desk, sent)
    await desk.heartbeat_due(subscription.subscription_id)
    assert await followed(desk, pair) == []
    await desk.deliver()
    assert [received.events[0]["event"] for received in receiver.received] == ["heartbeat", "device.updated"]


async def test_nothing_follows_for_a_subscription_that_is_gone(desk: Desk, receiver: Receiver) -> None:
    subscription = await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben")
    (sent,) = await desk.take()
    pair = await accepted(desk, sent)
    async with desk.db.transaction() as tx:
        await unsubscribe(tx, desk.access, subscription.subscription_id)
    assert await followed(desk, pair) == []


async def test_a_verdict_whose_turn_is_over_settles_nothing(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url())
    await desk.updates("anna", "ben")
    (sent,) = await desk.take()
    pair = await accepted(desk, sent)
    await desk.end_leases()
    (again,) = await desk.take()
    assert await followed(desk, pair) == []
    assert await desk.states() == [("open", 1)]
    assert again.delivery_id == sent.delivery_id
