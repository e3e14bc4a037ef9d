"""What is said of a user changes, by the user or by the operator."""

from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotPermitted
from wattlink.domain.users.logins import store
from wattlink.domain.users.model import AppUser, Change, Login, check_email

T = TypeVar("T")


class NewPassword(msgspec.Struct, frozen=True):
    """A hash, and the one that was there when it was made: another change meanwhile wins."""

    password_hash: str
    instead_of: str | None


async def change(
    tx: Transaction, access: Access, user_id: UserId, wanted: Change, password: NewPassword | None, *, now: datetime
) -> AppUser:
    """All of it or nothing. Who was anonymous or only named, and has both an address and a password, logs in by them.

    Raises AlreadyExists where another user has the address.
    """
    user = await store.lock(tx, access, user_id)
    if wanted.email is not UNSET:
        check_email(wanted.email)
    if password is not None and not await store.set_password(
        tx, user_id, password.password_hash, instead_of=password.instead_of
    ):
        raise NotPermitted("the password was changed meanwhile")
    changed = _changed(user, wanted, now)
    if changed.login in (None, Login.ANONYMOUS) and await _can_log_in(tx, access, changed):
        changed = msgspec.structs.replace(changed, login=Login.ACTIVE, activated_at=now)
    await store.put(tx, changed)
    return await store.get(tx, access, user_id)


def _changed(user: AppUser, wanted: Change, now: datetime) -> AppUser:
    profile = {**user.profile, **wanted.profile}
    return msgspec.structs.replace(
        user,
        email=_or(wanted.email, user.email),
        first_name=_or(wanted.first_name, user.first_name),
        last_name=_or(wanted.last_name, user.last_name),
        profile={name: value for name, value in profile.items() if value is not None},
        changed_at=max(now, user.created_at + timedelta(milliseconds=1)),  # clients compare the two
    )


def _or(wanted: T | UnsetType, known: T) -> T:
    return known if isinstance(wanted, UnsetType) else wanted


async def _can_log_in(tx: Transaction, access: Access, user: AppUser) -> bool:
    secrets = await store.secrets(tx, access, user.user_id)
    return user.email is not None and secrets.password_hash is not None
