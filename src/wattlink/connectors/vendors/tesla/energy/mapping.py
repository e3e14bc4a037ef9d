"""From what the Fleet API says of a home to the normalised form of its devices."""

from collections.abc import Mapping
from typing import Any

import msgspec

from wattlink.connectors.devices import Document, Inverter, Kind, Meter
from wattlink.connectors.devices.site import EnergyState, InverterInformation, MeterInformation, ProductionState
from wattlink.connectors.vendors.tesla.energy.battery import battery
from wattlink.connectors.vendors.tesla.energy.capabilities import of_inverter, of_meter
from wattlink.connectors.vendors.tesla.energy.site import Site
from wattlink.connectors.vendors.tesla.energy.told import (
    BRAND,
    NEVER,
    Told,
    kilo,
    named,
    site_name,
    timezone,
    told_at,
)
from wattlink.connectors.vendors.tesla.fleet import block
from wattlink.connectors.vendors.tesla.mapping import text

_ROOFS = {"pv_panel": "Solar Panels", "solar_roof": "Solar Roof"}


def document(site: Site, kind: Kind, told: Told) -> Document:
    """One of a home's devices; what it doesn't tell now is as it was told last, and as old."""
    shown = told if site.may_read(kind) else msgspec.structs.replace(told, live={}, info={})
    match kind:
        case Kind.BATTERY:
            return battery(site, shown)
        case Kind.INVERTER:
            return _inverter(site, shown)
    return _meter(site, shown)


def _inverter(site: Site, told: Told) -> Inverter:
    last = site.last.get(Kind.INVERTER)
    known = last if isinstance(last, Inverter) else _unseen_inverter(site)
    if told.info:
        information = msgspec.structs.replace(named(known.information, told.info), model=_roof(told.info))
        known = msgspec.structs.replace(known, timezone=timezone(told.info), information=information)
    if told.live:
        state = _production_state(site, told.live)
        known = msgspec.structs.replace(known, last_seen=told_at(site, told.live), production_state=state)
    capable = of_inverter(site, told.trouble)
    return msgspec.structs.replace(known, is_reachable=bool(told.live), capabilities=capable)


def _unseen_inverter(site: Site) -> Inverter:
    information = InverterInformation(
        vendor_id=site.site_id,
        brand=BRAND,
        model=_roof(site.product),
        site_name=site_name(site),
        installed_at=NEVER,
    )
    return Inverter(last_seen=site.now, information=information)


def _roof(told: Mapping[str, Any]) -> str:
    return _ROOFS.get(text(block(told, "components").get("solar_type")) or "", "Solar")


def _production_state(site: Site, live: Mapping[str, Any]) -> ProductionState:
    power = kilo(live.get("solar_power"))
    return ProductionState(
        production_rate=power,
        is_producing=None if power is None else power > 0,
        last_updated=told_at(site, live),
    )


def _meter(site: Site, told: Told) -> Meter:
    last = site.last.get(Kind.METER)
    known = last if isinstance(last, Meter) else _unseen_meter(site)
    if told.info:
        gateways = block(told.info, "components").get("gateways")
        gateway = gateways[0] if isinstance(gateways, list) and gateways and isinstance(gateways[0], dict) else {}
        information = named(known.information, told.info)
        information = msgspec.structs.replace(information, model=text(gateway.get("part_name")) or information.model)
        known = msgspec.structs.replace(known, timezone=timezone(told.info), information=information)
    if told.live:
        state = EnergyState(power=kilo(told.live.get("grid_power")), last_updated=told_at(site, told.live))
        known = msgspec.structs.replace(known, last_seen=told_at(site, told.live), energy_state=state)
    capable = of_meter(site, told.trouble)
    return msgspec.structs.replace(known, is_reachable=bool(told.live), capabilities=capable)


def _unseen_meter(site: Site) -> Meter:
    information = MeterInformation(brand=BRAND, model="Gateway", site_name=site_name(site), installed_at=NEVER)
    return Meter(last_seen=site.now, information=information)
