"""Where devices are, on the wire."""

from wattlink.connectors import devices as normal
from wattlink.dialects.enode.wire import Answer, Timestamp, Uuid, timestamp


class DeviceLocation(Answer):
    """Where a device is, and at which of its user's locations that is."""

    id: Uuid | None
    longitude: float | None
    latitude: float | None
    last_updated: Timestamp | None


def device_location(found: normal.Position) -> DeviceLocation:
    """A position on the wire."""
    return DeviceLocation(
        id=None, longitude=found.longitude, latitude=found.latitude, last_updated=timestamp(found.last_updated)
    )
