"""What the resources have in common on the wire."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from wattlink.base.clock import rfc3339
from wattlink.base.countries import two_letters
from wattlink.domain.access.ids import DeviceId, UserId
from wattlink.domain.errors import InvalidInput
from wattlink.web.bodies import Check
from wattlink.web.call import Call, uuid_of

Timestamp = Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "date-time"}})]
Uuid = Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "uuid"}})]
Text = Annotated[str, msgspec.Meta(max_length=255)]
ZipCode = Annotated[str | int | None, msgspec.Meta(description="As text or as a number; kept as text.")]


def _problem_of_country(code: str) -> str | None:
    return None if two_letters(code) else "isn't a country's code of two or three letters"


Country = Annotated[
    str | None, msgspec.Meta(description="ISO 3166-1, of two or three letters."), Check(_problem_of_country)
]


class Answer(msgspec.Struct):
    """An object that we send: every key is always there."""


class Payload(msgspec.Struct):
    """An object that we are sent: keys that we don't know are ignored, as Podero's framework does."""


def as_it_is(name: str) -> str:
    """How names of ours are written on the wire."""
    return name


def timestamp(moment: datetime | None) -> Timestamp | None:
    """A time that may not be known."""
    return None if moment is None else rfc3339(moment)


def user_id_of(call: Call) -> UserId:
    """The user in the path; raises NotFound."""
    return UserId(uuid_of("user", call.path_params["user_id"]))


def device_id_of(text: str) -> DeviceId:
    """A device's id; raises NotFound for what can't be one."""
    return DeviceId(uuid_of("device", text))


def in_utc(field: str, moment: datetime) -> datetime:
    """A time within a body, without an offset in UTC; raises InvalidInput."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise InvalidInput(field, "is a time beyond all years") from None


def uuid_in(field: str, text: str) -> UUID:
    """An id within a body; raises InvalidInput."""
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput(field, "isn't a UUID") from None


def country_said(given: dict[str, Any]) -> dict[str, Any]:
    """With the country under one name: `country_iso2` counts where both are sent."""
    given = dict(given)
    if "country_iso2" in given:
        given["country"] = given.pop("country_iso2")
    return given


def zip_code_of(code: str | int | None) -> str | None:
    """A postal code as text; raises InvalidInput."""
    text = None if code is None else str(code)
    if text is not None and len(text) > 20:
        raise InvalidInput("zip_code", "must have at most 20 characters")
    return text
