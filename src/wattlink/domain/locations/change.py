"""Say something else of a place."""

import msgspec
from msgspec import UNSET

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import LocationId
from wattlink.domain.access.model import Access
from wattlink.domain.locations import store
from wattlink.domain.locations.lock import lock
from wattlink.domain.locations.model import Location, LocationChanges, check


async def change(tx: Transaction, access: Access, location_id: LocationId, changes: LocationChanges) -> Location:
    """The location as it is then; devices have to be relocated. Raises NotFound, InvalidInput."""
    check(changes)
    before = await lock(tx, access, location_id)
    told = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET}
    changed = msgspec.structs.replace(before, **told)
    await store.update(tx, access, changed)
    return changed
