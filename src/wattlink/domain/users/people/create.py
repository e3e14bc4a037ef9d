"""Make a person, or make one of a user whom the app only named so far."""

from datetime import datetime

from wattlink.base.ids import new_id
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists
from wattlink.domain.users.model import check_id
from wattlink.domain.users.people import store
from wattlink.domain.users.people.model import NewPerson, Person, PersonChange, changed
from wattlink.domain.users.people.telling import tell


async def create(tx: Transaction, access: Access, new: NewPerson, *, now: datetime) -> Person:
    """The person; raises AlreadyExists where the address, or the app's id, is somebody's who is one already.

    Wake the channel `events` afterwards.
    """
    external_id = new.details.get("external_id")
    if external_id is not None:
        check_id(external_id)
    user_id = UserId(new_id())
    named = await store.name(tx, access, user_id, external_id or str(user_id), now=now)
    person = await store.lock(tx, access, named)
    if person.email is not None:
        raise AlreadyExists(f"external_user_id: there is a user with the external_user_id {external_id!r} already")
    asked = PersonChange(email=new.email, rank=new.rank, details=new.details)
    made = await store.put(tx, changed(person, asked, now=now), now=now)
    await tell(tx, made, None if named == user_id else person, now=now)
    return made
