"""Accounts as an app sees them: a suspect one is told apart from a broken one, and a vendor's trouble from both."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.accounts import World, open_world
from wattlink.connectors.simulation import Fault
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.access.ids import AccountId
from wattlink.domain.organizations.keys.create import create_key

ADA = "ada@example.com"


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    async with open_world(dsn) as opened:
        yield opened


class Api:
    """The application's backend."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, **query: str | int) -> Any:
        answer = await self.http.get(path, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def account(self, account_id: AccountId) -> Any:
        return await self.get(f"/accounts/{account_id}")


@pytest.fixture
async def api(world: World) -> AsyncIterator[Api]:
    async with world.hub.db.transaction() as tx:
        key = await create_key(tx, world.access, "backend")
    issued = await world.hub.authenticator.issue(str(key.key_id), key.client_secret)
    transport = httpx.ASGITransport(DIALECTS["platform"](world.hub))  # type: ignore[arg-type]
    headers = {"authorization": f"Bearer {issued.token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as http:
        yield Api(http)


async def _linked(world: World, username: str = ADA, user: str = "ada") -> AccountId:
    await world.sandbox.open("easee", username, knobs={"access_seconds": 3600})
    return await world.link("easee", username, user=user)


async def test_an_account_is_good_then_suspect_then_broken_and_mended(world: World, api: Api) -> None:
    account_id = await _linked(world)
    await world.visit_due()
    good = await api.account(account_id)
    assert (good["state"], good["cause"], good["since"], good["lastError"]) == ("good", None, None, None)
    vendor = await api.get("/vendors/easee")
    assert (vendor["reading"], vendor["downSince"], vendor["incidentSince"]) == ("ready", None, None)
    assert vendor["successRate"] in (None, 1.0)
    assert (await api.http.get("/vendors/acme")).status_code == 404
    assert (good["userId"], good["vendor"], good["kinds"], len(good["deviceIds"])) == ("ada", "easee", ["charger"], 1)
    await world.sandbox.withdraw("easee", ADA)
    await world.visit_due(minutes=50)
    suspect = await api.account(account_id)
    assert (suspect["state"], suspect["cause"]) == ("suspect", "revoked")
    assert suspect["since"] == suspect["lastError"]["at"]
    assert suspect["lastError"]["code"] == "revoked"
    assert suspect["lastSuccessAt"] == good["lastSuccessAt"]
    await world.visit_due(minutes=2)
    broken = await api.account(account_id)
    assert (broken["state"], broken["cause"]) == ("broken", "revoked")
    assert broken["since"] > suspect["since"]
    by = await world.linked_by("easee", "ada", relink_account_id=account_id)
    await world.save(by, await world.grant("easee", ADA))
    await world.visit_due()
    mended = await api.account(account_id)
    assert (mended["state"], mended["cause"], mended["since"], mended["lastError"]) == ("good", None, None, None)
    assert mended["lastSuccessAt"] > good["lastSuccessAt"]


async def test_a_vendor_that_is_down_makes_nobody_suspect(world: World, api: Api) -> None:
    account_id = await _linked(world)
    await world.visit_due()
    await world.sandbox.vendor_fault("easee", Fault.OUTAGE)
    for _ in range(3):
        await world.visit_due(minutes=15)
    seen = await api.account(account_id)
    assert (seen["state"], seen["cause"]) == ("good", None)
    assert seen["lastError"]["code"] == "vendor_down"
    assert seen["vendorDownSince"] is not None
    assert seen["vendorIncidentSince"] is None
    vendor = await api.get("/vendors/easee")
    assert (vendor["reading"], vendor["linking"]) == ("outage", "outage")
    assert (vendor["downSince"], vendor["incidentSince"]) == (seen["vendorDownSince"], None)


async def test_an_incident_is_the_vendors(world: World, api: Api) -> None:
    for number in range(20):
        await _linked(world, f"user{number}@example.com", f"user{number}")
        await world.sandbox.fault("easee", f"user{number}@example.com", Fault.REFRESH_REFUSED)
    await world.visit_due(minutes=50)
    await world.visit_due(minutes=2)
    seen = (await api.get("/accounts", pageSize=200))["data"]
    assert [account["state"] for account in seen] == ["suspect"] * 20
    assert all(account["vendorIncidentSince"] for account in seen)
    assert len((await api.get("/accounts", state="suspect"))["data"]) == 20
    assert (await api.get("/accounts", state="broken"))["data"] == []
    (vendor,) = (await api.get("/vendors"))["data"]
    assert (vendor["vendor"], vendor["linking"], vendor["downSince"]) == ("easee", "outage", None)
    assert vendor["incidentSince"] == seen[0]["vendorIncidentSince"]


async def test_lists_are_paged_and_filtered_and_leave_out_what_may_be_taken_back(world: World, api: Api) -> None:
    made = []
    for number in range(3):
        made.append(str(await _linked(world, f"user{number}@example.com", f"user{number}")))
        world.clock.forward(seconds=1)
    await world.sandbox.open("easee", ADA)
    provisional = await world.save(await world.linked_by("easee", "ada"), await world.grant("easee", ADA))
    first = await api.get("/accounts", pageSize=2)
    assert [one["id"] for one in first["data"]] == made[:0:-1]
    second = await api.get("/accounts", pageSize=2, after=first["pagination"]["after"])
    assert [one["id"] for one in second["data"]] == made[:1]
    back = await api.get("/accounts", pageSize=2, before=second["pagination"]["before"])
    assert back["data"] == first["data"]
    assert [one["id"] for one in (await api.get("/accounts", userId="user1"))["data"]] == [made[1]]
    assert len((await api.get("/accounts", vendor="easee"))["data"]) == 3
    assert (await api.get("/accounts", vendor="tesla"))["data"] == []
    for unknown in (provisional, "odd"):
        assert (await api.http.get(f"/accounts/{unknown}")).status_code == 404
