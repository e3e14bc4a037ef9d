"""Forget a place."""

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import LocationId
from wattlink.domain.access.model import Access
from wattlink.domain.locations import store
from wattlink.domain.locations.lock import lock
from wattlink.domain.locations.model import Location


async def delete(tx: Transaction, access: Access, location_id: LocationId) -> Location:
    """The location as it was; devices have to be relocated. Raises NotFound."""
    location = await lock(tx, access, location_id)
    await store.delete(tx, access, location_id)
    return location
