"""What SolarEdge tells of a site and its inverters, as an inverter of ours."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from wattlink.connectors.devices import Inverter
from wattlink.connectors.devices.parts import CAPABLE
from wattlink.connectors.devices.site import InverterCapabilities, InverterInformation, ProductionState
from wattlink.connectors.door import number
from wattlink.connectors.errors import UnexpectedAnswer

_FRESH = timedelta(hours=1)
_ASLEEP = {"SLEEPING", "NIGHT"}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_FORMAT = "%Y-%m-%d %H:%M:%S"


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed of a site to tell its inverters."""

    name: str
    zone: str | None  # IANA
    installed: str  # a day, or nothing


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An inverter of the inventory."""

    serial: str
    name: str
    brand: str
    model: str


class Telemetry(msgspec.Struct, frozen=True, kw_only=True):
    """The latest that an inverter told."""

    at: datetime
    watts: float | None
    lifetime_wh: float | None
    mode: str


def site_of(told: Any) -> Site:
    """A site's details; raises UnexpectedAnswer."""
    details = told.get("details") if isinstance(told, dict) else None
    if not isinstance(details, dict):
        raise UnexpectedAnswer("details of no site")
    location = details.get("location")
    zone = _text(location.get("timeZone")) if isinstance(location, dict) else ""
    return Site(
        name=_text(details.get("name")),
        zone=zone if zone and zone_of(zone) is not None else None,
        installed=_text(details.get("installationDate")),
    )


def listed_of(told: Any, known: Collection[str] = ()) -> list[Listed]:
    """The inverters of an inventory; raises UnexpectedAnswer.

    One without a serial number is passed over, unless it may be one of those that are known, or the only one.
    """
    inventory = told.get("Inventory") if isinstance(told, dict) else None
    entries = inventory.get("inverters") if isinstance(inventory, dict) else None
    if not isinstance(entries, list):
        raise UnexpectedAnswer("an inventory without a list of inverters")
    named = [entry for entry in map(_listed, entries) if entry is not None]
    found = {entry.serial: entry for entry in named}
    if len(named) < len(entries) and (not found or set(known) - found.keys()):
        raise UnexpectedAnswer("an inverter without a serial number")
    return list(found.values())


def latest_of(told: Any, zone: ZoneInfo | None) -> Telemetry | None:
    """The last of an inverter's values, None where it told nothing; raises UnexpectedAnswer."""
    data = told.get("data") if isinstance(told, dict) else None
    entries = data.get("telemetries") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise UnexpectedAnswer("data without a list of telemetries")
    found = [
        Telemetry(
            at=at,
            watts=number(entry.get("totalActivePower")),
            lifetime_wh=number(entry.get("totalEnergy")),
            mode=_text(entry.get("inverterMode")),
        )
        for entry in entries
        if isinstance(entry, dict) and (at := _moment(entry.get("date"), zone)) is not None
    ]
    return max(found, key=lambda telemetry: telemetry.at, default=None)


def inverter(listed: Listed, site: Site, latest: Telemetry, last: Inverter | None, *, now: datetime) -> Inverter:
    """An inverter with what it told last. A lifetime that falls is a slip of the vendor's."""
    is_fresh = now - latest.at < _FRESH
    kilowatts = None if latest.watts is None else max(latest.watts, 0.0) / 1000
    rate = 0.0 if latest.mode in _ASLEEP else kilowatts if is_fresh else None
    before = last.production_state.total_lifetime_production if last is not None else None
    told = None if not latest.lifetime_wh else latest.lifetime_wh / 1000
    return Inverter(
        last_seen=min(latest.at, now),
        is_reachable=True,
        timezone=site.zone,
        information=_information(listed, site),
        production_state=ProductionState(
            production_rate=rate,
            is_producing=None if rate is None else rate > 0,
            total_lifetime_production=max((kwh for kwh in (told, before) if kwh is not None), default=None),
            last_updated=min(latest.at, now),
        ),
        capabilities=InverterCapabilities(production_state=CAPABLE),
    )


def silent(listed: Listed, site: Site, last: Inverter | None, *, now: datetime) -> Inverter:
    """An inverter that tells nothing: as it was."""
    if last is not None:
        return msgspec.structs.replace(last, is_reachable=False)
    return Inverter(
        last_seen=now,
        timezone=site.zone,
        information=_information(listed, site),
        capabilities=InverterCapabilities(production_state=CAPABLE),
    )


def zone_of(name: str | None) -> ZoneInfo | None:
    """The time zone of a name, if there is one."""
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, KeyError):  # a zone that isn't known is a KeyError
        return None


def written(at: datetime, zone: ZoneInfo | None) -> str:
    """A moment as the vendor writes it: the site's own time."""
    return at.astimezone(zone or UTC).strftime(_FORMAT)


def _information(listed: Listed, site: Site) -> InverterInformation:
    return InverterInformation(
        vendor_id=listed.serial,
        serial_number=listed.serial,
        brand=listed.brand,
        model=listed.model,
        site_name=site.name,
        installed_at=_day(site.installed) or _LONG_AGO,
    )


def _listed(entry: Any) -> Listed | None:
    told: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
    serial = _text(told.get("SN")) or _text(told.get("serialNumber"))
    if not serial.strip("."):
        return None
    return Listed(
        serial=serial,
        name=_text(told.get("name")),
        brand=_text(told.get("manufacturer")) or "SolarEdge",
        model=_text(told.get("model")),
    )


def _moment(value: Any, zone: ZoneInfo | None) -> datetime | None:
    try:
        return datetime.strptime(_text(value), _FORMAT).replace(tzinfo=zone or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _day(value: str) -> datetime | None:
    try:
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _text(value: Any) -> str:
    return value.replace("\0", "").strip() if isinstance(value, str) else ""
