"""What is kept of a device beside its state."""

from datetime import datetime
from typing import Any

import msgspec

from wattlink.domain.access.ids import BuildingId, DeviceId


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner said, under the names it used; `is_authenticated` while the device's link works, or still may."""

    device_id: DeviceId
    is_authenticated: bool
    building_id: BuildingId | None = None
    document: dict[str, Any] = {}
    changed_at: datetime | None = None
