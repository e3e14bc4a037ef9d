"""Chargers: lists, one, where it is, and the hint that fresh data is wanted."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.connectors import devices as normal
from wattlink.connectors.devices import Kind, PowerDelivery
from wattlink.dialects.enode.devices.places import DeviceUpdatePayload, location_id, older_location_id, put_device_at
from wattlink.dialects.enode.devices.reading import Owned, get_device, hint, page_of_devices
from wattlink.dialects.enode.headers import version_of
from wattlink.dialects.enode.paging import cursors_of
from wattlink.dialects.enode.vendors import VendorName, name_of
from wattlink.dialects.enode.wire import Answer, Capability, PaginationCursors, Timestamp, Uuid, capability, timestamp
from wattlink.domain.devices.model import Device
from wattlink.web.call import Call
from wattlink.web.cursors.lists import Asked

ChargerPowerDelivery = Literal[
    "UNKNOWN",
    "UNPLUGGED",
    "PLUGGED_IN:INITIALIZING",
    "PLUGGED_IN:CHARGING",
    "PLUGGED_IN:STOPPED",
    "PLUGGED_IN:NO_POWER",
    "PLUGGED_IN:FAULT",
    "PLUGGED_IN:DISCHARGING",
]


_POWER_DELIVERY: Mapping[PowerDelivery, ChargerPowerDelivery] = {
    PowerDelivery.UNKNOWN: "UNKNOWN",
    PowerDelivery.UNPLUGGED: "UNPLUGGED",
    PowerDelivery.INITIALIZING: "PLUGGED_IN:INITIALIZING",
    PowerDelivery.CHARGING: "PLUGGED_IN:CHARGING",
    PowerDelivery.STOPPED: "PLUGGED_IN:STOPPED",
    PowerDelivery.COMPLETE: "PLUGGED_IN:STOPPED",  # Enode's chargers don't know that the car is full
    PowerDelivery.NO_POWER: "PLUGGED_IN:NO_POWER",
    PowerDelivery.FAULT: "PLUGGED_IN:FAULT",
    PowerDelivery.DISCHARGING: "PLUGGED_IN:DISCHARGING",
}


class ChargerInformation(Answer):
    brand: str
    model: str
    year: int | None
    serial_number: str


class ChargerChargeState(Answer):
    """Rate in kW, current in A."""

    is_plugged_in: bool | None
    is_charging: bool | None
    charge_rate: float | None
    last_updated: Timestamp | None
    max_current: float | None
    power_delivery_state: ChargerPowerDelivery
    plugged_in_vehicle_id: Uuid | None = None


class ChargerLocation(Answer):
    """Where an app put it, and when."""

    id: Uuid | None
    last_updated: Timestamp | None


class ChargerCapabilities(Answer):
    information: Capability
    charge_state: Capability
    start_charging: Capability
    stop_charging: Capability
    set_max_current: Capability


class Charger(Answer):
    id: Uuid
    user_id: str
    vendor: VendorName
    last_seen: Timestamp
    is_reachable: bool
    information: ChargerInformation
    charge_state: ChargerChargeState
    location: ChargerLocation
    capabilities: ChargerCapabilities
    scopes: list[str]
    location_id: Uuid | UnsetType | None = UNSET  # of versions before the current one


class PaginatedChargerList(Answer):
    data: list[Charger]
    pagination: PaginationCursors


async def list_chargers(request: Call, asked: NamedDependency[Asked]) -> PaginatedChargerList:
    """Every charger of the application's users, newest first."""
    return await _page(request, asked, user=None)


async def list_user_chargers(
    request: Call, user_id: FromPath[str], asked: NamedDependency[Asked]
) -> PaginatedChargerList:
    """The chargers of a user, newest first; none for a user who isn't known."""
    return await _page(request, asked, user=user_id)


async def get_charger(request: Call, charger_id: FromPath[str]) -> Charger:
    """A charger as it was last seen."""
    return _of_device(await get_device(request, charger_id, Kind.CHARGER), version_of(request))


async def update_charger(request: Call, charger_id: FromPath[str], data: JSONBody[DeviceUpdatePayload]) -> Charger:
    """Say at which of its user's locations a charger is."""
    return _of_device(await put_device_at(request, charger_id, Kind.CHARGER, data), version_of(request))


async def refresh_charger(request: Call, charger_id: FromPath[str]) -> None:
    """Say that fresh data of a charger is wanted soon."""
    await hint(request, charger_id, Kind.CHARGER)


async def _page(call: Call, asked: Asked, user: str | None) -> PaginatedChargerList:
    page = await page_of_devices(call, asked, Kind.CHARGER, user)
    version = version_of(call)
    return PaginatedChargerList(data=[_of_device(device, version) for device in page.rows], pagination=cursors_of(page))


def _of_device(device: Device, version: str) -> Charger:
    assert isinstance(device.document, normal.Charger)
    return charger(device.device_id, device, device.document, version)


def charger(device_id: UUID, owned: Owned, document: normal.Charger, version: str) -> Charger:
    """A charger on the wire."""
    return Charger(
        id=str(device_id),
        user_id=owned.user,
        vendor=name_of(owned.vendor, Kind.CHARGER),
        last_seen=rfc3339(document.last_seen),
        is_reachable=document.is_reachable,
        information=_information(document.information),
        charge_state=_charge_state(document.charge_state),
        location=_location(owned),
        capabilities=_capabilities(document.capabilities),
        scopes=list(owned.scopes),
        location_id=older_location_id(owned, version),
    )


def _information(found: normal.ChargerInformation) -> ChargerInformation:
    return ChargerInformation(brand=found.brand, model=found.model, year=found.year, serial_number=found.serial_number)


def _charge_state(found: normal.ChargerChargeState) -> ChargerChargeState:
    return ChargerChargeState(
        is_plugged_in=found.is_plugged_in,
        is_charging=found.is_charging,
        charge_rate=found.charge_rate,
        last_updated=timestamp(found.last_updated),
        max_current=found.max_current,
        power_delivery_state=_POWER_DELIVERY[found.power_delivery],
    )


def _location(owned: Owned) -> ChargerLocation:
    since = None if owned.location_id is None else owned.located_at
    return ChargerLocation(id=location_id(owned), last_updated=timestamp(since))


def _capabilities(found: normal.ChargerCapabilities) -> ChargerCapabilities:
    return ChargerCapabilities(
        information=capability(found.information),
        charge_state=capability(found.charge_state),
        start_charging=capability(found.start_charging),
        stop_charging=capability(found.stop_charging),
        set_max_current=capability(found.set_max_current),
    )
