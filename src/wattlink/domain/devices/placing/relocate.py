"""Match a user's devices to the user's locations after one of these changed.

Positions are matched when they are stored, so that a read costs nothing more: by `location_of` of the schema, to the
nearest location within 200 m. An app that changes locations knows what it does, so no event is recorded for that.
"""

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.devices.placing import store


async def relocate(tx: Transaction, user_id: UserId) -> None:
    """Match them anew; the verb that changed a location holds the user's visits, so none saves a position meanwhile."""
    await store.relocate(tx, user_id)
