"""A user is known to the app by an id of the app's own choosing, and may have a login of its own."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from wattlink.domain.access.ids import ApplicationId, ProjectId, UserId

MOST_LETTERS = 255  # of an app's own id


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An end user of one application."""

    user_id: UserId
    application_id: ApplicationId
    external_id: str  # the app's own id, 1 to MOST_LETTERS characters
    created_at: datetime


class Login(StrEnum):
    """How far a user's own login is; one that the app only names has none."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    ANONYMOUS = "anonymous"


class AppUser(User, frozen=True, kw_only=True):
    """A user with everything that is said of it; `profile` holds what no rule of ours looks at."""

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

    password_hash: str | None
    sealed_activation_code: bytes | None

    def __repr__(self) -> str:
        return "Secrets(***)"
