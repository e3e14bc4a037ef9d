"""A home's battery. The vendor counts its power positive while it discharges, we while it charges."""

from collections.abc import Mapping
from typing import Any

import msgspec

from wattlink.connectors.devices import Battery, Kind
from wattlink.connectors.devices.site import (
    BatteryChargeState,
    BatteryConfig,
    BatteryInformation,
    BatteryStatus,
    OperationMode,
)
from wattlink.connectors.vendors.tesla.energy.capabilities import MODES, of_battery
from wattlink.connectors.vendors.tesla.energy.site import Site
from wattlink.connectors.vendors.tesla.energy.told import (
    BRAND,
    NEVER,
    Told,
    kilo,
    named,
    percent,
    site_name,
    timezone,
    told_at,
)
from wattlink.connectors.vendors.tesla.fleet import block
from wattlink.connectors.vendors.tesla.mapping import text


def battery(site: Site, told: Told) -> Battery:
    """The battery; what it doesn't tell now is as it was told last."""
    last = site.last.get(Kind.BATTERY)
    known = last if isinstance(last, Battery) else _unseen(site)
    if told.info:
        known = _set_up(site, known, told.info)
    if told.live:
        state = _charge_state(site, known.charge_state, told.live)
        known = msgspec.structs.replace(known, last_seen=told_at(site, told.live), charge_state=state)
    capable = of_battery(site, told.info, known.capabilities)
    return msgspec.structs.replace(known, is_reachable=bool(told.live), capabilities=capable)


def _unseen(site: Site) -> Battery:
    information = BatteryInformation(
        vendor_id=site.site_id, brand=BRAND, model="Powerwall", site_name=site_name(site), installed_at=NEVER
    )
    return Battery(last_seen=site.now, information=information)


def _set_up(site: Site, known: Battery, info: Mapping[str, Any]) -> Battery:
    units = block(info, "components").get("batteries")
    unit = units[0] if isinstance(units, list) and units and isinstance(units[0], dict) else {}
    information = named(known.information, info)
    capacity = kilo(site.product.get("total_pack_energy"))
    return msgspec.structs.replace(
        known,
        timezone=timezone(info),
        information=msgspec.structs.replace(information, model=text(unit.get("part_name")) or information.model),
        charge_state=msgspec.structs.replace(
            known.charge_state,
            battery_capacity=kilo(info.get("nameplate_energy")) if capacity is None else capacity,
            discharge_limit=percent(info.get("backup_reserve_percent")),
        ),
        config=_config(site, info),
    )


def _config(site: Site, info: Mapping[str, Any]) -> BatteryConfig:
    mode = text(info.get("default_real_mode"))
    if mode is None:
        return BatteryConfig()
    return BatteryConfig(operation_mode=MODES.get(mode, OperationMode.UNKNOWN), last_updated=site.now)


def _charge_state(site: Site, known: BatteryChargeState, live: Mapping[str, Any]) -> BatteryChargeState:
    power, capacity = kilo(live.get("battery_power")), kilo(live.get("total_pack_energy"))
    return msgspec.structs.replace(
        known,
        status=_status(power),
        battery_capacity=known.battery_capacity if capacity is None else capacity,
        battery_level=percent(live.get("percentage_charged")),
        charge_rate=None if power is None else 0.0 - power,
        last_updated=told_at(site, live),
    )


def _status(power: float | None) -> BatteryStatus:
    if power is None:
        return BatteryStatus.UNKNOWN
    if power == 0:
        return BatteryStatus.IDLE
    return BatteryStatus.DISCHARGING if power > 0 else BatteryStatus.CHARGING
