"""What Enode's resources have in common on the wire."""

from datetime import datetime
from typing import Annotated

import msgspec

from wattlink.base.clock import rfc3339
from wattlink.connectors import devices as normal
from wattlink.domain.access.ids import CommandId, DeviceId, LocationId, SubscriptionId
from wattlink.web.call import uuid_of

Timestamp = Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "date-time"}})]
Uuid = Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "uuid"}})]


class Answer(msgspec.Struct, rename="camel"):
    """An object that we send: every key is always there."""


class Payload(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """An object that we are sent."""


class Capability(Answer):
    """Not capable without interventions: never. With some: not before somebody does what they say."""

    is_capable: bool
    intervention_ids: list[Uuid]


class PaginationCursors(Answer):
    """`after` leads to the next, older page; `before` to the newer one."""

    after: str | None
    before: str | None


def capability(found: normal.Capability) -> Capability:
    """A capability on the wire."""
    return Capability(is_capable=found.is_capable, intervention_ids=list(found.interventions))


def timestamp(moment: datetime | None) -> Timestamp | None:
    """A time that may not be known."""
    return None if moment is None else rfc3339(moment)


def device_id_of(text: str) -> DeviceId:
    """A device's id; raises NotFound."""
    return DeviceId(uuid_of("device", text))


def location_id_of(text: str) -> LocationId:
    """A location's id; raises NotFound."""
    return LocationId(uuid_of("location", text))


def command_id_of(text: str) -> CommandId:
    """An action's id; raises NotFound."""
    return CommandId(uuid_of("command", text))


def subscription_id_of(text: str) -> SubscriptionId:
    """A webhook's id; raises NotFound."""
    return SubscriptionId(uuid_of("subscription", text))
