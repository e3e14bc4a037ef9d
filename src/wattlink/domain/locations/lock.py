"""Hold a place while it changes."""

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import LocationId
from wattlink.domain.access.model import Access
from wattlink.domain.locations import store
from wattlink.domain.locations.model import Location
from wattlink.domain.visits import store as visits


async def lock(tx: Transaction, access: Access, location_id: LocationId) -> Location:
    """The location, held until the end of the transaction. Raises NotFound.

    Visits are locked first, as everywhere: none saves a device's position meanwhile.
    """
    location = await store.get(tx, access, location_id)
    await visits.lock_of_user(tx, location.user_id)
    return await store.get(tx, access, location_id, and_lock=True)
