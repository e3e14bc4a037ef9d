"""Whole devices of which nothing but the ids may still be told: Enode's events always carry one in full shape."""

from datetime import datetime

from wattlink.connectors import devices as normal
from wattlink.connectors.devices import Document, Kind, site
from wattlink.connectors.devices.hvac import HvacCategory, HvacInformation
from wattlink.connectors.registry import manifests


def nothing_known(kind: Kind, vendor: str, at: datetime) -> Document:
    """A device of this kind without any value; where Enode wants a text or a time, an empty one and `at`."""
    brand = manifests()[vendor].name if vendor in manifests() else vendor  # one that was taken out since
    match kind:
        case Kind.VEHICLE:
            return normal.Vehicle(last_seen=at)
        case Kind.CHARGER:
            information = normal.ChargerInformation(brand=brand, model="", serial_number="")
            return normal.Charger(last_seen=at, information=information)
        case Kind.HVAC:
            of_hvac = HvacInformation(brand=brand, display_name="", category=HvacCategory.AGGREGATOR)
            return normal.Hvac(last_seen=at, information=of_hvac)
        case Kind.INVERTER:
            of_inverter = site.InverterInformation(vendor_id="", brand=brand, model="", site_name="", installed_at=at)
            return normal.Inverter(last_seen=at, information=of_inverter)
        case Kind.BATTERY:
            of_battery = site.BatteryInformation(vendor_id="", brand=brand, model="", site_name="", installed_at=at)
            return normal.Battery(last_seen=at, information=of_battery)
        case Kind.METER:
            of_meter = site.MeterInformation(brand=brand, model="", site_name="", installed_at=at)
            return normal.Meter(last_seen=at, information=of_meter)
