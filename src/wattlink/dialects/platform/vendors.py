"""Vendors, and how each does: an outage and an incident are told apart."""

from litestar.params import FromPath

from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests
from wattlink.dialects.platform.wire import Answer, Timestamp, timestamp
from wattlink.domain.errors import NotFound
from wattlink.domain.vendors.health import store
from wattlink.domain.vendors.health.model import LOOKED_AT, Health, Seen, judge, slot_of
from wattlink.web.call import Call


class VendorHealthResponse(Answer):
    """How a vendor does for the application.

    `reading` and `linking` are what the pages go by. `downSince`: it doesn't answer, and is tried once a minute.
    `incidentSince`: it refuses many credentials at once; until that is over no account breaks and nobody is asked to
    sign in. The numbers are those of the last 15 minutes, of all accounts that share the registration;
    `successRate` (0 to 1) is null without visits.
    """

    vendor: str
    name: str
    kinds: list[Kind]
    reading: Health
    linking: Health
    down_since: Timestamp | None
    incident_since: Timestamp | None
    visits: int
    visits_failed: int
    success_rate: float | None
    sign_ins: int
    sign_ins_failed: int


class VendorHealthList(Answer):
    data: list[VendorHealthResponse]


async def list_vendor_health(request: Call) -> VendorHealthList:
    """The vendors that the application can use, alphabetically."""
    return VendorHealthList(data=[_shown(seen) for seen in await _seen(request)])


async def get_vendor_health(request: Call, vendor: FromPath[str]) -> VendorHealthResponse:
    """One of them."""
    for seen in await _seen(request):
        if seen.vendor == vendor:
            return _shown(seen)
    raise NotFound("vendor", vendor)


async def _seen(call: Call) -> list[Seen]:
    async with call.hub.db.read() as reader:
        return await store.seen(reader, call.access, slot_of(call.hub.clock() - LOOKED_AT))


def _shown(seen: Seen) -> VendorHealthResponse:
    judged, manifest = judge(seen), manifests()[seen.vendor]
    return VendorHealthResponse(
        vendor=seen.vendor,
        name=manifest.name,
        kinds=list(manifest.kinds),
        reading=judged.reading,
        linking=judged.linking,
        down_since=timestamp(seen.open_since),
        incident_since=timestamp(seen.incident_since),
        visits=seen.visits,
        visits_failed=seen.visits_failed,
        success_rate=round(1 - seen.visits_failed / seen.visits, 4) if seen.visits else None,
        sign_ins=seen.sign_ins,
        sign_ins_failed=seen.sign_ins_failed,
    )
