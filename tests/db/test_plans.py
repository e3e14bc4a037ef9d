"""Pages are read in the order of an index: however many rows there are, none is sorted but those of the page."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from wattlink.base.ids import new_id
from wattlink.connectors.devices import Kind
from wattlink.db.database import Database, Reader
from wattlink.domain.access.ids import ApplicationId, EventId, SubscriptionId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.accounts.listing import store as accounts
from wattlink.domain.accounts.listing.model import WantedAccounts
from wattlink.domain.devices.listing import store as devices
from wattlink.domain.linking.listing import store as sessions
from wattlink.domain.linking.listing.model import Wanted
from wattlink.domain.locations import store as locations
from wattlink.domain.users import store as users
from wattlink.domain.webhooks.deliveries.model import State
from wattlink.domain.webhooks.log.store import Again, events_of

ACCESS = Access(applications=(ApplicationId(new_id()),))
Read = Callable[[Reader], Awaitable[Sequence[object]]]

LISTS: dict[str, tuple[Read, str]] = {
    "users": (lambda reader: users.page(reader, ACCESS, PageRequest()), "app_user_page"),
    "devices": (lambda reader: devices.page(reader, ACCESS, Kind.CHARGER, page=PageRequest()), "device_page"),
    "locations": (lambda reader: locations.page(reader, ACCESS, page=PageRequest()), "location_page"),
    "accounts": (lambda reader: accounts.page(reader, ACCESS, WantedAccounts(), PageRequest()), "account_page"),
    "link sessions": (lambda reader: sessions.page(reader, ACCESS, Wanted(), PageRequest()), "link_session_page"),
}


class Explaining:
    """A reader that gives the plans of what it is asked."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.plan: Any = None

    async def all(self, _: object, sql: Any, **params: Any) -> list[object]:
        (self.plan,) = await self._reader.one(list, "EXPLAIN (FORMAT JSON) " + sql, **params)
        return []

    all_from_json = all


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in _nodes(part))]


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_is_read_in_the_order_of_an_index(db: Database, name: str) -> None:
    read, index = LISTS[name]
    async with db.transaction() as tx:
        await tx.execute("SET LOCAL enable_seqscan = off")  # which empty tables are cheapest with
        await tx.execute("SET LOCAL enable_bitmapscan = off")
        reader = Explaining(tx)
        await read(cast("Reader", reader))
    limits = [node for node in _nodes(reader.plan["Plan"]) if node["Node Type"] == "Limit"]
    assert len(limits) == 2
    part = _nodes(limits[1])
    assert index in [node.get("Index Name") for node in part]
    rows = [node for node in part if node.get("Parent Relationship") != "SubPlan"]
    assert "Seq Scan" not in [node["Node Type"] for node in rows]
    assert not any(node["Node Type"].endswith("Sort") and "created_at" in str(node["Sort Key"]) for node in part)


async def test_what_a_delivery_carried_is_looked_for_between_its_two_places(db: Database) -> None:
    ids, moment = tuple(EventId(new_id()) for _ in range(100)), datetime(2026, 3, 2, tzinfo=UTC)
    carried = Again(
        subscription_id=SubscriptionId(new_id()),
        dialect="platform",
        api_version=None,
        url="https://example.com",
        sealed_secret=b"",
        header_name=None,
        sealed_header=None,
        state=State.DELIVERED,
        body=None,
        event_ids=ids,
        before_epoch=1,
        before_xid=10,
        before_position=100,
        before_recorded_at=moment,
        last_epoch=1,
        last_xid=20,
        last_position=200,
    )
    async with db.transaction() as tx:
        await tx.execute("SET LOCAL enable_seqscan = off")
        await tx.execute("SET LOCAL enable_bitmapscan = off")
        reader = Explaining(tx)
        await events_of(cast("Reader", reader), ACCESS, carried)
    read = [node["Index Cond"] for node in _nodes(reader.plan["Plan"]) if "event_" in str(node.get("Relation Name"))]
    assert read
    assert all(">" in condition and "<=" in condition for condition in read)
