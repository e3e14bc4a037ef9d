"""What is recorded of people: that they were made, changed or deleted."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from wattlink.db.database import Transaction
from wattlink.domain.events.model import EventType, Fact, Payload
from wattlink.domain.events.record import record
from wattlink.domain.users.model import User
from wattlink.domain.users.people.model import Address, Person

_DERIVED = ("located_at",)  # of what is said, not said itself


async def tell(tx: Transaction, person: Person, before: Person | None, *, now: datetime) -> None:
    """Record that a person is new, or what of it is another than before; nothing where all is as it was."""
    updated_fields = () if before is None else _changed_fields(before, person)
    if before is None or updated_fields:
        payload = Payload(
            user=person.external_id,
            vendor="",
            updated_fields=tuple(updated_fields),
            person=msgspec.to_builtins(person),
        )
        event_type = EventType.USER_CREATED if before is None else EventType.USER_UPDATED
        await record(tx, [_fact(event_type, person, payload)], now=now)


async def tell_deleted(tx: Transaction, user: User, *, now: datetime) -> None:
    """Record that a user is gone, by its ids alone."""
    await record(tx, [_fact(EventType.USER_DELETED, user, Payload(user=user.external_id, vendor=""))], now=now)


def _fact(event_type: EventType, user: Person | User, payload: Payload) -> Fact:
    return Fact(
        type=event_type,
        application_id=user.application_id,
        user_id=user.user_id,
        payload=payload,
    )


def _changed_fields(before: Person, after: Person) -> Sequence[str]:
    fields = [name for name in Person.__struct_fields__ if name != "address"]
    of_person = [name for name in fields if getattr(before, name) != getattr(after, name)]
    of_address = [
        name
        for name in Address.__struct_fields__
        if name not in _DERIVED and getattr(before.address, name) != getattr(after.address, name)
    ]
    return [*of_person, *of_address]
