"""A delivery on its way, and the rules by which deliveries are made."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from wattlink.domain.access.ids import DeliveryId, EventId, SubscriptionId, UserId
from wattlink.domain.events.model import FeedPosition
from wattlink.domain.webhooks.dialect import WebhookDialect
from wattlink.domain.webhooks.store import Address


class State(StrEnum):
    """Where a delivery stands.

    open -> delivered
         -> replaced            its events go back to the feed, or were frozen anew without a deleted user's data
         -> dropped             nobody took it for 30 days, or a heartbeat that isn't wanted
         -> doubted -> held     the receiver refuses this body but accepted the next: set aside for 30 days
                    -> open     the receiver refused the next one too: it is failing
    """

    OPEN = "open"
    DOUBTED = "doubted"
    DELIVERED = "delivered"
    HELD = "held"
    REPLACED = "replaced"
    DROPPED = "dropped"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How deliveries are made: `max_events` in one, each taken for `lease`, a heartbeat `heartbeat_every` so often."""

    dialects: Mapping[str, WebhookDialect]
    max_events: int = 100
    lease: timedelta = timedelta(seconds=20)
    heartbeat_every: timedelta

    @property
    def subscriptions_at_once(self) -> int:
        """For how many one transaction freezes, so that its rendering doesn't hold up everything else."""
        return max(1, 2_000 // self.max_events)


class Outgoing(Address, frozen=True, kw_only=True):
    """A delivery that is ours to send until its lease ends; `turn` is the token that says so.

    One that `is_full` carries as many events as it may: more are likely to wait behind it. `fence` is where the
    cursor's stood when it was made.
    """

    delivery_id: DeliveryId
    turn: int
    body: bytes
    events: int
    tries: int = 0
    body_refusals: int = 0
    doubted_id: DeliveryId | None = None
    event_types: tuple[str, ...] = ()
    fence: int = 0
    is_full: bool = False


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of sending: a status, or the reason why there is none; `retry_after` as the receiver asked."""

    status: int | None = None
    error: str | None = None
    retry_after: timedelta | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a delivery and of its subscription after an attempt.

    `accepted` and `failed` count for or against the receiver; with `goes_back` the cursor returns to where it was
    before; `batch_limit` is how many events the next delivery may carry.
    """

    delivery_id: DeliveryId
    subscription_id: SubscriptionId
    turn: int
    state: State
    due_at: datetime
    tries: int
    body_refusals: int
    doubted_id: DeliveryId | None
    status: int | None
    error: str | None
    accepted: bool = False
    failed: bool = False
    goes_back: bool = False
    batch_limit: int | None = None
    is_gone: bool = False
    patience_began: datetime

    @property
    def frees_the_way(self) -> bool:
        """Whether nothing of this subscription is under way now: a probe in vain reopens the doubted delivery."""
        return self.state is not State.OPEN and (self.doubted_id is None or self.accepted)


class Target(Address, frozen=True, kw_only=True):
    """A subscription without a delivery under way, its cursor locked."""

    event_types: tuple[str, ...]
    heartbeat_is_due: bool
    doubted_id: DeliveryId | None
    epoch: int
    xid: int
    position: int
    recorded_at: datetime
    fence: int


class Settled(Target, frozen=True, kw_only=True):
    """A subscription for whose delivery a verdict was written."""

    delivery_id: DeliveryId
    is_active: bool


class Frozen(FeedPosition, frozen=True, kw_only=True):
    """What freezing makes for one subscription: its cursor's new place and, unless nothing was wanted, a delivery."""

    subscription_id: SubscriptionId
    delivery_id: DeliveryId | None = None
    event_ids: tuple[EventId, ...] = ()
    users: tuple[UserId, ...] = ()
    doubted_id: DeliveryId | None = None
    is_heartbeat: bool = False
