"""A delivery that was made ready before the one that it follows is known to have arrived."""

import msgspec

from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.webhooks.deliveries.model import Frozen, Outgoing


class Following(msgspec.Struct, frozen=True, kw_only=True):
    """What is frozen and sent if nothing makes it stale."""

    frozen: Frozen
    outgoing: Outgoing


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that was settled, and whether what was made ready follows it."""

    delivery_id: DeliveryId
    is_followed: bool
