"""The normalised form of devices: what every connector reads and every dialect shows.

Units: kW, kWh, %, °C, km, A, minutes; times in UTC. None means that the vendor doesn't tell. Stored as JSON, tagged
by `kind`.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from wattlink.connectors.devices.charger import Charger as Charger
from wattlink.connectors.devices.charger import ChargerCapabilities as ChargerCapabilities
from wattlink.connectors.devices.charger import ChargerChargeState as ChargerChargeState
from wattlink.connectors.devices.charger import ChargerInformation as ChargerInformation
from wattlink.connectors.devices.hvac import Hvac as Hvac
from wattlink.connectors.devices.parts import CAPABLE as CAPABLE
from wattlink.connectors.devices.parts import MISSING as MISSING
from wattlink.connectors.devices.parts import Capability as Capability
from wattlink.connectors.devices.parts import Kind as Kind
from wattlink.connectors.devices.parts import Position as Position
from wattlink.connectors.devices.parts import PowerDelivery as PowerDelivery
from wattlink.connectors.devices.parts import blocked as blocked
from wattlink.connectors.devices.site import Battery as Battery
from wattlink.connectors.devices.site import Inverter as Inverter
from wattlink.connectors.devices.site import Meter as Meter
from wattlink.connectors.devices.vehicle import Odometer as Odometer
from wattlink.connectors.devices.vehicle import Vehicle as Vehicle
from wattlink.connectors.devices.vehicle import VehicleCapabilities as VehicleCapabilities
from wattlink.connectors.devices.vehicle import VehicleChargeState as VehicleChargeState
from wattlink.connectors.devices.vehicle import VehicleInformation as VehicleInformation

Document = Vehicle | Charger | Hvac | Inverter | Battery | Meter
"""A device's whole normalised state."""


def kind_of(document: Document) -> Kind:
    """The kind that a document's tag says."""
    return Kind(str(document.__struct_config__.tag))


def capabilities_of(document: Document) -> Mapping[str, Capability]:
    """A device's capabilities by name, without what else stands beside them, such as ranges."""
    shown = document.capabilities
    named = {name: getattr(shown, name) for name in shown.__struct_fields__}
    return {name: value for name, value in named.items() if isinstance(value, Capability)}


def interventions_of(document: Document) -> set[str]:
    """The ids of everything that a device's capabilities wait for."""
    return {found for capability in capabilities_of(document).values() for found in capability.interventions}


def decode_document(raw: bytes | dict[str, Any]) -> Document:
    """A stored document, from its JSON bytes or from what PostgreSQL's jsonb was decoded to."""
    document: Document
    if isinstance(raw, bytes):
        document = msgspec.json.decode(raw, type=Document)
    else:
        document = msgspec.convert(raw, type=Document, strict=False)
    return document
