"""What services tell of a person, as far as it can be kept: what is odd is left out, never an error."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from wattlink.domain.errors import InvalidInput
from wattlink.domain.users.elsewhere.model import Person
from wattlink.domain.users.model import check_email

_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_DATE = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_AMERICAN_DATE = re.compile(r"(?P<month>[0-9]{2})/(?P<day>[0-9]{2})/(?P<year>[0-9]{4})")
_GENDERS = ("male", "female")
_MOST_LETTERS = 255
_LONGEST_ADDRESS = 2048
_OLDEST_YEAR = 1900


def person_of(namespace: str, subject: str, told: dict[str, Any], *, email: Any) -> Person:
    """`told` in OpenID Connect's words; `email` only if the service says that it is theirs."""
    profile = {
        "birthday": birthday_of(told.get("birthdate")),
        "gender": _gender_of(told.get("gender")),
        "locale": _locale_of(told.get("locale")),
        "photo": _address_of(told.get("picture")),
        "timezone": _zone_of(told.get("zoneinfo")),
    }
    return Person(
        namespace=namespace,
        subject=subject,
        email=_email_of(email),
        first_name=text_of(told.get("given_name")),
        last_name=text_of(told.get("family_name")),
        profile={name: value for name, value in profile.items() if value is not None},
    )


def text_of(value: Any) -> str | None:
    """Text that can be kept and shown."""
    if not isinstance(value, str) or not 1 <= len(value) <= _MOST_LETTERS or not value.isprintable():
        return None
    return value


def birthday_of(value: Any) -> dict[str, int] | None:
    """A whole date; services also tell parts of one."""
    found = None
    if isinstance(value, str):
        found = _DATE.fullmatch(value) or _AMERICAN_DATE.fullmatch(value)
    if found is None:
        return None
    day, month, year = (int(found[name]) for name in ("day", "month", "year"))
    try:
        date(year, month, day)
    except ValueError:
        return None
    if year < _OLDEST_YEAR:
        return None
    return {"day": day, "month": month, "year": year}


def _gender_of(value: Any) -> str | None:
    return value if isinstance(value, str) and value in _GENDERS else None


def _email_of(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        check_email(value)
    except InvalidInput:
        return None
    return value


def _locale_of(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    tag = value.replace("_", "-")
    return tag if _LOCALE.fullmatch(tag) else None


def _zone_of(value: Any) -> str | None:
    return value if isinstance(value, str) and value in available_timezones() else None


def _address_of(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > _LONGEST_ADDRESS or not value.isascii() or not value.isprintable():
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme == "https" and parts.hostname else None
