"""Somebody signs up: a user who becomes active with a code that only who reads the address, or the app, knows."""

from datetime import datetime

import msgspec

from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import AlreadyExists, NotFound, NotPermitted
from wattlink.domain.users import store as users
from wattlink.domain.users.logins import codes, store
from wattlink.domain.users.model import AppUser, Login, NewUser, check_email, check_id


class SignedUp(msgspec.Struct, frozen=True):
    """A new login, and what activates it."""

    user: AppUser
    activation_code: str


async def sign_up(
    tx: Transaction, access: Access, new: NewUser, password_hash: str, *, vault: Vault, now: datetime
) -> SignedUp:
    """An inactive user. Raises AlreadyExists for an address or an id that is another's, which changes nothing.

    A user whom the application only named until now gets the login. An id of the app's own takes its trusted key or an
    operator's, also where there is no such user yet: what the app later links for that id would be whoever's was first.
    """
    check_email(new.email)
    named = await _named(tx, access, new.external_id)
    user = _described(access, new, new.user_id if named is None else named.user_id, now)
    if named is None:
        if not await store.add(tx, user):
            raise AlreadyExists("email: another user has this address")
    else:
        await store.put(tx, msgspec.structs.replace(user, created_at=named.created_at, changed_at=now))
    code = codes.new_code()
    known = await store.secrets(tx, access, user.user_id)  # an operator may have set one, of whom was only named
    await store.set_password(tx, user.user_id, password_hash, instead_of=known.password_hash)
    await store.set_activation_code(tx, user.user_id, codes.seal(code, user.user_id, vault))
    return SignedUp(await store.get(tx, access, user.user_id), code)


async def _named(tx: Transaction, access: Access, external_id: str | None) -> AppUser | None:
    """The user whom this id means already, if it may be given a login; raises AlreadyExists if it may not."""
    if external_id is None:
        return None
    if access.kind not in (KeyKind.TRUSTED, KeyKind.OPERATOR):
        raise NotPermitted("externalId takes the application's trusted key")
    check_id(external_id)
    try:
        known = await users.get(tx, access, external_id)
    except NotFound:
        return None
    user = await store.lock(tx, access, known.user_id)
    if user.login is not None:
        raise AlreadyExists("externalId: another user has this id")
    return user


def _described(access: Access, new: NewUser, user_id: UserId, now: datetime) -> AppUser:
    return AppUser(
        user_id=user_id,
        application_id=access.application_id,
        external_id=new.external_id or new.shown_id,
        created_at=now,
        project_id=None,
        login=Login.INACTIVE,
        email=new.email,
        first_name=new.first_name,
        last_name=new.last_name,
        profile=new.profile,
        activated_at=None,
        changed_at=None,
    )
