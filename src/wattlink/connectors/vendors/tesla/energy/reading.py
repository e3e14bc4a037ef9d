"""Asks homes how they are. A home that can't be read keeps its devices with what they told last."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from wattlink.connectors.contract import DeviceReading
from wattlink.connectors.several import Subject
from wattlink.connectors.vendors.tesla.capabilities import Inquiry
from wattlink.connectors.vendors.tesla.energy.mapping import document
from wattlink.connectors.vendors.tesla.energy.site import KINDS, Site, device_id, sites, withheld
from wattlink.connectors.vendors.tesla.energy.told import Told
from wattlink.connectors.vendors.tesla.fleet import Fleet, Trouble


def subjects(fleet: Fleet, products: Sequence[Mapping[str, Any]] | Trouble, inquiry: Inquiry) -> list[Subject]:
    """The account's homes; those that are known, where the account lets us list none."""
    listed = [] if isinstance(products, Trouble) else sites(products, inquiry)
    hidden = withheld(inquiry) if isinstance(products, Trouble) or not inquiry.may_list(*KINDS) else []
    there = {site.site_id for site in listed}
    return [
        *(_subject(fleet, site) for site in listed),
        *(Subject(None, partial(_silent, site)) for site in hidden if site.site_id not in there),
    ]


def _subject(fleet: Fleet, site: Site) -> Subject:
    may_ask = any(site.may_read(kind) for kind in site.kinds)
    return Subject(partial(_ask, fleet, site) if may_ask else None, partial(_silent, site))


def _silent(site: Site) -> list[DeviceReading]:
    return _readings(site, Told(trouble=Trouble.UNREACHABLE))


async def _ask(fleet: Fleet, site: Site) -> list[DeviceReading]:
    live = await fleet.energy_site(site.site_id, "live_status")
    info = await fleet.energy_site(site.site_id, "site_info")
    troubles = [told for told in (live, info) if isinstance(told, Trouble)]
    told = Told(
        live={} if isinstance(live, Trouble) else live,
        info={} if isinstance(info, Trouble) else info,
        trouble=troubles[0] if troubles else None,
    )
    return _readings(site, told)


def _readings(site: Site, told: Told) -> list[DeviceReading]:
    return [
        DeviceReading(vendor_device_id=device_id(site.site_id, kind), document=document(site, kind, told))
        for kind in site.kinds
    ]
