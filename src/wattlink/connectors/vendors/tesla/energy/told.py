"""What a home tells, and what its devices have in common. W become kW, Wh kWh; what isn't told stays None."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from wattlink.base.clock import moment_of
from wattlink.connectors.devices.site import BatteryInformation, InverterInformation, MeterInformation
from wattlink.connectors.door import number
from wattlink.connectors.vendors.tesla.energy.site import Site
from wattlink.connectors.vendors.tesla.fleet import Trouble
from wattlink.connectors.vendors.tesla.mapping import text

Information = TypeVar("Information", BatteryInformation, InverterInformation, MeterInformation)

BRAND = "Tesla"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # installed at a time that nobody tells


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a home told now; an empty object where it told nothing."""

    live: Mapping[str, Any] = {}
    info: Mapping[str, Any] = {}
    trouble: Trouble | None = None


def site_name(site: Site) -> str:
    """The home's name in the list; where it has none, its number."""
    return text(site.product.get("site_name")) or site.site_id


def named(information: Information, info: Mapping[str, Any]) -> Information:
    """A device with its home's name and age, as far as they are told."""
    installed_at = moment_of(info.get("installation_date"))
    return msgspec.structs.replace(
        information,
        site_name=text(info.get("site_name")) or information.site_name,
        installed_at=information.installed_at if installed_at is None else installed_at,
    )


def timezone(info: Mapping[str, Any]) -> str | None:
    """The home's IANA time zone; recorded answers leave it empty."""
    return text(info.get("installation_time_zone"))


def told_at(site: Site, live: Mapping[str, Any]) -> datetime:
    """When what a home tells was so."""
    return moment_of(live.get("timestamp")) or site.now


def kilo(value: Any) -> float | None:
    """W in kW, Wh in kWh."""
    told = number(value)
    return None if told is None else round(told / 1000, 3)


def percent(value: Any) -> float | None:
    """A share of 100, as exactly as it makes sense."""
    told = number(value)
    return None if told is None else round(told, 2)
