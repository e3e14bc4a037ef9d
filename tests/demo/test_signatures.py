"""The verification that apps copy: what it accepts and what it refuses."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from wattlink.sandbox.demo_app.inbox import Inbox
from wattlink.sandbox.demo_app.signatures import is_signed_by_enode, is_standard_webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_enodes_published_vector_is_accepted() -> None:
    headers = {"x-enode-signature": "sha1=e417e6fc2e7f8a78c93a35a7b344d36ce179fc8d"}
    assert is_signed_by_enode("example-secret", headers, b'{"payload":"example"}')
    assert not is_signed_by_enode("example-secret", headers, b'{"payload":"changed"}')
    assert not is_signed_by_enode("another-secret", headers, b'{"payload":"example"}')
    assert not is_signed_by_enode("example-secret", {}, b'{"payload":"example"}')


@given(body=st.binary(max_size=200), message_id=st.text("abc-0123", min_size=1))
def test_what_the_standard_library_for_webhooks_signs_is_accepted(body: bytes, message_id: str) -> None:
    text = body.hex()
    assert is_standard_webhook(SECRET, _signed(message_id, time.time(), text), text.encode(), now=time.time())


@pytest.mark.parametrize("seconds_off", [-301, 301])
def test_an_old_or_early_message_is_refused(seconds_off: float) -> None:
    now = time.time()
    assert not is_standard_webhook(SECRET, _signed("m1", now + seconds_off, "[]"), b"[]", now=now)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_message_without_one_of_the_headers_is_refused(missing: str) -> None:
    headers = _signed("m1", time.time(), "[]")
    del headers[missing]
    assert not is_standard_webhook(SECRET, headers, b"[]", now=time.time())


def test_one_good_signature_among_several_is_enough() -> None:
    headers = _signed("m1", time.time(), "[]")
    headers["webhook-signature"] = f"v1,AAAA v1a,BBBB {headers['webhook-signature']}"
    assert is_standard_webhook(SECRET, headers, b"[]", now=time.time())


def test_a_delivery_without_any_signature_is_counted_and_shown_to_nobody() -> None:
    inbox = Inbox("a key")
    assert inbox.receive({"x-enode-delivery": "d1"}, b'[{"event":"user:vehicle:updated"}]') is None
    assert (inbox.refused, list(inbox.latest)) == (1, [])


def test_a_secret_outlives_the_app_and_is_another_app_s_never() -> None:
    assert Inbox("a key").secret == Inbox("a key").secret
    assert Inbox("a key").secret != Inbox("another").secret


def _signed(message_id: str, at: float, body: str) -> dict[str, str]:
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at)),
        "webhook-signature": Webhook(SECRET).sign(message_id, datetime.fromtimestamp(at, UTC), body),
    }
