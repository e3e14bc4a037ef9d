"""What can be read and commanded of a home's devices now, and who must do what where something can't.

A battery's modes: `self_consumption` is SELF_RELIANCE, `autonomous` is TIME_OF_USE, `backup` (stay full) is
IMPORT_FOCUS. The vendor has none for EXPORT_FOCUS and IDLE.
"""

from collections.abc import Mapping
from typing import Any

from wattlink.connectors.devices import MISSING, Capability, Kind
from wattlink.connectors.devices.site import (
    BatteryCapabilities,
    InverterCapabilities,
    MeterCapabilities,
    OperationMode,
)
from wattlink.connectors.vendors.tesla.capabilities import blocked_by
from wattlink.connectors.vendors.tesla.energy.site import Site
from wattlink.connectors.vendors.tesla.fleet import Trouble, block

CONTROL = "battery:control:operation_mode"
MODES = {
    "self_consumption": OperationMode.SELF_RELIANCE,
    "autonomous": OperationMode.TIME_OF_USE,
    "backup": OperationMode.IMPORT_FOCUS,
}


def readable(site: Site, kind: Kind, trouble: Trouble | None) -> Capability:
    """Whether a device's data can be read."""
    key = f"{kind}_permission"
    permitted = site.rights.capability(f"{kind}:read:data", key)
    return blocked_by(key) if permitted.is_capable and trouble is Trouble.PERMISSION_MISSING else permitted


def of_inverter(site: Site, trouble: Trouble | None) -> InverterCapabilities:
    """The vendor tells what is produced now, but not what was produced in all."""
    return InverterCapabilities(production_state=readable(site, Kind.INVERTER, trouble))


def of_meter(site: Site, trouble: Trouble | None) -> MeterCapabilities:
    """One meter tells both what is bought and what is sold."""
    shown = readable(site, Kind.METER, trouble)
    return MeterCapabilities(measures_consumption=shown, measures_production=shown)


def of_battery(site: Site, info: Mapping[str, Any], before: BatteryCapabilities) -> BatteryCapabilities:
    """The modes that can be set; while the home doesn't tell how it is set up, those that could before."""
    permitted = site.rights.capability(CONTROL, "battery_permission")
    if not permitted.is_capable:
        return BatteryCapabilities(import_focus=permitted, time_of_use=permitted, self_reliance=permitted)
    if not info:
        return before if before.self_reliance.is_capable else BatteryCapabilities(self_reliance=permitted)
    return BatteryCapabilities(
        import_focus=_import_focus(block(info, "components"), permitted),
        time_of_use=_time_of_use(info, permitted),
        self_reliance=permitted,
    )


def _import_focus(components: Mapping[str, Any], permitted: Capability) -> Capability:
    if components.get("backup") is False:
        return MISSING
    if components.get("disallow_charge_from_grid_with_solar_installed") is True:
        return blocked_by("grid_charging")
    return permitted


def _time_of_use(info: Mapping[str, Any], permitted: Capability) -> Capability:
    if block(info, "components").get("tou_capable") is False:
        return MISSING
    return blocked_by("rate_plan") if block(info, "tou_settings").get("schedule") == [] else permitted
