"""Ids as apps send them: what is no UUID is no row's id."""

from uuid import UUID

from wattlink.domain.access.ids import DeviceId, SubscriptionId
from wattlink.domain.errors import NotFound


def device_id_of(text: str) -> DeviceId:
    """A device's id; raises NotFound."""
    return DeviceId(_uuid("device", text))


def subscription_id_of(text: str) -> SubscriptionId:
    """A webhook's id; raises NotFound."""
    return SubscriptionId(_uuid("subscription", text))


def _uuid(what: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(what, text) from None
