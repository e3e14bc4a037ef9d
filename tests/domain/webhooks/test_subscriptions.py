"""What an app may subscribe with, change, try and end."""

import pytest
from msgspec import UNSET

from tests.support.receiver import Receiver, Reply
from tests.support.webhooks import SECRET, Desk, verify
from wattlink.domain.access.ids import SubscriptionId
from wattlink.domain.access.paging import PageRequest, Position
from wattlink.domain.errors import AlreadyExists, InvalidInput, NotFound
from wattlink.domain.webhooks import model, store
from wattlink.domain.webhooks.delete import delete
from wattlink.domain.webhooks.model import CustomHeader, SubscriptionChanges
from wattlink.domain.webhooks.rules import check_url
from wattlink.domain.webhooks.secrets import open_header, open_secret
from wattlink.domain.webhooks.test import test as try_out
from wattlink.domain.webhooks.update import update


async def changed(desk: Desk, subscription_id: SubscriptionId, changes: SubscriptionChanges) -> model.Subscription:
    async with desk.db.transaction() as tx:
        return await update(
            tx,
            desk.access,
            subscription_id,
            changes,
            vault=desk.vault,
            now=desk.clock(),
            allows_http=desk.outbound.allows_http,
        )


async def tried(desk: Desk, subscription_id: SubscriptionId) -> model.TestOutcome:
    return await try_out(
        desk.db,
        desk.access,
        subscription_id,
        outbound=desk.outbound,
        dialects=desk.dialects,
        vault=desk.vault,
        clock=desk.clock,
    )


async def test_a_new_subscription_shows_no_secret(desk: Desk) -> None:
    header = CustomHeader("X-App-Key", "app-key-value")
    made = await desk.subscribe("https://app.example/hook", "device.updated", header=header, api_version="2024-10-01")
    seen = await desk.subscription(made.subscription_id)
    assert seen == made
    assert (seen.url, seen.event_types, seen.api_version) == (
        "https://app.example/hook",
        ("device.updated",),
        "2024-10-01",
    )
    assert (seen.header_name, seen.is_active, seen.last_success_at) == ("x-app-key", True, seen.created_at)
    assert SECRET not in repr(seen)
    assert "app-key-value" not in repr(seen)


async def test_secrets_are_sealed_and_bound_to_their_row(desk: Desk) -> None:
    header = CustomHeader("x-app-key", "app-key-value")
    made = await desk.subscribe("https://app.example/hook", header=header)
    async with desk.db.read() as reader:
        (row,) = await reader.all(str, "SELECT to_jsonb(subscription)::text FROM subscription")
        address = await store.address(reader, desk.access, made.subscription_id)
    assert SECRET.encode().hex() not in row
    assert b"app-key-value".hex() not in row
    assert address.sealed_header is not None
    assert open_secret(desk.vault, made.subscription_id, address.sealed_secret) == SECRET
    assert open_header(desk.vault, made.subscription_id, address.sealed_header) == "app-key-value"


async def test_the_same_url_twice_needs_another_version(desk: Desk, other_desk: Desk) -> None:
    url = "https://app.example/hook"
    await desk.subscribe(url)
    with pytest.raises(AlreadyExists):
        await desk.subscribe(url)
    second = await desk.subscribe(url, api_version="2024-10-01")
    with pytest.raises(AlreadyExists):
        await changed(desk, second.subscription_id, SubscriptionChanges(api_version=None))
    await other_desk.subscribe(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https:/",
        "https://",
        "http://app.example/hook",
        "ftp://app.example/hook",
        "javascript:alert(1)",
        "app.example/hook",
        "//app.example/hook",
        "https://user:secret@app.example/hook",
        "https://app.example/ho ok",
        "https://app.example/hook\r\nx: y",
        "https://app.example\\@evil.example/",
        "https://äpp.example/hook",
        "https://app.example:99999/hook",
        "https://app.example:0/hook",
        "https://[::1/hook",
        "https://app.example/" + "x" * 200,
    ],
)
async def test_a_url_that_is_no_public_https_address_is_refused(desk: Desk, url: str) -> None:
    with pytest.raises(InvalidInput, match=r"^url: ") as refused:
        await desk.subscribe(url)
    assert refused.value.field == "url"


def test_http_is_for_loopback_that_the_operator_allows() -> None:
    check_url("http://localhost:8080/hook", lambda host: host == "localhost")
    with pytest.raises(InvalidInput):
        check_url("http://localhost.example/hook", lambda host: host == "localhost")


@pytest.mark.parametrize("secret", ["", "short", "x" * 257])
async def test_a_secret_has_six_to_256_characters(desk: Desk, secret: str) -> None:
    with pytest.raises(InvalidInput, match=r"^secret: "):
        await desk.subscribe("https://app.example/hook", secret=secret)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("", "value"),
        ("two words", "value"),
        ("colon:", "value"),
        ("x" * 129, "value"),
        ("x-app\r\nx-more", "value"),
        ("Host", "value"),
        ("content-length", "1"),
        ("transfer-encoding", "chunked"),
        ("connection", "close"),
        ("webhook-signature", "v1,x"),
        ("webhook-id", "x"),
        ("X-Plain-Signature", "sha1=0"),
        ("proxy-authorization", "value"),
        ("x-app", ""),
        ("x-app", "x" * 257),
        ("x-app", "value\r\nx-more: value"),
        ("x-app", "val\0ue"),
        ("x-app", " value"),
        ("x-app", "wärme"),
    ],
)
async def test_a_header_is_well_formed_and_none_of_ours(desk: Desk, name: str, value: str) -> None:
    with pytest.raises(InvalidInput, match=r"^header\."):
        await desk.subscribe("https://app.example/hook", header=CustomHeader(name, value))


async def test_others_subscriptions_look_like_none(desk: Desk, other_desk: Desk) -> None:
    made = await desk.subscribe("https://app.example/hook")
    with pytest.raises(NotFound) as foreign:
        await other_desk.subscription(made.subscription_id)
    assert str(foreign.value) == f"no subscription {made.subscription_id}"
    with pytest.raises(NotFound):
        await changed(other_desk, made.subscription_id, SubscriptionChanges(secret="another-secret"))
    with pytest.raises(NotFound):
        await tried(other_desk, made.subscription_id)
    with pytest.raises(NotFound):
        async with desk.db.transaction() as tx:
            await delete(tx, other_desk.access, made.subscription_id)
    assert await desk.subscription(made.subscription_id) == made


async def test_pages_go_from_new_to_old_and_back(desk: Desk) -> None:
    made = []
    for number in range(5):
        made.append(await desk.subscribe(f"https://app.example/{number}"))
        desk.clock.forward(seconds=1)
    newest_first = made[::-1]

    async def page(asked: PageRequest) -> list[model.Subscription]:
        async with desk.db.read() as reader:
            return await store.page(reader, desk.access, asked, dialect="plain")

    def at(subscription: model.Subscription) -> Position:
        return Position(subscription.created_at, subscription.subscription_id)

    assert await page(PageRequest(limit=2)) == newest_first[:2]
    assert await page(PageRequest(limit=2, after=at(newest_first[1]))) == newest_first[2:4]
    assert await page(PageRequest(limit=2, before=at(newest_first[2]))) == newest_first[:2]
    async with desk.db.read() as reader:
        assert await store.page(reader, desk.access, PageRequest(), dialect="another") == []


async def test_only_what_is_named_changes(desk: Desk, receiver: Receiver) -> None:
    made = await desk.subscribe(
        receiver.url("/old"), "device.updated", header=CustomHeader("x-app-key", "one"), api_version="v1"
    )
    seen = await changed(desk, made.subscription_id, SubscriptionChanges(url=receiver.url("/new")))
    assert (seen.url, seen.event_types, seen.header_name, seen.api_version) == (
        receiver.url("/new"),
        ("device.updated",),
        "x-app-key",
        "v1",
    )
    await desk.updates("anna")
    await desk.deliver()
    assert receiver.received[0].path == "/new"
    assert receiver.received[0].headers["x-app-key"] == "one"
    seen = await changed(
        desk, made.subscription_id, SubscriptionChanges(header=None, event_types=("device.deleted",), secret=UNSET)
    )
    assert (seen.header_name, seen.event_types) == (None, ("device.deleted",))


async def test_a_new_secret_signs_what_was_frozen_under_the_old_one(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(401)
    made = await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver()
    await changed(desk, made.subscription_id, SubscriptionChanges(secret="whsec_" + "c2VjcmV0" * 4))
    await desk.deliver()
    first, second = receiver.received
    verify(first, SECRET)
    verify(second, "whsec_" + "c2VjcmV0" * 4)
    assert first.body == second.body


async def test_a_change_brings_an_inactive_one_back_to_where_it_stopped(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(410)
    made = await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver()
    await desk.updates("ben")
    seen = await changed(desk, made.subscription_id, SubscriptionChanges(event_types=("*",)))
    assert (seen.is_active, seen.inactive_since, seen.inactive_reason) == (True, None, None)
    await desk.deliver()
    assert [[event["user"] for event in one.events] for one in receiver.received] == [["anna"], ["anna"], ["ben"]]


async def test_an_ended_subscription_leaves_no_body_behind(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(200, 500)
    made = await desk.subscribe(receiver.url())
    for user in ("anna", "ben"):
        await desk.updates(user)
        await desk.deliver()
    (_, under_way) = await desk.states()
    assert under_way == ("open", 1)
    async with desk.db.transaction() as tx:
        await delete(tx, desk.access, made.subscription_id)
    assert await desk.states() == [("delivered", 1)]
    with pytest.raises(NotFound):
        await desk.subscription(made.subscription_id)
    await desk.updates("carla")
    assert await desk.deliver() == 0


async def test_a_receiver_can_be_tried(desk: Desk, receiver: Receiver) -> None:
    answer = Reply(202, b"thanks \xff\0" + b"x" * 5_000, {"x-app": "yes"})
    receiver.answer = lambda _: answer
    made = await desk.subscribe(receiver.url(), header=CustomHeader("x-app-key", "one"))
    desk.clock.forward(hours=1)
    outcome = await tried(desk, made.subscription_id)
    assert (outcome.succeeded, outcome.description) == (True, "answered 202")
    assert outcome.answer is not None
    assert outcome.answer.code == 202
    assert outcome.answer.body.startswith("thanks \ufffd\ufffdxxx")
    assert len(outcome.answer.body) == 1024
    assert "x-app: yes" in outcome.answer.headers
    (received,) = receiver.received
    assert received.events[0]["event"] == "test"
    assert received.headers["x-app-key"] == "one"
    verify(received, SECRET)
    assert (await desk.subscription(made.subscription_id)).last_success_at == desk.clock()


@pytest.mark.parametrize("status", [199, 301, 400, 500])
async def test_a_trial_that_fails_says_what_was_answered(desk: Desk, receiver: Receiver, status: int) -> None:
    receiver.answers(*[status] * 2)
    made = await desk.subscribe(receiver.url())
    outcome = await tried(desk, made.subscription_id)
    assert not outcome.succeeded
    if status > 199:  # what is below is no final answer
        assert outcome.answer is not None
        assert outcome.answer.code == status
    assert (await desk.subscription(made.subscription_id)).is_active


async def test_a_trial_without_an_answer_says_why(desk: Desk, receiver: Receiver) -> None:
    receiver.answer = lambda _: Reply(hangs=True)
    made = await desk.subscribe(receiver.url())
    outcome = await tried(desk, made.subscription_id)
    assert outcome == model.TestOutcome(succeeded=False, description="no complete answer within 2 s", answer=None)
    refused = await desk.subscribe("https://10.1.2.3/hook")
    outcome = await tried(desk, refused.subscription_id)
    assert (outcome.succeeded, outcome.description) == (False, "10.1.2.3 is not a public address")


async def test_a_trial_that_succeeds_reactivates(desk: Desk, receiver: Receiver) -> None:
    receiver.answers(410, 500)
    made = await desk.subscribe(receiver.url())
    await desk.updates("anna")
    await desk.deliver()
    assert not (await tried(desk, made.subscription_id)).succeeded
    assert not (await desk.subscription(made.subscription_id)).is_active
    assert (await tried(desk, made.subscription_id)).succeeded
    assert (await desk.subscription(made.subscription_id)).is_active
    await desk.deliver()
    assert receiver.received[-1].events[0]["user"] == "anna"
