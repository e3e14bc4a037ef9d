"""Change what is known of a person."""

from datetime import datetime

import msgspec

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotPermitted
from wattlink.domain.users.people import store
from wattlink.domain.users.people.model import Person, PersonChange, changed
from wattlink.domain.users.people.telling import tell


async def change(tx: Transaction, access: Access, user_id: UserId, asked: PersonChange, *, now: datetime) -> Person:
    """The person with the change; raises NotFound, InvalidInput, AlreadyExists, and NotPermitted.

    A rank is an administrator's to give, as whom an application acts by its own credentials; no user is one here. Wake
    the channel `events` afterwards.
    """
    person = await store.lock(tx, access, user_id)
    if asked.rank not in (msgspec.UNSET, person.rank) and access.caller is not None:
        raise NotPermitted("only an administrator changes roles")
    after = await store.put(tx, changed(person, asked, now=now), now=now)
    await tell(tx, after, person, now=now)
    return after
