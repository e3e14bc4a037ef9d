"""A user is known to the app by an id of the app's own choosing, and may have a login.

A login is

    (none: the app only names the user)
    (none) -> inactive        signed up
    inactive -> active        with the activation code
    anonymous -> active       filled in with an e-mail address and a password
    (none) -> active          filled in so by an operator
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from wattlink.domain.access.ids import ApplicationId, ProjectId, UserId
from wattlink.domain.errors import InvalidInput

MOST_LETTERS = 255  # of an app's own id
_MOST_OF_ADDRESS = 254
_ATOMS = r"[^@.\s\x00-\x1f\x7f<>,;:\"\\()\[\]]+(?:\.[^@.\s\x00-\x1f\x7f<>,;:\"\\()\[\]]+)*"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOMS}@{_ATOMS}")


class Login(StrEnum):
    """What a user who has a login is."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    ANONYMOUS = "anonymous"


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An end user of one application."""

    user_id: UserId
    application_id: ApplicationId
    external_id: str  # the app's own id, 1 to MOST_LETTERS characters
    created_at: datetime


class AppUser(User, frozen=True, kw_only=True):
    """A user with all that is said of it; `profile` holds what the app calls as it likes."""

    project_id: ProjectId | None
    login: Login | None
    email: str | None
    first_name: str | None
    last_name: str | None
    profile: dict[str, Any]
    activated_at: datetime | None
    changed_at: datetime | None


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What proves that somebody is the user."""

    user_id: UserId
    login: Login | None
    password_hash: str | None
    sealed_activation_code: bytes | None

    def __repr__(self) -> str:
        return "Secrets(***)"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a user: what isn't set stays. A field of `profile` that is None goes."""

    email: str | msgspec.UnsetType = msgspec.UNSET
    first_name: str | msgspec.UnsetType | None = msgspec.UNSET
    last_name: str | msgspec.UnsetType | None = msgspec.UNSET
    profile: dict[str, Any] = {}


class NewUser(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signs up; `shown_id` (`user_id` as a dialect writes it) is known where the app has no own id."""

    user_id: UserId
    shown_id: str
    email: str
    first_name: str | None = None
    last_name: str | None = None
    profile: dict[str, Any] = {}
    external_id: str | None = None


def check_id(external_id: str) -> None:
    """Raise InvalidInput for an id that is empty or too long."""
    if not 1 <= len(external_id) <= MOST_LETTERS:
        raise InvalidInput("user_id", f"must have 1 to {MOST_LETTERS} characters")


def check_email(email: str) -> None:
    """Raise InvalidInput for what can't be an e-mail address; whether somebody reads it only a mail can tell."""
    if len(email) > _MOST_OF_ADDRESS or not _ADDRESS.fullmatch(email):
        raise InvalidInput("email", "isn't an e-mail address")
