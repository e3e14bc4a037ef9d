"""Meters at the grid: lists, one, and the hint that fresh data is wanted."""

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


class MeterInformation(Answer):
    brand: str
    model: str
    site_name: str
    installation_date: Timestamp


class MeterEnergyState(Answer):
    """Power in kW from the grid; negative while feeding it."""

    power: float | None
    last_updated: Timestamp | None


class MeterCapabilities(Answer):
    measures_consumption: Capability
    measures_production: Capability


class Meter(Answer):
    id: Uuid
    user_id: str
    vendor: VendorName
    last_seen: Timestamp
    is_reachable: bool
    timezone: str | None
    hem_system_id: Uuid | None
    information: MeterInformation
    energy_state: MeterEnergyState
    location: DeviceLocation
    capabilities: MeterCapabilities
    scopes: list[str]
    location_id: Uuid | UnsetType | None = UNSET  # of versions before the current one


class PaginatedMeterList(Answer):
    data: list[Meter]
    pagination: PaginationCursors


async def list_meters(request: Call, asked: NamedDependency[Asked]) -> PaginatedMeterList:
    """Every meter of the application's users, newest first."""
    return await _page(request, asked, user=None)


async def list_user_meters(request: Call, user_id: FromPath[str], asked: NamedDependency[Asked]) -> PaginatedMeterList:
    """The meters of a user, newest first; none for a user who isn't known."""
    return await _page(request, asked, user=user_id)


async def get_meter(request: Call, meter_id: FromPath[str]) -> Meter:
    """A meter as it was last seen."""
    return _of_device(await get_device(request, meter_id, Kind.METER), version_of(request))


async def refresh_meter(request: Call, meter_id: FromPath[str]) -> None:
    """Say that fresh data of a meter is wanted soon."""
    await hint(request, meter_id, Kind.METER)


async def _page(call: Call, asked: Asked, user: str | None) -> PaginatedMeterList:
    page = await page_of_devices(call, asked, Kind.METER, user)
    version = version_of(call)
    return PaginatedMeterList(data=[_of_device(device, version) for device in page.rows], pagination=cursors_of(page))


def _of_device(device: Device, version: str) -> Meter:
    assert isinstance(device.document, normal.Meter)
    return meter(device.device_id, device, device.document, version)


def meter(device_id: UUID, owned: Owned, document: normal.Meter, version: str) -> Meter:
    """A meter on the wire."""
    return Meter(
        id=str(device_id),
        user_id=owned.user,
        vendor=name_of(owned.vendor, Kind.METER),
        last_seen=rfc3339(document.last_seen),
        is_reachable=document.is_reachable,
        timezone=document.timezone,
        hem_system_id=None,
        information=_information(document.information),
        energy_state=_energy_state(document.energy_state),
        location=device_location(owned, document.location),
        capabilities=_capabilities(document.capabilities),
        scopes=list(owned.scopes),
        location_id=older_location_id(owned, version),
    )


def _information(found: site.MeterInformation) -> MeterInformation:
    return MeterInformation(
        brand=found.brand,
        model=found.model,
        site_name=found.site_name,
        installation_date=rfc3339(found.installed_at),
    )


def _energy_state(found: site.EnergyState) -> MeterEnergyState:
    return MeterEnergyState(power=found.power, last_updated=timestamp(found.last_updated))


def _capabilities(found: site.MeterCapabilities) -> MeterCapabilities:
    return MeterCapabilities(
        measures_consumption=capability(found.measures_consumption),
        measures_production=capability(found.measures_production),
    )
