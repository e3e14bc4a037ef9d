"""What the resources have in common on the wire."""

from datetime import datetime
from typing import Annotated

import msgspec

from wattlink.base.clock import rfc3339
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.organizations.names import MOST_LETTERS
from wattlink.web.call import uuid_of

Timestamp = Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "date-time"}})]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_LETTERS, pattern=r"\S")]
Uuid = Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "uuid"}})]


class Answer(msgspec.Struct, rename="camel"):
    """An object that we send: every key is always there."""


class Payload(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """An object that we are sent."""


class PaginationCursors(Answer):
    """`after` leads to the next, older page; `before` to the newer one."""

    after: str | None
    before: str | None


def timestamp(moment: datetime | None) -> Timestamp | None:
    """A time that may not be known."""
    return None if moment is None else rfc3339(moment)


def application_id_of(text: str) -> ApplicationId:
    """An application's id; raises NotFound."""
    return ApplicationId(uuid_of("application", text))
