"""A charger with a car at it, and somebody who tells it things."""

from dataclasses import dataclass

import pytest

from tests.support.accounts import World
from wattlink.connectors.commands import Command
from wattlink.connectors.devices import Kind
from wattlink.domain.access.ids import AccountId, CommandId
from wattlink.domain.access.model import Access
from wattlink.domain.commands import store
from wattlink.domain.commands.create import create
from wattlink.domain.commands.ending.cancel import cancel
from wattlink.domain.commands.ending.end import end_overdue
from wattlink.domain.commands.model import DeviceCommand
from wattlink.domain.devices.model import Device

ADA = "ada@example.com"


@dataclass
class Home:
    """One device, its vendor, and its app."""

    world: World
    vendor: str
    kind: Kind
    account_id: AccountId
    vendor_device_id: str

    async def device(self) -> Device:
        (device,) = await self.world.devices(self.kind)
        return device

    async def tell(self, command: Command, access: Access | None = None) -> CommandId:
        device = await self.device()
        async with self.world.hub.db.transaction() as tx:
            made = await create(
                tx, access or self.world.access, device.device_id, self.kind, command, now=self.world.clock()
            )
        return made.command_id

    async def get(self, command_id: CommandId) -> DeviceCommand:
        async with self.world.hub.db.read() as reader:
            return await store.get(reader, self.world.access, command_id, self.kind)

    async def stands(self, command_id: CommandId) -> tuple[str, str | None]:
        """The state, and why."""
        command = await self.get(command_id)
        return command.state.value, command.failure and command.failure.value

    async def cancel(self, command_id: CommandId) -> bool:
        async with self.world.hub.db.transaction() as tx:
            return (await cancel(tx, self.world.access, command_id, self.kind, now=self.world.clock()))[1]

    async def end_overdue(self, **time: float) -> int:
        self.world.clock.forward(**time)
        return await end_overdue(self.world.hub.db, self.world.clock())

    async def knobs(self, **knobs: object) -> None:
        """Turn the device's knobs."""
        await self.world.sandbox.change(self.vendor, ADA, devices={self.vendor_device_id: knobs})

    async def sent(self, name: str, after: int = 0) -> list[int]:
        """What the vendor answered to a command of this name."""
        requests = await self.world.sandbox.requests(self.vendor, after)
        return [seen.status for seen in requests if seen.path.endswith(f"/{name}")]

    async def told(self) -> list[tuple[str, ...]]:
        """The updated fields of the events on commands."""
        return [fields for name, fields in await self.world.events() if name == "command.updated"]


async def open_home(world: World, vendor: str, kind: Kind, **knobs: object) -> Home:
    await world.sandbox.open(vendor, ADA)
    vendor_device_id = await world.first_device(ADA)
    if knobs:
        await world.sandbox.change(vendor, ADA, devices={vendor_device_id: knobs})
    account_id = await world.link(vendor, ADA)
    return Home(world, vendor, kind, account_id, vendor_device_id)


@pytest.fixture
async def home(world: World) -> Home:
    """A charger at which a car waits that nobody has started."""
    tomorrow = world.clock().timestamp() + 86_400
    return await open_home(world, "easee", Kind.CHARGER, car="waiting", wants_kwh=40.0, next=tomorrow)
