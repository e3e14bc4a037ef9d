"""Webhooks as they arrive: verified, each delivery counted once, the latest kept for people to see."""

import asyncio
import hmac
import time
from base64 import b64encode
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from wattlink.sandbox.demo_app import words
from wattlink.sandbox.demo_app.board import LISTS
from wattlink.sandbox.demo_app.signatures import is_signed_by_enode, is_standard_webhook

_SHOWN = 40
_REMEMBERED = 1_000


@dataclass(frozen=True)
class Received:
    """One event of a verified delivery."""

    number: int
    at: datetime
    delivery: str
    event: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What happened, such as `user:vehicle:updated`."""
        return str(self.event.get("event", "?"))

    @property
    def subject(self) -> str:
        """What it happened to, for people."""
        for kind in LISTS:
            if isinstance(self.event.get(kind), dict):
                information = self.event[kind].get("information") or {}
                model = " ".join(filter(None, (information.get("model"), information.get("serialNumber"))))
                return information.get("displayName") or model or kind
        if isinstance(self.event.get("vendorAction"), dict):
            return f"{self.event['vendorAction']['targetType']}, {self.event['vendorAction']['state'].lower()}"
        return words.brand(str(self.event.get("vendor", "")))

    @property
    def changed(self) -> Sequence[str]:
        """The fields that an `updated` event names."""
        return [str(field) for field in self.event.get("updatedFields", [])]

    @property
    def text(self) -> str:
        """The event as indented JSON."""
        return msgspec.json.format(msgspec.json.encode(self.event), indent=2).decode()


class Inbox:
    """Receives the deliveries of one subscription, under one secret."""

    def __init__(self, key: str) -> None:
        """`key` is as secret, and the same at every start: what was on its way when the app ended counts afterwards."""
        # Standard Webhooks' form of a secret; for Enode's signature it is a text like any other.
        self.secret = "whsec_" + b64encode(hmac.digest(key.encode(), b"webhooks", "sha256")).decode()
        self.latest: deque[Received] = deque(maxlen=_SHOWN)
        self.refused = 0
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._count = 0
        self._changed = asyncio.Event()

    def receive(self, headers: Mapping[str, str], body: bytes) -> Sequence[Mapping[str, Any]] | None:
        """The new events of a delivery; None if it isn't signed both ways. One that came before brings nothing new."""
        if not (
            is_signed_by_enode(self.secret, headers, body)
            and is_standard_webhook(self.secret, headers, body, now=time.time())
        ):
            self.refused += 1
            self.announce()
            return None
        delivery = headers.get("x-enode-delivery", "")
        if delivery in self._seen:
            return ()
        self._seen[delivery] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        events: Sequence[Mapping[str, Any]] = msgspec.json.decode(body)
        for event in events:
            self._count += 1
            self.latest.appendleft(Received(self._count, datetime.now(UTC), delivery, event))
        self.announce()
        return events

    def announce(self) -> None:
        """Wake everybody who waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self, *, within: float) -> bool:
        """Whether something changed within so many seconds; returns as soon as it did."""
        try:
            await asyncio.wait_for(self._changed.wait(), within)
        except TimeoutError:
            return False
        return True
