"""Look how vendors do."""

from datetime import datetime

from wattlink.db.database import Reader
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.access.model import Access
from wattlink.domain.vendors.health import store
from wattlink.domain.vendors.health.model import LOOKED_AT, VendorHealth, judge, slot_of


async def look(reader: Reader, access: Access, *, now: datetime) -> list[VendorHealth]:
    """The vendors that an application can use, alphabetical."""
    return [judge(seen) for seen in await store.seen(reader, access, slot_of(now - LOOKED_AT))]


async def look_at(reader: Reader, registration_id: RegistrationId, *, now: datetime) -> VendorHealth:
    """The vendor as it does through one registration."""
    return judge(await store.seen_of(reader, registration_id, slot_of(now - LOOKED_AT)))
