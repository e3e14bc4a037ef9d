"""What the resources have in common on the wire."""

from typing import Annotated, Any

import msgspec

from wattlink.connectors.registry import clouds
from wattlink.connectors.simulation import Fault
from wattlink.web.bodies import Check, one_of

Timestamp = Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "date-time"}})]
Uuid = Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "uuid"}})]
Vendor = Annotated[str, msgspec.Meta(extra_json_schema=one_of(*clouds()))]
FaultName = Annotated[str, msgspec.Meta(extra_json_schema=one_of(*(fault.value for fault in Fault)))]
_SCOPES = dict.fromkeys(scope for manifest in clouds().values() for scope in manifest.scopes)
ScopeName = Annotated[str, msgspec.Meta(extra_json_schema=one_of(*_SCOPES))]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=60)]
Name = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=200),
    Check(lambda text: None if text == text.strip() else "must not begin or end with a space"),
]
Words = dict[str, Any]


class Answer(msgspec.Struct, rename="camel"):
    """An object that we send: every key is always there."""


class Payload(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """An object that we are sent."""
