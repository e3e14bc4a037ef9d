"""Brands that people looked for in vain: what to connect next."""

from wattlink.base.clock import rfc3339
from wattlink.connectors.devices import Kind
from wattlink.dialects.platform.wire import Answer, Timestamp, Uuid
from wattlink.domain.vendors.wanted.store import WantedBrand, wanted
from wattlink.web.call import Call


class BrandRequestResponse(Answer):
    """A brand, as it was typed first, and how often people of an application asked for it."""

    application_id: Uuid
    kind: Kind
    brand: str
    requests: int
    first_at: Timestamp
    last_at: Timestamp


class BrandRequestList(Answer):
    data: list[BrandRequestResponse]


async def list_brand_requests(request: Call) -> BrandRequestList:
    """What people asked for in the Link UI because it isn't there; the most wanted first, at most 200."""
    async with request.hub.db.read() as reader:
        return BrandRequestList(data=[_shown(one) for one in await wanted(reader, request.access)])


def _shown(found: WantedBrand) -> BrandRequestResponse:
    return BrandRequestResponse(
        application_id=str(found.application_id),
        kind=found.kind,
        brand=found.brand,
        requests=found.requests,
        first_at=rfc3339(found.first_at),
        last_at=rfc3339(found.last_at),
    )
