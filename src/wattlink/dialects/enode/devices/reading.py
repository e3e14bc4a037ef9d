"""What the lists, reads and hints of every kind of device have in common."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from wattlink.connectors.devices import Kind
from wattlink.dialects.enode.wire import device_id_of
from wattlink.domain.access.ids import LocationId
from wattlink.domain.access.paging import Position
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.listing import store as listing
from wattlink.domain.devices.model import Device
from wattlink.domain.visits import store as visits
from wattlink.web.call import Call
from wattlink.web.cursors.lists import Asked, Page, page_of


class Owned(Protocol):
    """Whose device it is and where, as a device's row and an event's payload both say."""

    @property
    def user(self) -> str: ...

    @property
    def vendor(self) -> str: ...

    @property
    def scopes(self) -> Sequence[str]: ...

    @property
    def location_id(self) -> LocationId | None: ...

    @property
    def located_at(self) -> datetime | None: ...


async def page_of_devices(call: Call, asked: Asked, kind: Kind, user: str | None) -> Page[Device]:
    """Devices of a kind, of one user or of all."""
    return await page_of(
        call,
        asked,
        lambda reader, wanted: listing.page(reader, call.access, kind, user=user, page=wanted),
        lambda device: Position(device.created_at, device.device_id),
    )


async def get_device(call: Call, text: str, kind: Kind) -> Device:
    """The device of this id; raises NotFound."""
    async with call.hub.db.read() as reader:
        return await devices.get(reader, call.access, device_id_of(text), kind)


async def hint(call: Call, text: str, kind: Kind) -> None:
    """Ask for a visit to the device's account; raises NotFound."""
    hub = call.hub
    async with hub.db.transaction() as tx:
        device = await devices.get(tx, call.access, device_id_of(text), kind)
        await visits.want(tx, device.account_id, hub.clock())
    hub.notifier.wake("visits")
