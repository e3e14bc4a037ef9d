"""Solar inverters: lists, one, and the hint that fresh data is wanted."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import UNSET, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.connectors import devices as normal
from wattlink.connectors.devices import Kind, site
from wattlink.dialects.enode.devices.places import DeviceLocation, device_location, older_location_id
from wattlink.dialects.enode.devices.reading import Owned, get_device, hint, page_of_devices
from wattlink.dialects.enode.headers import version_of
from wattlink.dialects.enode.paging import cursors_of
from wattlink.dialects.enode.vendors import VendorName, name_of
from wattlink.dialects.enode.wire import Answer, Capability, PaginationCursors, Timestamp, Uuid, capability, timestamp
from wattlink.domain.devices.model import Device
from wattlink.web.call import Call
from wattlink.web.cursors.lists import Asked


class InverterInformation(Answer):
    """The id and `sn` are the vendor's."""

    id: str
    sn: str | None
    brand: str
    model: str
    site_name: str
    installation_date: Timestamp


class InverterProductionState(Answer):
    """Rate in kW, production in kWh."""

    production_rate: float | None
    is_producing: bool | None
    total_lifetime_production: float | None
    last_updated: Timestamp | None


class InverterCapabilities(Answer):
    production_state: Capability
    production_statistics: Capability


class Inverter(Answer):
    id: Uuid
    user_id: str
    vendor: VendorName
    last_seen: Timestamp
    is_reachable: bool
    timezone: str | None
    hem_system_id: Uuid | None
    information: InverterInformation
    production_state: InverterProductionState
    location: DeviceLocation
    capabilities: InverterCapabilities
    scopes: list[str]
    charging_location_id: Uuid | UnsetType | None = UNSET  # of versions before the current one


class PaginatedInverterList(Answer):
    data: list[Inverter]
    pagination: PaginationCursors


async def list_inverters(request: Call, asked: NamedDependency[Asked]) -> PaginatedInverterList:
    """Every inverter of the application's users, newest first."""
    return await _page(request, asked, user=None)


async def list_user_inverters(
    request: Call, user_id: FromPath[str], asked: NamedDependency[Asked]
) -> PaginatedInverterList:
    """The inverters of a user, newest first; none for a user who isn't known."""
    return await _page(request, asked, user=user_id)


async def get_inverter(request: Call, inverter_id: FromPath[str]) -> Inverter:
    """An inverter as it was last seen."""
    return _of_device(await get_device(request, inverter_id, Kind.INVERTER), version_of(request))


async def refresh_inverter(request: Call, inverter_id: FromPath[str]) -> None:
    """Say that fresh data of an inverter is wanted soon."""
    await hint(request, inverter_id, Kind.INVERTER)


async def _page(call: Call, asked: Asked, user: str | None) -> PaginatedInverterList:
    page = await page_of_devices(call, asked, Kind.INVERTER, user)
    version = version_of(call)
    return PaginatedInverterList(
        data=[_of_device(device, version) for device in page.rows], pagination=cursors_of(page)
    )


def _of_device(device: Device, version: str) -> Inverter:
    assert isinstance(device.document, normal.Inverter)
    return inverter(device.device_id, device, device.document, version)


def inverter(device_id: UUID, owned: Owned, document: normal.Inverter, version: str) -> Inverter:
    """An inverter on the wire."""
    return Inverter(
        id=str(device_id),
        user_id=owned.user,
        vendor=name_of(owned.vendor, Kind.INVERTER),
        last_seen=rfc3339(document.last_seen),
        is_reachable=document.is_reachable,
        timezone=document.timezone,
        hem_system_id=None,
        information=_information(document.information),
        production_state=_production_state(document.production_state),
        location=device_location(owned, document.location),
        capabilities=_capabilities(document.capabilities),
        scopes=list(owned.scopes),
        charging_location_id=older_location_id(owned, version),
    )


def _information(found: site.InverterInformation) -> InverterInformation:
    return InverterInformation(
        id=found.vendor_id,
        sn=found.serial_number,
        brand=found.brand,
        model=found.model,
        site_name=found.site_name,
        installation_date=rfc3339(found.installed_at),
    )


def _production_state(found: site.ProductionState) -> InverterProductionState:
    return InverterProductionState(
        production_rate=found.production_rate,
        is_producing=found.is_producing,
        total_lifetime_production=found.total_lifetime_production,
        last_updated=timestamp(found.last_updated),
    )


def _capabilities(found: site.InverterCapabilities) -> InverterCapabilities:
    return InverterCapabilities(
        production_state=capability(found.production_state),
        production_statistics=capability(found.production_statistics),
    )
