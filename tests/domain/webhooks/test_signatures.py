"""Every delivery is signed in both ways, and the published vectors say so."""

import base64
from datetime import UTC, datetime
from typing import cast

import pytest

from tests.support.receiver import Receiver
from tests.support.webhooks import SECRET, Desk, verify
from wattlink.base.ids import new_id
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.webhooks.deliveries.send import standard_headers
from wattlink.domain.webhooks.model import CustomHeader

KEY = base64.b64encode(b"k" * 25).decode()


def test_the_vector_of_standard_webhooks() -> None:
    headers = standard_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        cast("DeliveryId", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        b'{"test": 2432232314}',
        datetime.fromtimestamp(1614265330, UTC),
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("secret", [SECRET, f"whsec_{KEY}", f"whsec_{KEY.rstrip('=')}", "pässwört €☂"])
async def test_standard_webhooks_verifies_whatever_the_secret(desk: Desk, receiver: Receiver, secret: str) -> None:
    await desk.subscribe(receiver.url(), secret=secret)
    await desk.updates("anna", "Jürgen ☂")
    await desk.deliver()
    verify(receiver.received[0], secret)
    with pytest.raises(AssertionError):
        verify(receiver.received[0], "another secret")


@pytest.mark.parametrize("secret", ["whsec_", "whsec_no base64"])
def test_what_only_looks_like_a_key_is_a_secret_all_the_same(secret: str) -> None:
    delivery_id, now = DeliveryId(new_id()), datetime.now(UTC)
    ours = standard_headers(secret, delivery_id, b"[]", now)
    assert ours == standard_headers(f"whsec_{base64.b64encode(secret.encode()).decode()}", delivery_id, b"[]", now)


async def test_headers_of_a_delivery(desk: Desk, receiver: Receiver) -> None:
    await desk.subscribe(receiver.url(), header=CustomHeader("X-App-KEY", "one two"))
    await desk.updates("anna")
    await desk.deliver()
    headers = dict(receiver.received[0].headers)
    signed = {"webhook-id", "webhook-timestamp", "webhook-signature", "x-plain-delivery", "x-plain-signature"}
    assert signed <= headers.keys()
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("wattlink")
    assert headers["x-app-key"] == "one two"
    assert "cookie" not in headers
    assert "authorization" not in headers
