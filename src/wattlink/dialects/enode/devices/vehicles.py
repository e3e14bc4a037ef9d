"""Vehicles: lists, one, and the hint that fresh data is wanted."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import UNSET, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.connectors import devices as normal
from wattlink.connectors.devices import Kind, PowerDelivery
from wattlink.dialects.enode.devices.places import DeviceLocation, device_location, older_location_id
from wattlink.dialects.enode.devices.reading import Owned, get_device, hint, page_of_devices
from wattlink.dialects.enode.headers import version_of
from wattlink.dialects.enode.paging import cursors_of
from wattlink.dialects.enode.vendors import VendorName, name_of
from wattlink.dialects.enode.wire import Answer, Capability, PaginationCursors, Timestamp, Uuid, capability, timestamp
from wattlink.domain.devices.model import Device
from wattlink.web.call import Call
from wattlink.web.cursors.lists import Asked


class VehicleInformation(Answer):
    vin: str | None
    brand: str | None
    model: str | None
    year: int | None
    display_name: str | None


class VehicleChargeState(Answer):
    """Levels in %, range in km, capacity in kWh, rate in kW, time in minutes, current in A."""

    battery_level: float | None
    range: float | None
    is_plugged_in: bool | None
    is_charging: bool | None
    is_fully_charged: bool | None
    battery_capacity: float | None
    charge_limit: float | None
    charge_rate: float | None
    charge_time_remaining: float | None
    last_updated: Timestamp | None
    max_current: float | None
    power_delivery_state: PowerDelivery
    plugged_in_charger_id: Uuid | None = None


class VehicleSmartChargingPolicy(Answer):
    is_enabled: bool = False
    deadline: str | None = None
    minimum_charge_limit: float = 0


class VehicleOdometer(Answer):
    """Distance in km."""

    distance: float | None
    last_updated: Timestamp | None


class VehicleCapabilities(Answer):
    information: Capability
    charge_state: Capability
    location: Capability
    odometer: Capability
    set_max_current: Capability
    start_charging: Capability
    stop_charging: Capability
    smart_charging: Capability


class Vehicle(Answer):
    id: Uuid
    user_id: str
    vendor: VendorName
    last_seen: Timestamp
    is_reachable: bool | None
    information: VehicleInformation
    charge_state: VehicleChargeState
    smart_charging_policy: VehicleSmartChargingPolicy
    location: DeviceLocation
    odometer: VehicleOdometer
    capabilities: VehicleCapabilities
    scopes: list[str]
    location_id: Uuid | UnsetType | None = UNSET  # of versions before the current one


class PaginatedVehicleList(Answer):
    data: list[Vehicle]
    pagination: PaginationCursors


async def list_vehicles(request: Call, asked: NamedDependency[Asked]) -> PaginatedVehicleList:
    """Every vehicle of the application's users, newest first."""
    return await _page(request, asked, user=None)


async def list_user_vehicles(
    request: Call, user_id: FromPath[str], asked: NamedDependency[Asked]
) -> PaginatedVehicleList:
    """The vehicles of a user, newest first; none for a user who isn't known."""
    return await _page(request, asked, user=user_id)


async def get_vehicle(request: Call, vehicle_id: FromPath[str]) -> Vehicle:
    """A vehicle as it was last seen."""
    return _of_device(await get_device(request, vehicle_id, Kind.VEHICLE), version_of(request))


async def refresh_vehicle(request: Call, vehicle_id: FromPath[str]) -> None:
    """Say that fresh data of a vehicle is wanted soon."""
    await hint(request, vehicle_id, Kind.VEHICLE)


async def _page(call: Call, asked: Asked, user: str | None) -> PaginatedVehicleList:
    page = await page_of_devices(call, asked, Kind.VEHICLE, user)
    version = version_of(call)
    return PaginatedVehicleList(data=[_of_device(device, version) for device in page.rows], pagination=cursors_of(page))


def _of_device(device: Device, version: str) -> Vehicle:
    assert isinstance(device.document, normal.Vehicle)
    return vehicle(device.device_id, device, device.document, version)


def vehicle(device_id: UUID, owned: Owned, document: normal.Vehicle, version: str) -> Vehicle:
    """A vehicle on the wire."""
    return Vehicle(
        id=str(device_id),
        user_id=owned.user,
        vendor=name_of(owned.vendor, Kind.VEHICLE),
        last_seen=rfc3339(document.last_seen),
        is_reachable=document.is_reachable,
        information=_information(document.information),
        charge_state=_charge_state(document.charge_state),
        smart_charging_policy=VehicleSmartChargingPolicy(),
        location=device_location(owned, document.location),
        odometer=_odometer(document.odometer),
        capabilities=_capabilities(document.capabilities),
        scopes=list(owned.scopes),
        location_id=older_location_id(owned, version),
    )


def _information(found: normal.VehicleInformation) -> VehicleInformation:
    return VehicleInformation(
        vin=found.vin, brand=found.brand, model=found.model, year=found.year, display_name=found.display_name
    )


def _charge_state(found: normal.VehicleChargeState) -> VehicleChargeState:
    return VehicleChargeState(
        battery_level=found.battery_level,
        range=found.range,
        is_plugged_in=found.is_plugged_in,
        is_charging=found.is_charging,
        is_fully_charged=found.is_fully_charged,
        battery_capacity=found.battery_capacity,
        charge_limit=found.charge_limit,
        charge_rate=found.charge_rate,
        charge_time_remaining=found.charge_time_remaining,
        last_updated=timestamp(found.last_updated),
        max_current=found.max_current,
        power_delivery_state=found.power_delivery,
    )


def _odometer(found: normal.Odometer) -> VehicleOdometer:
    return VehicleOdometer(distance=found.distance, last_updated=timestamp(found.last_updated))


def _capabilities(found: normal.VehicleCapabilities) -> VehicleCapabilities:
    return VehicleCapabilities(
        information=capability(found.information),
        charge_state=capability(found.charge_state),
        location=capability(found.location),
        odometer=capability(found.odometer),
        set_max_current=capability(found.set_max_current),
        start_charging=capability(found.start_charging),
        stop_charging=capability(found.stop_charging),
        smart_charging=capability(found.smart_charging),
    )
