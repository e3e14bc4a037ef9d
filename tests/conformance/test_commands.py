"""Every vendor whose devices can be told something does it, and says truly where it didn't, in one of the four ways."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from tests.conformance.world import LOGIN, World, failure
from tests.support.linking import connect
from tests.support.sandbox import RunningSandbox
from wattlink.base.outbound import Answer, Outbound
from wattlink.connectors.commands import (
    Command,
    FollowSchedule,
    HoldPermanently,
    SetMaxCurrent,
    SetOperationMode,
    StartCharging,
    StopCharging,
)
from wattlink.connectors.contract import Credential, DeviceReading
from wattlink.connectors.devices import Battery, Charger, Document, Hvac, Kind, Vehicle, kind_of
from wattlink.connectors.devices.hvac import HvacMode
from wattlink.connectors.devices.parts import Range
from wattlink.connectors.devices.site import OperationMode
from wattlink.connectors.errors import (
    CommandRefusal,
    CommandRefused,
    CredentialsRejected,
    Refusal,
    UnexpectedAnswer,
    VendorUnavailable,
)
from wattlink.connectors.registry import clouds
from wattlink.connectors.simulation import Fault
from wattlink.domain.commands.check import capability_of, scope_of
from wattlink.domain.commands.observe import is_done

_CONTROLLED = [
    (vendor, kind)
    for vendor, manifest in clouds().items()
    for kind in manifest.kinds
    if scope_of(kind) in manifest.scopes
]
every_controlled_kind = pytest.mark.parametrize(
    ("vendor", "kind"), _CONTROLLED, ids=[f"{vendor}-{kind}" for vendor, kind in _CONTROLLED]
)
_NOT_THEIRS: Mapping[Kind, Command] = {
    Kind.VEHICLE: FollowSchedule(),
    Kind.CHARGER: SetOperationMode(operation_mode=OperationMode.IDLE),
    Kind.HVAC: StartCharging(),
    Kind.BATTERY: FollowSchedule(),
}
_ANYWHERE = Range(min=18, max=24)


class Plant:
    """Two devices of a kind, and the credential with which they are told."""

    def __init__(self, world: World, sandbox: RunningSandbox, kind: Kind, credential: Credential) -> None:
        self.world = world
        self.sandbox = sandbox
        self.kind = kind
        self.credential = credential

    async def devices(self) -> list[DeviceReading]:
        readings = await self.world.read(self.credential)
        return [reading for reading in readings if kind_of(reading.document) is self.kind]

    async def tell(self, told: DeviceReading, command: Command, *, hurried: bool = False) -> None:
        connector = self.world.hurried if hurried else self.world.connector
        await connector.send(self.credential, told.vendor_device_id, command, told.document)

    async def shows(self, told: DeviceReading, command: Command) -> bool:
        """Whether the device is seen to have done it within two minutes."""
        for _ in range(12):
            found = {reading.vendor_device_id: reading.document for reading in await self.devices()}
            if is_done(command, found[told.vendor_device_id]):
                return True
            self.world.clock.forward(seconds=10)
        return False

    async def fault(self, *faults: Fault) -> None:
        await self.sandbox.fault(self.world.manifest.vendor, LOGIN.username, *faults)


@pytest.fixture
async def plant(vendor: str, kind: Kind, world: World, sandbox: RunningSandbox) -> Plant:
    await sandbox.change(vendor, LOGIN.username, add_devices=1, kind=kind)
    return Plant(world, sandbox, kind, (await world.link()).credential)


@every_controlled_kind
async def test_what_is_accepted_is_done_and_what_is_refused_says_why(plant: Plant) -> None:
    for at in range(len(await plant.devices())):
        told = (await plant.devices())[at]
        commands = list(_possible(told.document))
        assert commands
        for command in commands:
            now = (await plant.devices())[at]
            refused = await failure(plant.tell(now, command))
            assert refused is None or isinstance(refused, CommandRefused)
            if refused is None:
                assert await plant.shows(now, command), command
            else:
                assert refused.cause in (CommandRefusal.PRECONDITION, CommandRefusal.UNNECESSARY), refused
                assert refused.detail


@pytest.mark.parametrize(("vendor", "kind"), [pair for pair in _CONTROLLED if pair[1] in (Kind.VEHICLE, Kind.CHARGER)])
async def test_a_limit_between_two_amperes_is_kept_to(plant: Plant) -> None:
    told, limit = (await plant.devices())[-1], SetMaxCurrent(max_current=9.7)
    await plant.tell(told, limit)
    assert await plant.shows(told, limit)
    limited = (await plant.devices())[-1].document
    assert isinstance(limited, Vehicle | Charger)
    assert 9 <= (limited.charge_state.max_current or 0) <= 9.7


@every_controlled_kind
async def test_a_command_said_twice_is_done_or_unnecessary(plant: Plant) -> None:
    told = (await plant.devices())[-1]
    command = list(_possible(told.document))[-1]
    for _ in range(2):
        refused = await failure(plant.tell(told, command))
        assert refused is None or (isinstance(refused, CommandRefused) and refused.cause is CommandRefusal.UNNECESSARY)


@every_controlled_kind
async def test_a_command_for_another_kind_of_device_is_refused(plant: Plant) -> None:
    told = (await plant.devices())[-1]
    refused = await failure(plant.tell(told, _NOT_THEIRS[plant.kind]))
    assert isinstance(refused, CommandRefused)


@every_controlled_kind
async def test_a_device_that_left_is_not_found(plant: Plant) -> None:
    told = (await plant.devices())[-1]
    await plant.sandbox.change(plant.world.manifest.vendor, LOGIN.username, remove_devices=[told.vendor_device_id])
    refused = await failure(plant.tell(told, next(_possible(told.document))))
    assert isinstance(refused, CommandRefused)
    assert refused.cause is CommandRefusal.NOT_FOUND


@every_controlled_kind
async def test_a_device_that_sleeps_or_is_offline_is_worth_another_try(plant: Plant) -> None:
    told = (await plant.devices())[-1]
    await plant.fault(Fault.ASLEEP)
    refused = await failure(plant.tell(told, list(_possible(told.document))[-1]))
    assert refused is None or isinstance(refused, VendorUnavailable | CommandRefused)
    assert not isinstance(refused, CommandRefused) or refused.cause is CommandRefusal.UNREACHABLE


@every_controlled_kind
async def test_a_right_that_lacks_is_said(plant: Plant) -> None:
    told = (await plant.devices())[-1]
    await plant.fault(Fault.SCOPE_MISSING)
    refused = await failure(plant.tell(told, list(_possible(told.document))[-1]))
    assert isinstance(refused, CommandRefused)
    assert refused.cause is CommandRefusal.PERMISSION


@every_controlled_kind
async def test_a_used_up_quota_and_a_dead_token_mean_that_nothing_was_done(plant: Plant) -> None:
    told = (await plant.devices())[-1]
    command = list(_possible(told.document))[-1]
    await plant.fault(Fault.QUOTA)
    used_up = await failure(plant.tell(told, command))
    assert isinstance(used_up, VendorUnavailable)
    assert used_up.reason == "quota"
    await plant.fault(Fault.ACCESS_REFUSED)
    expired = await failure(plant.tell(told, command))
    assert isinstance(expired, CredentialsRejected)
    assert expired.cause is Refusal.ACCESS_EXPIRED


@every_controlled_kind
@pytest.mark.parametrize("fault", [Fault.OUTAGE, Fault.GARBAGE, Fault.ENDLESS, Fault.SLOW])
async def test_what_says_nothing_is_neither_a_refusal_nor_an_acceptance(plant: Plant, fault: Fault) -> None:
    told = (await plant.devices())[-1]
    await plant.fault(fault)
    failed = await failure(plant.tell(told, list(_possible(told.document))[-1], hurried=True))
    assert isinstance(failed, VendorUnavailable | UnexpectedAnswer)
    if isinstance(failed, VendorUnavailable):
        assert failed.reason == "outage"


@every_controlled_kind
async def test_a_gateways_page_refuses_nothing(plant: Plant, outbound: Outbound) -> None:
    told = (await plant.devices())[-1]
    vendor, command = plant.world.manifest.vendor, list(_possible(told.document))[-1]
    for status in (400, 403, 404, 409, 422):
        gateway = _Gateway(outbound, status)
        connector = connect(vendor, gateway, plant.sandbox.hosts(vendor), plant.world.clock)
        failed = await failure(connector.send(plant.credential, told.vendor_device_id, command, told.document))
        assert isinstance(failed, UnexpectedAnswer), status


class _Gateway(Outbound):
    """A way to the vendor with a gateway that lets nothing be changed."""

    def __init__(self, way: Outbound, status: int) -> None:
        super().__init__()
        self._way, self._status = way, status

    async def send(self, method: str, url: str, **more: Any) -> Answer:
        if method != "GET":
            return Answer(self._status, {"content-type": "text/html"}, b"<html>Request blocked</html>")
        return await self._way.send(method, url, **more)


@pytest.mark.parametrize("vendor", list(clouds()))
def test_commands_expire_within_a_quarter_of_an_hour(vendor: str) -> None:
    assert timedelta() < timedelta(seconds=clouds()[vendor].commands.expires_after) <= timedelta(minutes=15)


def _possible(document: Document) -> Iterator[Command]:
    """What a device may be told by its own capabilities."""
    for command in _of_kind(document):
        if getattr(document.capabilities, capability_of(command)).is_capable:
            yield command


def _of_kind(document: Document) -> Iterator[Command]:
    match document:
        case Vehicle() | Charger():
            yield from (StopCharging(), StartCharging(), SetMaxCurrent(max_current=10))
        case Hvac():
            for mode in document.capabilities.capable_modes or ():
                yield _hold(document, mode)
            yield FollowSchedule()
        case Battery():
            yield from (
                SetOperationMode(operation_mode=mode) for mode in OperationMode if mode is not OperationMode.UNKNOWN
            )


def _hold(document: Hvac, mode: HvacMode) -> HoldPermanently:
    can = document.capabilities
    hold = HoldPermanently(mode=mode)
    if mode in (HvacMode.HEAT, HvacMode.AUTO):
        hold = structs.replace(hold, heat_setpoint=_middle(can.heat_setpoint_range, 0.4))
    if mode in (HvacMode.COOL, HvacMode.AUTO):
        hold = structs.replace(hold, cool_setpoint=_middle(can.cool_setpoint_range, 0.6))
    return hold


def _middle(allowed: Range | None, share: float) -> float:
    found = allowed or _ANYWHERE
    return round(found.min + (found.max - found.min) * share)
