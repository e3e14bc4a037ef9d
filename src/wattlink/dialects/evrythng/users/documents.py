"""What is said of a user, as it is sent and as it is answered."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import available_timezones

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.dialects.evrythng.ids import id_of, uuid_of
from wattlink.dialects.evrythng.wire import Answer, Payload, Scopes, given, kept, milliseconds, told, told_id
from wattlink.domain.access.ids import UserId
from wattlink.domain.errors import InvalidInput
from wattlink.domain.users.model import AppUser, Change, Login
from wattlink.web.bodies import Check

_PROFILE = ("birthday", "gender", "timezone", "locale", "photo", "custom_fields", "tags")
_LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")
_ZONES = available_timezones()


def _locale_problem(text: str) -> str | None:
    return None if _LOCALE.fullmatch(text) else "isn't a language tag (RFC 5646), such as en-GB"


def _zone_problem(text: str) -> str | None:
    return None if text in _ZONES else "isn't a name of the time zone database, such as Europe/Berlin"


_Name = Annotated[str, msgspec.Meta(max_length=256)]
_Tag = Annotated[str, msgspec.Meta(max_length=256)]


class Birthday(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A day; the year may be left out."""

    day: Annotated[int, msgspec.Meta(ge=1, le=31)]
    month: Annotated[int, msgspec.Meta(ge=1, le=12)]
    year: Annotated[int, msgspec.Meta(ge=1800, le=9999)] | UnsetType = UNSET


class UserChangesPayload(Payload):
    """What may be said of a user; what isn't there stays, null takes a field away, and what is read-only is ignored."""

    email: str | UnsetType = UNSET
    first_name: _Name | UnsetType | None = UNSET
    last_name: _Name | UnsetType | None = UNSET
    password: str | UnsetType = UNSET
    old_password: str | UnsetType = UNSET
    birthday: Birthday | UnsetType | None = UNSET
    gender: Literal["male", "female"] | UnsetType | None = UNSET
    timezone: Annotated[str, Check(_zone_problem)] | UnsetType | None = UNSET
    locale: Annotated[str, Check(_locale_problem)] | UnsetType | None = UNSET
    photo: str | UnsetType | None = UNSET
    custom_fields: dict[str, Any] | UnsetType | None = UNSET
    tags: Annotated[list[_Tag], msgspec.Meta(max_length=60)] | UnsetType | None = UNSET
    id: str | UnsetType = UNSET
    project: str | UnsetType = UNSET
    app: str | UnsetType = UNSET
    created_at: int | UnsetType = UNSET
    updated_at: int | UnsetType = UNSET
    activated_at: int | UnsetType = UNSET
    status: str | UnsetType = UNSET
    scopes: dict[str, Any] | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    access: dict[str, Any] | UnsetType = UNSET
    can_login: bool | UnsetType = UNSET
    number_of_friends: int | UnsetType = UNSET
    primary_social_network: Any = UNSET
    social_profile_last_sync: Any = UNSET


class UserPayload(UserChangesPayload, kw_only=True):
    """Somebody who signs up. `externalId` is the app's own id of the user, which every dialect knows then."""

    email: str
    password: str
    anonymous: bool = False


class AccessOfUser(Answer):
    """By what a key acts: on what is `user`'s, as `actor`."""

    id: str
    project: str | UnsetType
    app: str
    user: str
    actor: str
    role: str
    api_key: str


class UserDocument(Answer, kw_only=True):
    """A user; `externalId` is the app's own id of the user, if it gave one."""

    id: str
    created_at: int
    updated_at: int
    email: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    birthday: Birthday | UnsetType = UNSET
    gender: str | UnsetType = UNSET
    timezone: str | UnsetType = UNSET
    locale: str | UnsetType = UNSET
    photo: str | UnsetType = UNSET
    custom_fields: dict[str, Any] | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    project: str | UnsetType = UNSET
    app: str
    external_id: str | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET
    access: AccessOfUser | UnsetType = UNSET


def user_id_of(text: str) -> UserId:
    """A user's id; raises NotFound for what can't be one."""
    return UserId(uuid_of("user", text))


def change_of(payload: UserChangesPayload) -> Change:
    """What is wanted of a user."""
    return Change(
        email=payload.email,
        first_name=payload.first_name,
        last_name=payload.last_name,
        profile=profile_of(payload),
    )


def profile_of(payload: UserChangesPayload) -> dict[str, Any]:
    """The fields that are kept as they are sent; raises InvalidInput for a day that no calendar has."""
    if isinstance(payload.birthday, Birthday):
        _check_day(payload.birthday)
    return given(payload, _PROFILE)


def shown(user: AppUser, *, with_scopes: bool = False, access: AccessOfUser | UnsetType = UNSET) -> UserDocument:
    """A user as this API shows it."""
    return UserDocument(
        id=id_of(user.user_id),
        created_at=milliseconds(user.created_at),
        updated_at=milliseconds(user.changed_at or user.activated_at or user.created_at),
        email=told(email_of(user)),
        first_name=told(user.first_name),
        last_name=told(user.last_name),
        project=told_id(user.project_id),
        app=id_of(user.application_id),
        external_id=UNSET if user.external_id == id_of(user.user_id) else user.external_id,
        scopes=_scopes(user) if with_scopes else UNSET,
        access=access,
        **kept(user.profile, _PROFILE),
    )


def email_of(user: AppUser) -> str | None:
    """The address; anonymous users are shown with one that nobody reads."""
    if user.email is None and user.login is Login.ANONYMOUS:
        return anonymous_email(user.user_id, user.application_id)
    return user.email


def anonymous_email(user_id: UUID, application_id: UUID) -> str:
    """What stands where others have an address."""
    return f"anon-{user_id}.app-{id_of(application_id).lower()}@anon.evrythng.com"


def _scopes(user: AppUser) -> Scopes:
    return Scopes(users=[id_of(user.user_id)], projects=[] if user.project_id is None else [id_of(user.project_id)])


def _check_day(birthday: Birthday) -> None:
    year = 2000 if isinstance(birthday.year, UnsetType) else birthday.year
    try:
        datetime(year, birthday.month, birthday.day)  # noqa: DTZ001
    except ValueError:
        raise InvalidInput("birthday", "isn't a day of the calendar") from None
