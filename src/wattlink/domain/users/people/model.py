"""A person: a user of an application, with what the application says of it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from wattlink.base.countries import two_letters
from wattlink.domain.access.ids import ApplicationId, UserId
from wattlink.domain.errors import InvalidInput


class Rank(StrEnum):
    """What somebody is to the organization: one who runs it, one of its staff, or one whom it serves."""

    ADMIN = "admin"
    STAFF = "staff"
    USER = "user"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody lives, as far as it is known."""

    street_and_number: str | None = None
    street_add_info: str | None = None
    zip_code: str | None = None
    town: str | None = None
    country: str | None = None  # as it was said: two or three letters
    latitude: float | None = None
    longitude: float | None = None
    located_at: datetime | None = None  # when the coordinates were last said

    @property
    def country_iso2(self) -> str | None:
        """The country's code of two letters."""
        return None if self.country is None else two_letters(self.country)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A user; of a deleted one nothing is known but its id and the dates."""

    user_id: UserId
    application_id: ApplicationId
    external_id: str
    rank: Rank
    email: str | None
    first_name: str | None
    last_name: str | None
    address: Address
    created_at: datetime
    deleted_at: datetime | None = None

    @property
    def own_id(self) -> str | None:
        """The app's own id, where it has given one."""
        return None if self.external_id in ("", str(self.user_id)) else self.external_id


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to make; `details` are fields of Person and Address that are said."""

    email: str
    rank: Rank
    details: Mapping[str, Any]


class PersonChange(msgspec.Struct, frozen=True, kw_only=True):
    """What changes."""

    email: str | msgspec.UnsetType
    rank: Rank | msgspec.UnsetType
    details: Mapping[str, Any]


def checked_country(text: str) -> str:
    """A country's code of two or three letters, in capitals; raises InvalidInput."""
    if two_letters(text) is None:
        raise InvalidInput("country_iso2", f"{text!r} isn't a country's code of two or three letters")
    return text.upper()


def changed(person: Person, asked: PersonChange, *, now: datetime) -> Person:
    """The person as it is then; raises InvalidInput."""
    details = dict(asked.details)
    if "external_id" in details and details["external_id"] is None:
        details["external_id"] = str(person.user_id)
    if (country := details.get("country")) is not None:
        details["country"] = checked_country(country)
    where = {name: details.pop(name) for name in Address.__struct_fields__ if name in details}
    if {"latitude", "longitude"} & {*where}:
        where["located_at"] = now
    said = {"email": asked.email, "rank": asked.rank}
    given = {name: value for name, value in said.items() if value is not msgspec.UNSET}
    address = msgspec.structs.replace(person.address, **where)
    return msgspec.structs.replace(person, address=address, **given, **details)
