"""A subscription: which events of its application go where, under which secret."""

from datetime import datetime

import msgspec

from wattlink.domain.access.ids import ApplicationId, SubscriptionId

ALL_EVENTS = "*"


class CustomHeader(msgspec.Struct, frozen=True):
    """A header of the app's own, sent along so that its receiver knows us; the value is a secret."""

    name: str
    value: str


class NewSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """What an app asks for. `event_types` are the dialect's names, or `*`."""

    dialect: str
    url: str
    secret: str
    event_types: tuple[str, ...] = (ALL_EVENTS,)
    api_version: str | None = None
    header: CustomHeader | None = None


class SubscriptionChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What an app changes; UNSET stays as it is."""

    url: str | msgspec.UnsetType = msgspec.UNSET
    secret: str | msgspec.UnsetType = msgspec.UNSET
    event_types: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    api_version: str | msgspec.UnsetType | None = msgspec.UNSET
    header: CustomHeader | msgspec.UnsetType | None = msgspec.UNSET


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as its app may see it: without the secret, and of the header only the name.

    `last_success_at` is when a receiver last accepted a delivery, at first the time of creation.
    """

    subscription_id: SubscriptionId
    application_id: ApplicationId
    dialect: str
    url: str
    event_types: tuple[str, ...]
    api_version: str | None
    header_name: str | None
    is_active: bool
    inactive_since: datetime | None
    inactive_reason: str | None
    last_success_at: datetime
    created_at: datetime


class TestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a receiver answered: at most 1 KiB of its body as text, headers as `name: value`."""

    code: int
    body: str
    headers: tuple[str, ...]


class TestOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """How trying a receiver went; without an answer, `description` says why there was none."""

    succeeded: bool
    description: str
    answer: TestAnswer | None
