"""Home batteries: lists, one, and the hint that fresh data is wanted."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import UNSET, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.connectors import devices as normal
from wattlink.connectors.devices import Kind, site
from wattlink.connectors.devices.site import BatteryStatus, OperationMode
from wattlink.dialects.enode.devices.places import DeviceLocation, device_location, older_location_id
from wattlink.dialects.enode.devices.reading import Owned, get_device, hint, page_of_devices
from wattlink.dialects.enode.headers import version_of
from wattlink.dialects.enode.paging import cursors_of
from wattlink.dialects.enode.vendors import VendorName, name_of
from wattlink.dialects.enode.wire import Answer, Capability, PaginationCursors, Timestamp, Uuid, capability, timestamp
from wattlink.domain.devices.model import Device
from wattlink.web.call import Call
from wattlink.web.cursors.lists import Asked


class BatteryInformation(Answer):
    """The id is the vendor's."""

    id: str
    brand: str
    model: str
    site_name: str
    installation_date: Timestamp


class BatteryChargeState(Answer):
    """Capacity in kWh, level and limit in %, rate in kW: negative while discharging."""

    status: BatteryStatus | None
    battery_capacity: float | None
    battery_level: float | None
    charge_rate: float | None
    discharge_limit: float | None
    last_updated: Timestamp | None


class BatteryConfig(Answer):
    operation_mode: OperationMode | None
    last_updated: Timestamp | None


class BatteryCapabilities(Answer):
    export_focus: Capability
    import_focus: Capability
    time_of_use: Capability
    self_reliance: Capability
    idle: Capability


class Battery(Answer):
    id: Uuid
    user_id: str
    vendor: VendorName
    last_seen: Timestamp
    is_reachable: bool
    timezone: str | None
    hem_system_id: Uuid | None
    information: BatteryInformation
    charge_state: BatteryChargeState
    config: BatteryConfig
    location: DeviceLocation
    capabilities: BatteryCapabilities
    scopes: list[str]
    location_id: Uuid | UnsetType | None = UNSET  # of versions before the current one


class PaginatedBatteryList(Answer):
    data: list[Battery]
    pagination: PaginationCursors


async def list_batteries(request: Call, asked: NamedDependency[Asked]) -> PaginatedBatteryList:
    """Every battery of the application's users, newest first."""
    return await _page(request, asked, user=None)


async def list_user_batteries(
    request: Call, user_id: FromPath[str], asked: NamedDependency[Asked]
) -> PaginatedBatteryList:
    """The batteries of a user, newest first; none for a user who isn't known."""
    return await _page(request, asked, user=user_id)


async def get_battery(request: Call, battery_id: FromPath[str]) -> Battery:
    """A battery as it was last seen."""
    return _of_device(await get_device(request, battery_id, Kind.BATTERY), version_of(request))


async def refresh_battery(request: Call, battery_id: FromPath[str]) -> None:
    """Say that fresh data of a battery is wanted soon."""
    await hint(request, battery_id, Kind.BATTERY)


async def _page(call: Call, asked: Asked, user: str | None) -> PaginatedBatteryList:
    page = await page_of_devices(call, asked, Kind.BATTERY, user)
    version = version_of(call)
    return PaginatedBatteryList(data=[_of_device(device, version) for device in page.rows], pagination=cursors_of(page))


def _of_device(device: Device, version: str) -> Battery:
    assert isinstance(device.document, normal.Battery)
    return battery(device.device_id, device, device.document, version)


def battery(device_id: UUID, owned: Owned, document: normal.Battery, version: str) -> Battery:
    """A battery on the wire."""
    return Battery(
        id=str(device_id),
        user_id=owned.user,
        vendor=name_of(owned.vendor, Kind.BATTERY),
        last_seen=rfc3339(document.last_seen),
        is_reachable=document.is_reachable,
        timezone=document.timezone,
        hem_system_id=None,
        information=_information(document.information),
        charge_state=_charge_state(document.charge_state),
        config=_config(document.config),
        location=device_location(owned, document.location),
        capabilities=_capabilities(document.capabilities),
        scopes=list(owned.scopes),
        location_id=older_location_id(owned, version),
    )


def _information(found: site.BatteryInformation) -> BatteryInformation:
    return BatteryInformation(
        id=found.vendor_id,
        brand=found.brand,
        model=found.model,
        site_name=found.site_name,
        installation_date=rfc3339(found.installed_at),
    )


def _charge_state(found: site.BatteryChargeState) -> BatteryChargeState:
    return BatteryChargeState(
        status=found.status,
        battery_capacity=found.battery_capacity,
        battery_level=found.battery_level,
        charge_rate=found.charge_rate,
        discharge_limit=found.discharge_limit,
        last_updated=timestamp(found.last_updated),
    )


def _config(found: site.BatteryConfig) -> BatteryConfig:
    return BatteryConfig(operation_mode=found.operation_mode, last_updated=timestamp(found.last_updated))


def _capabilities(found: site.BatteryCapabilities) -> BatteryCapabilities:
    return BatteryCapabilities(
        export_focus=capability(found.export_focus),
        import_focus=capability(found.import_focus),
        time_of_use=capability(found.time_of_use),
        self_reliance=capability(found.self_reliance),
        idle=capability(found.idle),
    )
