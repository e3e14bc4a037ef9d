"""HVAC devices: lists, one, where it is, and the hint that fresh data is wanted."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.connectors import devices as normal
from wattlink.connectors.devices import Kind
from wattlink.connectors.devices import hvac as parts
from wattlink.connectors.devices.hvac import HoldType, HvacCategory, HvacMode
from wattlink.connectors.devices.parts import Range
from wattlink.dialects.enode.devices.places import DeviceUpdatePayload, location_id, older_location_id, put_device_at
from wattlink.dialects.enode.devices.reading import Owned, get_device, hint, page_of_devices
from wattlink.dialects.enode.headers import version_of
from wattlink.dialects.enode.paging import cursors_of
from wattlink.dialects.enode.vendors import VendorName, name_of
from wattlink.dialects.enode.wire import Answer, Capability, PaginationCursors, Timestamp, Uuid, capability, timestamp
from wattlink.domain.devices.model import Device
from wattlink.web.call import Call
from wattlink.web.cursors.lists import Asked


class HvacInformation(Answer):
    brand: str
    model: str | None
    display_name: str
    group_name: str | None
    category: HvacCategory


class HvacTemperatureState(Answer):
    """Temperature in °C; active while it heats or cools."""

    current_temperature: float | None
    is_active: bool
    last_updated: Timestamp | None


class HvacThermostatState(Answer):
    """Setpoints in °C."""

    mode: HvacMode
    heat_setpoint: float | None
    cool_setpoint: float | None
    hold_type: HoldType | None
    last_updated: Timestamp | None


class TemperatureRange(Answer):
    """In °C, both ends included."""

    min: float
    max: float


class HvacCapabilities(Answer):
    """The difference is that between the two setpoints in the mode AUTO."""

    capable_modes: list[HvacMode] | None
    cool_setpoint_range: TemperatureRange | None
    heat_setpoint_range: TemperatureRange | None
    setpoint_difference_range: TemperatureRange | None
    set_follow_schedule: Capability
    set_permanent_hold: Capability


class HvacLocation(Answer):
    id: Uuid | None


class HVAC(Answer):
    """Consumption in kW."""

    id: Uuid
    user_id: str
    vendor: VendorName
    last_seen: Timestamp
    is_reachable: bool
    consumption_rate: float | None
    information: HvacInformation
    temperature_state: HvacTemperatureState
    thermostat_state: HvacThermostatState
    capabilities: HvacCapabilities
    location: HvacLocation
    scopes: list[str]
    location_id: Uuid | UnsetType | None = UNSET  # of versions before the current one


class PaginatedHVACList(Answer):
    data: list[HVAC]
    pagination: PaginationCursors


async def list_hvacs(request: Call, asked: NamedDependency[Asked]) -> PaginatedHVACList:
    """Every HVAC device of the application's users, newest first."""
    return await _page(request, asked, user=None)


async def list_user_hvacs(request: Call, user_id: FromPath[str], asked: NamedDependency[Asked]) -> PaginatedHVACList:
    """The HVAC devices of a user, newest first; none for a user who isn't known."""
    return await _page(request, asked, user=user_id)


async def get_hvac(request: Call, hvac_id: FromPath[str]) -> HVAC:
    """An HVAC device as it was last seen."""
    return _of_device(await get_device(request, hvac_id, Kind.HVAC), version_of(request))


async def update_hvac(request: Call, hvac_id: FromPath[str], data: JSONBody[DeviceUpdatePayload]) -> HVAC:
    """Say at which of its user's locations an HVAC device is."""
    return _of_device(await put_device_at(request, hvac_id, Kind.HVAC, data), version_of(request))


async def refresh_hvac(request: Call, hvac_id: FromPath[str]) -> None:
    """Say that fresh data of an HVAC device is wanted soon."""
    await hint(request, hvac_id, Kind.HVAC)


async def _page(call: Call, asked: Asked, user: str | None) -> PaginatedHVACList:
    page = await page_of_devices(call, asked, Kind.HVAC, user)
    version = version_of(call)
    return PaginatedHVACList(data=[_of_device(device, version) for device in page.rows], pagination=cursors_of(page))


def _of_device(device: Device, version: str) -> HVAC:
    assert isinstance(device.document, normal.Hvac)
    return hvac(device.device_id, device, device.document, version)


def hvac(device_id: UUID, owned: Owned, document: normal.Hvac, version: str) -> HVAC:
    """An HVAC device on the wire."""
    return HVAC(
        id=str(device_id),
        user_id=owned.user,
        vendor=name_of(owned.vendor, Kind.HVAC),
        last_seen=rfc3339(document.last_seen),
        is_reachable=document.is_reachable,
        consumption_rate=document.consumption_rate,
        information=_information(document.information),
        temperature_state=_temperature_state(document.temperature_state),
        thermostat_state=_thermostat_state(document.thermostat_state),
        capabilities=_capabilities(document.capabilities),
        location=HvacLocation(id=location_id(owned)),
        scopes=list(owned.scopes),
        location_id=older_location_id(owned, version),
    )


def _information(found: parts.HvacInformation) -> HvacInformation:
    return HvacInformation(
        brand=found.brand,
        model=found.model,
        display_name=found.display_name,
        group_name=found.group_name,
        category=found.category,
    )


def _temperature_state(found: parts.TemperatureState) -> HvacTemperatureState:
    return HvacTemperatureState(
        current_temperature=found.current_temperature,
        is_active=found.is_active,
        last_updated=timestamp(found.last_updated),
    )


def _thermostat_state(found: parts.ThermostatState) -> HvacThermostatState:
    return HvacThermostatState(
        mode=found.mode,
        heat_setpoint=found.heat_setpoint,
        cool_setpoint=found.cool_setpoint,
        hold_type=found.hold_type,
        last_updated=timestamp(found.last_updated),
    )


def _capabilities(found: parts.HvacCapabilities) -> HvacCapabilities:
    return HvacCapabilities(
        capable_modes=None if found.capable_modes is None else list(found.capable_modes),
        cool_setpoint_range=_range(found.cool_setpoint_range),
        heat_setpoint_range=_range(found.heat_setpoint_range),
        setpoint_difference_range=_range(found.setpoint_difference_range),
        set_follow_schedule=capability(found.set_follow_schedule),
        set_permanent_hold=capability(found.set_permanent_hold),
    )


def _range(found: Range | None) -> TemperatureRange | None:
    return None if found is None else TemperatureRange(min=found.min, max=found.max)
