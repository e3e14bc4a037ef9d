"""A heat pump in the normalised form, from its points and its zone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from wattlink.connectors.devices.hvac import (
    Hvac,
    HvacCapabilities,
    HvacCategory,
    HvacInformation,
    TemperatureState,
    ThermostatState,
)
from wattlink.connectors.vendors.myuplink.capabilities import Permits, could, could_before, permitted
from wattlink.connectors.vendors.myuplink.cloud import Listed
from wattlink.connectors.vendors.myuplink.points import Point, Points
from wattlink.connectors.vendors.myuplink.thermostat import Thermostat, celsius, thermostat_of

_BRAND = "NIBE"
# NIBE's numbers: those of the F series, then those of the S series.
_ROOM, _COMPRESSOR, _PRIORITY = ("40033", "50660", "48351"), ("43427", "1965"), ("49994", "55000")
_USED_POWER = ("22130", "2166")
_OFFSET, _HEATING_CURVE = "sh-indoorSpOffsHeat", ("47011",)
_RUNNING = (40, 60)  # starts, runs
_HEATING, _COOLING = 30, 60  # priorities; others are hot water, pools, or nothing
_KILOWATTS = {"W": 0.001, "kW": 1.0}


def heat_pump(
    listed: Listed, points: Points, zone: Mapping[str, Any] | None, permits: Permits, now: datetime
) -> Hvac | None:
    """A heat pump that tells of itself; None for a device that neither heats nor cools rooms."""
    room = points.meant_for("sh-indoorTemp") or points.numbered(*_ROOM)
    temperature = celsius(zone, "temperature") if zone is not None else None
    if temperature is None and room is not None:
        temperature = room.value
    thermostat = thermostat_of(points, zone, has_room_sensor=temperature is not None)
    curve = points.meant_for(_OFFSET) or points.numbered(*_HEATING_CURVE)
    compressor, priority = points.numbered(*_COMPRESSOR), points.numbered(*_PRIORITY)
    if not any((thermostat, room, curve, compressor, priority)):
        return None
    told_at = _latest(room, compressor, priority) or now
    return Hvac(
        last_seen=now if listed.is_connected else told_at,
        is_reachable=listed.is_connected,
        consumption_rate=_kilowatts(points.numbered(*_USED_POWER)),
        information=_information(listed),
        temperature_state=TemperatureState(
            current_temperature=temperature, is_active=_is_active(compressor, priority), last_updated=told_at
        ),
        thermostat_state=_thermostat_state(thermostat, told_at),
        capabilities=permitted(could(thermostat, heats=curve is not None), permits),
    )


def silent_pump(last: Hvac, permits: Permits) -> Hvac:
    """A heat pump that the vendor can't reach: what it told last stays, and stays as old as it is."""
    capabilities: HvacCapabilities = permitted(could_before(last.capabilities), permits)
    return msgspec.structs.replace(last, is_reachable=False, capabilities=capabilities)


def _information(listed: Listed) -> HvacInformation:
    model = (listed.product or "").removeprefix(_BRAND).strip() or None
    names = [listed.system, None if listed.is_alone and listed.system else listed.product]
    return HvacInformation(
        brand=_BRAND,
        model=model,
        display_name=", ".join(name for name in names if name) or _BRAND,
        group_name=listed.system,
        category=HvacCategory.HEAT_PUMP,
    )


def _is_active(compressor: Point | None, priority: Point | None) -> bool:
    runs = compressor is None or compressor.value in _RUNNING
    if priority is None:
        return compressor is not None and runs
    return runs and priority.value in (_HEATING, _COOLING)


def _thermostat_state(thermostat: Thermostat | None, told_at: datetime) -> ThermostatState:
    if thermostat is None:
        return ThermostatState(last_updated=told_at)
    return ThermostatState(
        mode=thermostat.mode,
        heat_setpoint=thermostat.heat,
        cool_setpoint=thermostat.cool,
        hold_type=thermostat.hold_type,
        last_updated=told_at,
    )


def _kilowatts(power: Point | None) -> float | None:
    factor = _KILOWATTS.get(power.unit) if power is not None else None
    return None if power is None or factor is None or power.value < 0 else round(power.value * factor, 3)


def _latest(*points: Point | None) -> datetime | None:
    return max((point.told_at for point in points if point is not None and point.told_at is not None), default=None)
