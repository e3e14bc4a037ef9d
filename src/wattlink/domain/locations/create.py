"""Note a place of a user's."""

from datetime import datetime

from wattlink.base.ids import new_id
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import LocationId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.locations import store
from wattlink.domain.locations.model import Location, NewLocation, check
from wattlink.domain.visits import store as visits


async def create(tx: Transaction, access: Access, user_id: UserId, new: NewLocation, *, now: datetime) -> Location:
    """The new location of a user whom the caller holds; devices have to be relocated then. Raises InvalidInput."""
    check(new)
    await visits.lock_of_user(tx, user_id)  # none saves a position that wasn't matched to this location
    location_id = LocationId(new_id())
    await store.insert(tx, access, user_id, location_id, new, now=now)
    return await store.get(tx, access, location_id)
