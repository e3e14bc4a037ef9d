"""Say of a user that there is a building, and what it is like."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from wattlink.base.ids import new_id
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import BuildingId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.premises import store
from wattlink.domain.premises.model import Building, BuildingDocument, checked_building
from wattlink.domain.users.people import store as people


async def create(
    tx: Transaction, access: Access, user_id: UserId, name: str, said: Mapping[str, Any], *, now: datetime
) -> Building:
    """A new building; raises NotFound where there is no such user, and InvalidInput."""
    person = await people.lock(tx, access, user_id)
    building = Building(
        building_id=BuildingId(new_id()),
        application_id=person.application_id,
        user_id=user_id,
        name=name,
        document=checked_building(BuildingDocument(), said),
    )
    await store.put_building(tx, building, now=now)
    return building


async def change(
    tx: Transaction, access: Access, user_id: UserId, building_id: BuildingId, said: Mapping[str, Any], *, now: datetime
) -> Building:
    """The building with what is said of it, `name` among it; raises NotFound and InvalidInput."""
    given = dict(said)
    current = await store.lock_building(tx, access, user_id, building_id)
    name = given.pop("name", current.name)
    building = msgspec.structs.replace(current, name=name, document=checked_building(current.document, given))
    await store.put_building(tx, building, now=now)
    return building
