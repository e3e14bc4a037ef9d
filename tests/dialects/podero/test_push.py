"""A partner manages its webhooks, reads the feed, and hears of nobody who is gone and of nothing that isn't its own."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs
from standardwebhooks import Webhook

from tests.dialects.platform.test_feed import charger_updated, happen, step_taken
from tests.dialects.platform.test_webhooks import deliver
from tests.dialects.podero.conftest import Partner
from tests.support.clock import StillClock
from tests.support.in_process import client_of
from tests.support.loopback import LOOPBACK
from tests.support.receiver import Receiver
from wattlink.base.ids import new_id
from wattlink.base.outbound import Network
from wattlink.connectors.devices import Kind
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.events.model import EventType, Fact, Payload
from wattlink.wiring import Hub

_ABSENT = f"/webhooks/{uuid4()}"


@pytest.fixture
def outbound_allow() -> Sequence[Network]:
    """The receiver's."""
    return LOOPBACK


def names(events: list[dict[str, Any]]) -> list[str]:
    """What these events are called."""
    return [event["type"] for event in events]


async def feed(partner: Partner, **query: str) -> list[dict[str, Any]]:
    """The events that the feed tells."""
    return [one["event"] for one in (await partner.call("GET", "/events", **query))["events"]]


async def test_a_webhook_is_made_read_changed_and_ended(partner: Partner, receiver: Receiver) -> None:
    header = {"name": "X-Api-Key", "value": "of the partner"}
    made = await partner.call("POST", "/webhooks", {"url": receiver.url(), "header": header})
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert (made["events"], made["header_name"], made["is_active"]) == (["*"], "x-api-key", True)
    assert await partner.call("GET", "/webhooks") == [made]
    path = f"/webhooks/{made['id']}"
    assert await partner.call("GET", path) == {
        **made,
        "failing_since": None,
        "failures": 0,
        "pending_events": 0,
        "held_deliveries": 0,
    }
    changed = await partner.call("PUT", path, {"events": ["user.created"], "header": None})
    assert changed == {**made, "events": ["user.created"], "header_name": None}
    assert await partner.call("PUT", path, {}) == changed
    assert await partner.call("DELETE", path) is None
    assert await partner.call("GET", "/webhooks") == []
    assert (await partner.refusal("GET", path))[0] == 404


async def test_what_can_t_be_used_is_named_as_elsewhere(partner: Partner, receiver: Receiver) -> None:
    _, missing = await partner.refusal("POST", "/webhooks", {})
    assert missing == [{"type": "missing", "loc": ["body", "data", "url"], "msg": "Field required"}]
    status, unknown = await partner.refusal("POST", "/webhooks", {"url": receiver.url(), "events": ["user:created"]})
    assert (status, unknown[0]["loc"]) == (422, ["body", "data", "events", 0])
    for url in (
        "http://partner.example/hook",
        "https://a:b@partner.example/hook",
        "ftp://partner.example/",
        "https://",
    ):
        status, refused = await partner.refusal("POST", "/webhooks", {"url": url})
        assert (status, refused[0]["loc"]) == (422, ["body", "data", "url"]), url
    own = {"name": "webhook-id", "value": "mine"}
    assert (await partner.refusal("POST", "/webhooks", {"url": receiver.url(), "header": own}))[0] == 422
    assert (await partner.refusal("POST", "/webhooks", {"url": receiver.url(), "secret": "short"}))[0] == 422
    await partner.call("POST", "/webhooks", {"url": receiver.url()})
    assert (await partner.refusal("POST", "/webhooks", {"url": receiver.url()}))[0] == 409
    for method, body in (("GET", None), ("PUT", {}), ("DELETE", None)):
        assert (await partner.refusal(method, _ABSENT, body))[0] == 404
    assert (await partner.refusal("POST", _ABSENT + "/test"))[0] == 404


async def test_a_test_arrives_signed_and_is_answered_for(
    partner: Partner, receiver: Receiver, clock: StillClock
) -> None:
    made = await partner.call("POST", "/webhooks", {"url": receiver.url()})
    path = f"/webhooks/{made['id']}/test"
    assert (await partner.call("POST", path))["succeeded"] is True
    (received,) = receiver.received
    assert names(received.events) == ["webhook.test"]
    signature = Webhook(made["secret"]).sign(received.headers["webhook-id"], clock(), received.body.decode())
    assert received.headers["webhook-signature"] == signature
    receiver.answers(503)
    assert await partner.call("POST", path) == {"succeeded": False, "description": "answered 503", "status": 503}
    private = await partner.call("POST", "/webhooks", {"url": "https://10.0.0.1/hook"})
    refused = await partner.call("POST", f"/webhooks/{private['id']}/test")
    assert (refused["succeeded"], refused["status"]) == (False, None)


async def test_webhooks_of_other_dialects_are_managed_where_they_were_made(
    hub: Hub, partner: Partner, receiver: Receiver
) -> None:
    own = (await partner.call("POST", "/webhooks", {"url": receiver.url()}))["id"]
    for dialect, body in (("enode", {"secret": "a secret"}), ("platform", {})):
        async with client_of(DIALECTS[dialect](hub), f"Bearer {partner.token}") as other:
            made = (await other.post("/webhooks", json={"url": receiver.url(), **body})).json()["id"]
            for method, change in (("GET", None), ("PUT", {"events": ["*"]}), ("DELETE", None)):
                assert (await partner.refusal(method, f"/webhooks/{made}", change))[0] == 404
            assert (await partner.refusal("POST", f"/webhooks/{made}/test"))[0] == 404
            assert (await other.patch(f"/webhooks/{own}", json={"events": ["*"]})).status_code == 404
            assert (await other.delete(f"/webhooks/{own}")).status_code == 404
            read = await other.get(f"/webhooks/{own}")
            if dialect == "enode":
                assert read.status_code == 404
                assert (await other.post(f"/webhooks/{own}/test")).status_code == 404
            else:  # which shows how all of them do, and has the log
                assert read.json()["dialect"] == "podero"
                assert (await other.post(f"/webhooks/{own}/test")).json()["succeeded"] is True
                assert names(receiver.received[-1].events) == ["webhook.test"]
    assert [one["id"] for one in await partner.call("GET", "/webhooks")] == [own]


async def test_another_partner_sees_none_of_it(partner: Partner, other_partner: Partner, receiver: Receiver) -> None:
    made = await partner.call("POST", "/webhooks", {"url": receiver.url()})
    await partner.new_user()
    for method, body in (("GET", None), ("PUT", {}), ("DELETE", None)):
        assert (await other_partner.refusal(method, f"/webhooks/{made['id']}", body))[0] == 404
    assert (await other_partner.refusal("POST", f"/webhooks/{made['id']}/test"))[0] == 404
    assert await other_partner.call("GET", "/webhooks") == []
    assert await feed(other_partner) == []
    cursor = (await partner.call("GET", "/events"))["cursor"]
    status, refused = await other_partner.refusal("GET", f"/events?after={cursor}")
    assert (status, refused[0]["loc"]) == (422, ["query", "after"])
    foreign = other_partner.org_id
    other_partner.org_id = partner.org_id
    assert (await other_partner.refusal("GET", "/events"))[0] == 404
    other_partner.org_id = foreign


async def test_a_reader_of_the_feed_comes_back_with_its_cursor(partner: Partner) -> None:
    end = (await partner.call("GET", "/events/end"))["cursor"]
    users = [await partner.new_user(f"{number}@example.com") for number in range(3)]
    first = await partner.call("GET", "/events", after=end, limit="2")
    assert ([one["event"]["user"] for one in first["events"]], first["has_more"]) == (users[:2], True)
    rest = await partner.call("GET", "/events", after=first["cursor"])
    assert ([one["event"]["user"] for one in rest["events"]], rest["has_more"]) == (users[2:], False)
    again = await partner.call("GET", "/events", after=first["events"][0]["cursor"])
    assert [one["event"]["user"] for one in again["events"]] == users[1:]
    assert (await partner.call("GET", "/events", after=rest["cursor"]))["events"] == []
    assert (await partner.refusal("GET", "/events?limit=201"))[0] == 422


async def test_the_platform_s_feed_tells_it_in_the_same_words(hub: Hub, partner: Partner) -> None:
    await partner.new_user()
    async with client_of(DIALECTS["platform"](hub), f"Bearer {partner.token}") as platform:
        own = (await platform.get("/events")).json()["data"]
        same = (await platform.get("/events", params={"dialect": "podero"})).json()["data"]
    assert [one["event"] for one in same] == await feed(partner)
    assert [one["event"]["type"] for one in own] == ["user.created"]
    assert "user" not in own[0]["event"]


async def test_a_change_that_changes_nothing_is_no_event(partner: Partner) -> None:
    user = await partner.new_user(latitude=52.5, longitude=13.4)
    await partner.call("PUT", f"/users/{user['id']}", {"first_name": None, "latitude": 52.5})
    assert names(await feed(partner)) == ["user.created"]
    await partner.call("PUT", f"/users/{user['id']}", {"external_user_id": "c-1", "role": "staff"})
    assert (await feed(partner))[-1]["updated_fields"] == ["external_user_id", "role"]


async def test_of_a_deleted_user_only_ids_are_told_whether_it_was_delivered_or_not(
    hub: Hub, partner: Partner, receiver: Receiver, clock: StillClock
) -> None:
    webhook = (await partner.call("POST", "/webhooks", {"url": receiver.url()}))["id"]
    receiver.answers(503)
    user = await partner.new_user("pat@example.com", first_name="Patricia")
    await deliver(hub)
    assert b"Patricia" in receiver.received[0].body
    assert (await partner.call("GET", f"/webhooks/{webhook}"))["failures"] == 1
    await partner.call("PUT", f"/users/{user['id']}", {"last_name": "Doe"})
    await partner.call("DELETE", f"/users/{user['id']}")
    clock.forward(minutes=1)
    await deliver(hub)
    (event,) = receiver.received[-1].events
    assert event == {
        "id": event["id"],
        "type": "user.deleted",
        "created_at": event["created_at"],
        "user_id": user["id"],
    }
    assert await feed(partner) == [event]
    async with hub.db.read() as reader:
        kept = await reader.all(str, "SELECT payload::text FROM event WHERE payload IS NOT NULL")
        bodies = await reader.one(int, "SELECT count(*) FROM delivery WHERE body IS NOT NULL AND state = 'open'")
    assert not any("pat@example.com" in payload or "Patricia" in payload for payload in kept)
    assert bodies == 0


async def test_what_partners_don_t_see_is_not_told(hub: Hub, partner: Partner, clock: StillClock) -> None:
    mine = partner.client.application_id
    charger = charger_updated(mine, clock)
    unseen = structs.replace(charger, payload=structs.replace(charger.payload, updated_fields=("odometer",)))
    battery = Fact(
        type=EventType.DEVICE_DELETED,
        application_id=mine,
        user_id=charger.user_id,
        device_id=DeviceId(new_id()),
        payload=Payload(user="anna", vendor="easee", kind=Kind.BATTERY),
    )
    await happen(hub, step_taken(mine), unseen, battery, charger)
    (told,) = await feed(partner)
    assert (told["type"], told["device_id"]) == ("wallbox.updated", str(charger.device_id))
    assert told["updated_fields"] == ["mode", "is_plugged_in", "is_charging", "charge_rate_w"]
    assert told["device"]["owner"]["external_id"] == "anna"


async def test_an_inactive_webhook_comes_back_by_a_put(
    hub: Hub, partner: Partner, receiver: Receiver, clock: StillClock
) -> None:
    path = f"/webhooks/{(await partner.call('POST', '/webhooks', {'url': receiver.url()}))['id']}"
    receiver.answers(410)
    await partner.new_user()
    await deliver(hub)
    shown = await partner.call("GET", path)
    assert (shown["is_active"], shown["pending_events"] >= 0) == (False, True)
    assert shown["inactive_reason"]
    clock.forward(minutes=1)
    assert (await partner.call("PUT", path, {"url": receiver.url("/other")}))["is_active"] is True
    await deliver(hub)
    assert (receiver.received[-1].path, names(receiver.received[-1].events)) == ("/other", ["user.created"])


async def test_a_heartbeat_says_how_many_wait(
    hub: Hub, partner: Partner, receiver: Receiver, clock: StillClock
) -> None:
    await partner.call("POST", "/webhooks", {"url": receiver.url(), "events": ["user.deleted"]})
    clock.forward(hours=1, seconds=1)
    await deliver(hub)
    (event,) = receiver.received[-1].events
    assert (event["type"], event["pending_events"]) == ("system.heartbeat", 0)
