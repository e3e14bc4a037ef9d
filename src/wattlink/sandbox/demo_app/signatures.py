"""Whether a webhook really comes from Wattlink. Written to be copied: each function needs the standard library only."""

import base64
import hmac
from collections.abc import Mapping

_TOLERANCE_SECONDS = 300


def is_signed_by_enode(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Enode's own header: `x-enode-signature: sha1=` and the HMAC-SHA1 of the raw body."""
    expected = "sha1=" + hmac.new(secret.encode(), body, "sha1").hexdigest()
    return hmac.compare_digest(expected.encode(), headers.get("x-enode-signature", "").encode())


def is_standard_webhook(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> bool:
    """Standard Webhooks: `webhook-signature` covers the id, the time (in seconds; `now` likewise) and the raw body."""
    message_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = hmac.new(key, f"{message_id}.{sent_at}.".encode() + body, "sha256").digest()
    expected = b"v1," + base64.b64encode(signature)
    is_fresh = sent_at.isdecimal() and abs(now - int(sent_at)) <= _TOLERANCE_SECONDS
    given = headers.get("webhook-signature", "").encode().split()
    return is_fresh and any(hmac.compare_digest(expected, candidate) for candidate in given)
