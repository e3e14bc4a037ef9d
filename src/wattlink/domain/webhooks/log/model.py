"""An entry of the delivery log, and how a subscription does."""

from datetime import datetime

import msgspec

from wattlink.domain.access.ids import DeliveryId, EventId, SubscriptionId
from wattlink.domain.webhooks.deliveries.model import State
from wattlink.domain.webhooks.model import Subscription


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery as its application may see it; `due_at` is the next attempt's time while it is open."""

    delivery_id: DeliveryId
    subscription_id: SubscriptionId
    state: State
    events: int
    event_ids: tuple[EventId, ...]
    tries: int
    due_at: datetime
    last_status: int | None
    last_error: str | None
    created_at: datetime
    ended_at: datetime | None


class Condition(Subscription, frozen=True, kw_only=True):
    """A subscription, since when it fails and how often in a row, and whether a delivery is under way."""

    failing_since: datetime | None
    failures: int
    held: int  # deliveries that were set aside


class Resent(msgspec.Struct, frozen=True, kw_only=True):
    """What came of sending a delivery again: a status, or the reason why there is none."""

    status: int | None
    error: str | None

    @property
    def is_accepted(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300
