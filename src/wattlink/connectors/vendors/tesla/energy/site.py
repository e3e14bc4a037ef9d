"""A home as the account's list tells it: which devices it has, and how they were last."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from wattlink.connectors.devices import Document, Kind, kind_of
from wattlink.connectors.vendors.tesla.capabilities import Inquiry, Rights
from wattlink.connectors.vendors.tesla.fleet import block

KINDS = (Kind.BATTERY, Kind.INVERTER, Kind.METER)
_COMPONENTS = {Kind.BATTERY: ("battery",), Kind.INVERTER: ("solar",), Kind.METER: ("grid", "load_meter")}


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a home before it is asked."""

    site_id: str
    product: Mapping[str, Any]
    kinds: tuple[Kind, ...]  # of its devices that are to be read
    rights: Rights
    last: Mapping[Kind, Document]
    now: datetime

    def may_read(self, kind: Kind) -> bool:
        """Whether the user lets us see this device."""
        return f"{kind}:read:data" in self.rights.granted


def device_id(site_id: str, kind: Kind) -> str:
    """The id of a device within the account: the vendor gives one to the whole home only."""
    return f"{site_id}-{kind}"


def site_id_of(vendor_device_id: str) -> str:
    """The home in which a device stands."""
    return vendor_device_id.rpartition("-")[0]


def sites(products: Iterable[Mapping[str, Any]], inquiry: Inquiry) -> list[Site]:
    """The homes in an account's list that have a device that is asked for."""
    found = {site_id: product for product in products if (site_id := _site_id(product)) is not None}
    listed = [_site(site_id, product, inquiry) for site_id, product in found.items()]
    return [site for site in listed if site.kinds]


def withheld(inquiry: Inquiry) -> list[Site]:
    """The homes that are known while the account lets us list none."""
    known: dict[str, dict[Kind, Document]] = {}
    for vendor_device_id, document in inquiry.last.items():
        site_id, kind = site_id_of(vendor_device_id), kind_of(document)
        if kind in KINDS and kind in inquiry.kinds and vendor_device_id == device_id(site_id, kind):
            known.setdefault(site_id, {})[kind] = document
    rights = Rights(asked=inquiry.rights.asked, granted=frozenset())
    return [
        Site(site_id=site_id, product={}, kinds=tuple(before), rights=rights, last=before, now=inquiry.now)
        for site_id, before in known.items()
    ]


def _site(site_id: str, product: Mapping[str, Any], inquiry: Inquiry) -> Site:
    stored = {kind: inquiry.last.get(device_id(site_id, kind)) for kind in KINDS}
    before = {kind: document for kind, document in stored.items() if document and kind_of(document) is kind}
    has = tuple(kind for kind in KINDS if kind in inquiry.kinds and _has(product, kind, before))
    return Site(site_id=site_id, product=product, kinds=has, rights=inquiry.rights, last=before, now=inquiry.now)


def _has(product: Mapping[str, Any], kind: Kind, before: Mapping[Kind, Document]) -> bool:
    """Whether a home has a device; where that isn't told, it has what it had."""
    told = [block(product, "components").get(name) for name in _COMPONENTS[kind]]
    return True in told or (kind in before and not any(isinstance(part, bool) for part in told))


def _site_id(product: Mapping[str, Any]) -> str | None:
    told = product.get("energy_site_id")
    if isinstance(told, bool) or not isinstance(told, int | str):
        return None
    return str(told) if str(told).isdecimal() else None
