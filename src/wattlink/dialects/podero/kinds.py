"""Which devices there are, by the names that they have in paths, in sessions and in words."""

from collections.abc import Mapping
from typing import NamedTuple

from wattlink.connectors.devices import Kind


class DeviceType(NamedTuple):
    """`path` as in `/heat-pumps`, `short` as in sessions, `operation` within names of operations."""

    kind: Kind
    path: str
    short: str
    operation: str


HEAT_PUMP = DeviceType(Kind.HVAC, "heat-pumps", "hp", "HeatPump")
ELECTRIC_VEHICLE = DeviceType(Kind.VEHICLE, "electric-vehicles", "ev", "ElectricVehicle")
INVERTER = DeviceType(Kind.INVERTER, "inverters", "iv", "Inverter")
WALLBOX = DeviceType(Kind.CHARGER, "wallboxes", "wb", "Wallbox")

TYPES: Mapping[str, DeviceType] = {one.path: one for one in (HEAT_PUMP, ELECTRIC_VEHICLE, INVERTER, WALLBOX)}
