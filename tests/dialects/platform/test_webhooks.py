"""Webhooks in the platform's words, the delivery log of all, resending and replaying."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from tests.dialects.platform.conftest import Caller, Organization, application_of
from tests.dialects.platform.test_feed import ANNA, charger_updated, happen, step_taken
from tests.support.clock import StillClock
from tests.support.loopback import LOOPBACK
from tests.support.receiver import Receiver
from tests.support.webhooks import PlainDialect
from wattlink.base.clock import rfc3339
from wattlink.base.ids import new_id
from wattlink.base.outbound import Network
from wattlink.dialects.platform.app import make_app
from wattlink.dialects.registry import DIALECTS, webhook_dialects
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.events.record import erase_payloads
from wattlink.domain.webhooks.deliveries.judge import judge
from wattlink.domain.webhooks.deliveries.model import Rules
from wattlink.domain.webhooks.deliveries.send import Sender
from wattlink.domain.webhooks.deliveries.settle import settle
from wattlink.domain.webhooks.deliveries.take import take
from wattlink.domain.webhooks.erasing.erase import lock_cursors
from wattlink.wiring import Hub


@pytest.fixture
def outbound_allow() -> Sequence[Network]:
    """The receiver's."""
    return LOOPBACK


async def deliver(hub: Hub) -> None:
    """One round of the pipeline."""
    dialects = webhook_dialects(hub.settings)
    rules = Rules(dialects=dialects, heartbeat_every=timedelta(hours=1))
    sender = Sender(outbound=hub.outbound, dialects=dialects, vault=hub.vault, clock=hub.clock)
    async with hub.db.transaction() as tx:
        outgoing = (await take(tx, rules=rules, now=hub.clock(), room=10)).outgoing
    while outgoing:
        one = outgoing.pop()
        attempt = await sender.attempt(one)
        verdict = judge(one, attempt, deactivate_after=timedelta(days=1), now=hub.clock())
        async with hub.db.transaction() as tx:
            outgoing += await settle(tx, [verdict], rules=rules, now=hub.clock())


async def test_link_session_steps_arrive_signed_as_standard_webhooks(
    hub: Hub, application: Caller, ours: Organization, receiver: Receiver, clock: StillClock
) -> None:
    made = await application.post("/webhooks", {"url": receiver.url(), "events": ["link_session.updated"]})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    mine = ours.application.application_id
    await happen(hub, charger_updated(mine, clock), step_taken(mine))
    await deliver(hub)
    (received,) = receiver.received
    assert [event["type"] for event in received.events] == ["link_session.updated"]
    signature = Webhook(secret).sign(received.headers["webhook-id"], clock(), received.body.decode())
    assert received.headers["webhook-signature"] == signature
    shown = (await application.get(f"/webhooks/{made.json()['id']}")).json()
    assert (shown["isActive"], shown["pendingEvents"], shown["failures"]) == (True, 0, 0)
    assert "secret" not in shown


async def test_the_log_tells_what_came_of_each_delivery(
    hub: Hub, application: Caller, ours: Organization, receiver: Receiver, clock: StillClock
) -> None:
    webhook = (await application.post("/webhooks", {"url": receiver.url()})).json()["id"]
    log, mine = f"/webhooks/{webhook}/deliveries", ours.application.application_id
    await happen(hub, charger_updated(mine, clock))
    await deliver(hub)
    clock.forward(minutes=1)
    receiver.answers(503)
    await happen(hub, charger_updated(mine, clock), charger_updated(mine, clock))
    await deliver(hub)
    newest, oldest = (await application.get(log)).json()["data"]
    assert (oldest["state"], oldest["events"], oldest["attempts"], oldest["lastStatus"]) == ("delivered", 1, 1, 200)
    assert (newest["state"], newest["events"], newest["lastError"]) == ("open", 2, "answered 503")
    assert newest["nextAttemptAt"] > newest["createdAt"]
    assert (await application.get(f"/deliveries/{newest['id']}")).json() == newest
    for state, expected in (("open", [newest]), ("delivered", [oldest]), ("held", [])):
        assert (await application.get(log, state=state)).json()["data"] == expected
    first = (await application.get(log, pageSize=1)).json()
    second = (await application.get(log, pageSize=1, after=first["pagination"]["after"])).json()
    back = (await application.get(log, pageSize=1, before=second["pagination"]["before"])).json()
    assert [page["data"] for page in (first, second, back)] == [[newest], [oldest], [newest]]

    assert (await application.post(f"/deliveries/{newest['id']}/resend")).json()["isAccepted"] is None
    await deliver(hub)
    assert (await application.get(f"/deliveries/{newest['id']}")).json()["state"] == "delivered"


async def test_what_arrived_is_sent_again_under_its_id_without_deleted_users(
    hub: Hub, application: Caller, ours: Organization, receiver: Receiver, clock: StillClock
) -> None:
    webhook = (await application.post("/webhooks", {"url": receiver.url()})).json()["id"]
    mine, ben = ours.application.application_id, UserId(new_id())
    await happen(hub, charger_updated(mine, clock), charger_updated(mine, clock, ben, "ben"))
    await deliver(hub)
    (delivery,) = (await application.get(f"/webhooks/{webhook}/deliveries")).json()["data"]
    resend = f"/deliveries/{delivery['id']}/resend"
    assert (await application.post(resend)).json() == {"isAccepted": True, "status": 200, "error": None}
    first, second = receiver.received
    assert (second.body, second.headers["webhook-id"]) == (first.body, first.headers["webhook-id"])

    async with hub.db.transaction() as tx:
        await erase_payloads(tx, Access(applications=(mine,)), ANNA)
    receiver.answers(500)
    assert (await application.post(resend)).json()["error"] == "answered 500"
    assert [event["userId"] for event in receiver.received[-1].events] == ["ben"]
    async with hub.db.transaction() as tx:
        await erase_payloads(tx, Access(applications=(mine,)), ben)
    assert (await application.post(resend)).status_code == 410
    assert (await application.get(f"/deliveries/{delivery['id']}")).json()["attempts"] == 3


async def test_what_was_held_is_delivered_once_the_receiver_takes_it(
    hub: Hub, application: Caller, ours: Organization, receiver: Receiver, clock: StillClock
) -> None:
    webhook = (await application.post("/webhooks", {"url": receiver.url()})).json()["id"]
    mine = ours.application.application_id
    receiver.answers(*[422] * 5)
    await happen(hub, charger_updated(mine, clock))
    for attempt in range(5):
        await deliver(hub)
        clock.forward(hours=4)
        if attempt == 0:
            await happen(hub, charger_updated(mine, clock))
    (held,) = (await application.get(f"/webhooks/{webhook}/deliveries", state="held")).json()["data"]
    assert (await application.get(f"/webhooks/{webhook}")).json()["heldDeliveries"] == 1
    assert (await application.post(f"/deliveries/{held['id']}/resend")).json()["isAccepted"] is True
    assert receiver.received[-1].body == receiver.received[0].body
    assert (await application.get(f"/deliveries/{held['id']}")).json()["state"] == "delivered"
    assert (await application.get(f"/webhooks/{webhook}")).json()["heldDeliveries"] == 0


async def test_a_replay_that_has_nothing_to_move_holds_nobody_up(
    hub: Hub, application: Caller, ours: Organization, receiver: Receiver, clock: StillClock
) -> None:
    webhook = (await application.post("/webhooks", {"url": receiver.url()})).json()["id"]
    mine, tomorrow = ours.application.application_id, rfc3339(clock() + timedelta(days=1))
    await happen(hub, charger_updated(mine, clock))
    async with hub.db.transaction() as tx:
        await lock_cursors(tx, Access(applications=(mine,)))  # as whoever writes verdicts down does
        answer = await application.post(f"/webhooks/{webhook}/replay", {"since": tomorrow})
    assert answer.json() == {"pendingEvents": 1}


async def test_what_can_t_be_rendered_is_told_when_it_is_sent_again(
    hub: Hub, application: Caller, ours: Organization, receiver: Receiver
) -> None:
    webhook = (await application.post("/webhooks", {"url": receiver.url()})).json()["id"]
    await happen(hub, step_taken(ours.application.application_id))
    await deliver(hub)
    (delivery,) = (await application.get(f"/webhooks/{webhook}/deliveries")).json()["data"]
    plain = PlainDialect()
    async with hub.db.transaction() as tx:
        await tx.execute(
            "UPDATE event SET payload = payload || jsonb_build_object('vendor', %(vendor)s::text)",
            vendor=plain.stumbles_over,
        )
    other = await application_of(hub, make_app(hub, {"platform": plain}), ours)
    answer = await other.post(f"/deliveries/{delivery['id']}/resend")
    assert answer.json() == {"isAccepted": False, "status": None, "error": "could not be rendered"}
    assert len(receiver.received) == 1


async def test_a_replay_delivers_again_all_that_happened_since(
    hub: Hub, application: Caller, ours: Organization, receiver: Receiver, clock: StillClock
) -> None:
    webhook = (await application.post("/webhooks", {"url": receiver.url()})).json()["id"]
    replay, mine = f"/webhooks/{webhook}/replay", ours.application.application_id
    moments = []
    for _ in range(3):
        clock.forward(minutes=10)
        moments.append(clock())
        await happen(hub, charger_updated(mine, clock))
        await deliver(hub)
    assert (await application.post(replay, {"since": rfc3339(moments[1])})).json() == {"pendingEvents": 2}
    await deliver(hub)
    ids = [[event["id"] for event in one.events] for one in receiver.received]
    assert ids[3] == [*ids[1], *ids[2]]
    deliveries = [one.headers["webhook-id"] for one in receiver.received]
    assert len(set(deliveries)) == 4
    later = rfc3339(clock() + timedelta(hours=1))
    assert (await application.post(replay, {"since": later})).json() == {"pendingEvents": 0}
    old = await application.post(replay, {"since": rfc3339(clock() - timedelta(days=31))})
    assert (old.status_code, old.json()["issues"][0]["field"]) == (400, "since")


async def test_a_replay_never_passes_over_what_waits(
    hub: Hub, application: Caller, ours: Organization, receiver: Receiver, clock: StillClock
) -> None:
    webhook = (await application.post("/webhooks", {"url": receiver.url()})).json()["id"]
    mine = ours.application.application_id
    receiver.answers(500)
    await happen(hub, charger_updated(mine, clock))
    await deliver(hub)
    clock.forward(minutes=10)
    await happen(hub, charger_updated(mine, clock))
    answer = await application.post(f"/webhooks/{webhook}/replay", {"since": rfc3339(clock())})
    assert answer.json() == {"pendingEvents": 1}
    for _ in range(2):
        await deliver(hub)
    failed, repeated, next_ = receiver.received
    assert failed.body == repeated.body != next_.body


async def test_webhooks_of_other_dialects_are_shown_and_changed_where_they_were_made(
    hub: Hub, application: Caller, receiver: Receiver
) -> None:
    enode = Caller(DIALECTS["enode"](hub), application.token)
    made = (await enode.post("/webhooks", {"url": receiver.url(), "secret": "a secret"})).json()["id"]
    own = (await application.post("/webhooks", {"url": receiver.url()})).json()["id"]
    listed = (await application.get("/webhooks")).json()["data"]
    assert {(webhook["id"], webhook["dialect"]) for webhook in listed} == {(own, "platform"), (made, "enode")}
    assert [webhook["id"] for webhook in (await enode.get("/webhooks")).json()["data"]] == [made]
    assert (await application.patch(f"/webhooks/{made}", {"events": ["*"]})).status_code == 404
    assert (await application.delete(f"/webhooks/{made}")).status_code == 404
    for answer in (
        await enode.get(f"/webhooks/{own}"),
        await enode.patch(f"/webhooks/{own}", {"events": ["*"]}),
        await enode.post(f"/webhooks/{own}/test"),
        await enode.delete(f"/webhooks/{own}"),
    ):
        assert answer.status_code == 404
    assert (await application.post(f"/webhooks/{made}/test")).json()["succeeded"] is True
    assert receiver.received[-1].events[0]["event"] == "enode:webhook:test"
    assert (await application.patch(f"/webhooks/{own}", {"events": ["*"]})).status_code == 200
    assert (await application.delete(f"/webhooks/{own}")).status_code == 204


async def test_what_is_another_s_looks_like_what_isn_t_there(
    hub: Hub, application: Caller, theirs: Organization, receiver: Receiver, ours: Organization
) -> None:
    webhook = (await application.post("/webhooks", {"url": receiver.url()})).json()["id"]
    await happen(hub, step_taken(ours.application.application_id))
    await deliver(hub)
    (delivery,) = (await application.get(f"/webhooks/{webhook}/deliveries")).json()["data"]
    other = await application_of(hub, DIALECTS["platform"](hub), theirs)
    for path in (f"/webhooks/{webhook}", f"/webhooks/{webhook}/deliveries", f"/deliveries/{delivery['id']}"):
        assert (await other.get(path)).status_code == 404
    assert (await other.post(f"/deliveries/{delivery['id']}/resend")).status_code == 404
    assert (await other.post(f"/webhooks/{webhook}/test")).status_code == 404
    replay = await other.post(f"/webhooks/{webhook}/replay", {"since": rfc3339(hub.clock())})
    assert replay.status_code == 404
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://example.com/hook"}, "url"),
        ({"url": "https://example.com/hook", "secret": "short"}, "secret"),
        ({"url": "https://example.com/hook", "events": ["device.exploded"]}, "events[0]"),
        ({"url": "https://example.com/hook", "colour": "red"}, "colour"),
    ],
)
async def test_bad_webhooks_are_refused_with_the_field(
    application: Caller, body: dict[str, object], field: str
) -> None:
    answer = await application.post("/webhooks", body)
    assert answer.status_code == 400
    assert [issue["field"] for issue in answer.json()["issues"]] == [field]
