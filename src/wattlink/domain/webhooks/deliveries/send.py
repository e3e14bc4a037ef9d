"""Sign a delivery and send it, once."""

import base64
import binascii
import contextlib
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial

from wattlink.base.clock import Clock
from wattlink.base.outbound import Answer, Outbound, OutboundError
from wattlink.base.vault import Vault
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.webhooks.deliveries.model import Attempt, Outgoing
from wattlink.domain.webhooks.dialect import WebhookDialect
from wattlink.domain.webhooks.secrets import open_header, open_secret
from wattlink.domain.webhooks.store import Address

_OPENED_AT_ONCE = 1_000
_SECRET_PREFIX = "whsec_"  # noqa: S105


class Sender:
    """Sends bodies to subscriptions' receivers."""

    def __init__(
        self, *, outbound: Outbound, dialects: Mapping[str, WebhookDialect], vault: Vault, clock: Clock
    ) -> None:
        self._outbound = outbound
        self._dialects = dialects
        self._clock = clock
        self._open_secret = lru_cache(_OPENED_AT_ONCE)(partial(open_secret, vault))
        self._open_header = lru_cache(_OPENED_AT_ONCE)(partial(open_header, vault))

    async def attempt(self, outgoing: Outgoing) -> Attempt:
        """Send a delivery; whatever happens out there is told, not raised."""
        try:
            answer = await self.post(outgoing, outgoing.delivery_id, outgoing.body)
        except OutboundError as error:
            return Attempt(error=str(error))
        return Attempt(status=answer.status, retry_after=_retry_after(answer, self._clock()))

    async def post(self, address: Address, delivery_id: DeliveryId, body: bytes) -> Answer:
        """Sign and send; raises OutboundError when no status came in time."""
        dialect = self._dialects[address.dialect]
        secret = self._open_secret(address.subscription_id, address.sealed_secret)
        headers: dict[str, str] = {}
        if address.header_name is not None and address.sealed_header is not None:
            headers[address.header_name] = self._open_header(address.subscription_id, address.sealed_header)
        headers |= {
            "content-type": "application/json",
            **dialect.headers(secret, delivery_id, body),
            **standard_headers(secret, delivery_id, body, self._clock()),
        }
        return await self._outbound.push(address.url, headers=headers, body=body, deadline=dialect.deadline)


def standard_headers(secret: str, delivery_id: DeliveryId, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks, signed for an attempt at `now`."""
    webhook_id, timestamp = str(delivery_id), str(int(now.timestamp()))
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(_standard_key(secret), signed, hashlib.sha256)).decode()
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def _standard_key(secret: str) -> bytes:
    """`whsec_` is followed by the key in Base64, padded or not; any other secret is the key itself."""
    if secret.startswith(_SECRET_PREFIX):
        encoded = secret.removeprefix(_SECRET_PREFIX).rstrip("=")
        with contextlib.suppress(binascii.Error):
            return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True) or secret.encode()
    return secret.encode()


def _retry_after(answer: Answer, now: datetime) -> timedelta | None:
    """What the header asks for, in seconds or as a date; None if it asks for nothing that can be understood."""
    asked = answer.headers.get("retry-after")
    if asked is None:
        return None
    if asked.isdecimal() and len(asked) < 10:
        return timedelta(seconds=int(asked))
    try:
        until = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return None
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
