"""The user whom a service vouched for: the same one each time, made the first time."""

from collections.abc import Callable
from datetime import datetime

from wattlink.base.ids import new_id
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import ApplicationId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists
from wattlink.domain.users.elsewhere import store
from wattlink.domain.users.elsewhere.model import Person
from wattlink.domain.users.logins import store as logins
from wattlink.domain.users.model import AppUser, Login

NameOf = Callable[[UserId], str]
"""What the app knows a new user as."""


async def user_of(tx: Transaction, access: Access, person: Person, *, name_of: NameOf, now: datetime) -> UserId:
    """The person's user in this application.

    Raises AlreadyExists where somebody else has the address: whoever owns it there proves that with a password, and
    a service that says the same of somebody takes nothing over.
    """
    application_id = access.application_id
    known = await store.lock_identity(tx, application_id, person)
    if known is not None:
        return known
    user = _user(application_id, person, name_of, now)
    if not await logins.add(tx, user):
        raise AlreadyExists("email: another user of this application has this address")
    await store.add_identity(tx, application_id, person, user.user_id, now=now)
    return user.user_id


def _user(application_id: ApplicationId, person: Person, name_of: NameOf, now: datetime) -> AppUser:
    """Active, since a service vouches for the person."""
    user_id = UserId(new_id())
    return AppUser(
        user_id=user_id,
        application_id=application_id,
        external_id=name_of(user_id),
        created_at=now,
        project_id=None,
        login=Login.ACTIVE,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        profile=person.profile,
        activated_at=now,
        changed_at=None,
    )
