"""The user whom a service vouched for: the same one each time, made the first time."""

from collections.abc import Callable
from datetime import datetime

from wattlink.base.ids import new_id
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists
from wattlink.domain.users.elsewhere import store
from wattlink.domain.users.elsewhere.model import Person

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
    user_id = UserId(new_id())
    if not await store.add_user(tx, application_id, person, user_id=user_id, external_id=name_of(user_id), now=now):
        raise AlreadyExists("email: another user of this application has this address")
    await store.add_identity(tx, application_id, person, user_id, now=now)
    return user_id
