"""Interventions: what somebody must do, in the language of those who shall do it."""

from typing import Annotated, Literal

from litestar.params import FromPath, FromQuery, QueryParameter

from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import clouds
from wattlink.dialects.enode.vendors import VendorName, name_of
from wattlink.dialects.enode.wire import Answer, Timestamp, Uuid
from wattlink.domain.errors import NotFound
from wattlink.domain.interventions import catalogue

_ENGLISH = "en-US"
VendorType = Annotated[Kind | None, QueryParameter(name="vendorType")]


class Resolution(Answer):
    """What to do; `description` is Markdown."""

    title: str
    description: str
    access: Literal["Remote", "Physical"]
    agent: Literal["User", "ThirdParty"]
    action: Literal["Link"] | None


class Intervention(Answer):
    """Without a vendor it is the same for all of them."""

    id: Uuid
    vendor: VendorName | None
    vendor_type: Kind | None
    brand: str | None
    introduced_at: Timestamp
    domain: Literal["Account", "Device"]
    resolution: Resolution


async def list_interventions(
    language: FromQuery[str] = _ENGLISH, vendor_type: VendorType = None, vendor: FromQuery[str | None] = None
) -> list[Intervention]:
    """The catalogue, whole or of one vendor or type."""
    found = [_shown(entry) for entry in catalogue.entries(language)]
    return [entry for entry in found if _is_of(entry, vendor, vendor_type)]


async def get_intervention(
    intervention_id: FromPath[str],
    language: FromQuery[str] = _ENGLISH,
    vendor_type: VendorType = None,
    vendor: FromQuery[str | None] = None,
) -> Intervention:
    """An entry of the catalogue, if it is of the vendor and type where they are given."""
    found = _shown(catalogue.entry(intervention_id, language))
    if not _is_of(found, vendor, vendor_type):
        raise NotFound("intervention", intervention_id)
    return found


def _is_of(entry: Intervention, vendor: str | None, vendor_type: Kind | None) -> bool:
    return vendor in (None, entry.vendor) and vendor_type in (None, entry.vendor_type)


def _shown(found: catalogue.Intervention) -> Intervention:
    entry = found.entry
    is_of_vendor = found.vendor in clouds()  # Enode knows none that devices dial in to, and its clients refuse others
    return Intervention(
        id=entry.id,
        vendor=name_of(found.vendor, entry.kind) if found.vendor is not None and is_of_vendor else None,
        vendor_type=entry.kind,
        brand=found.brand if is_of_vendor else None,
        introduced_at=entry.introduced_at,
        domain=entry.domain,
        resolution=Resolution(
            title=found.title,
            description=found.description,
            access=entry.access,
            agent=entry.agent,
            action=entry.action,
        ),
    )
