"""Stories of inverters at the simulated SolarEdge: a day's sun, silence, slips, and a key that is nobody's to see."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.support.clock import StillClock
from tests.support.linking import connect
from tests.support.sandbox import RunningSandbox
from wattlink.base.outbound import Answer, Outbound
from wattlink.connectors.contract import Connector, Grant
from wattlink.connectors.devices import Document, Inverter, Kind
from wattlink.connectors.errors import CredentialsRejected, Refusal, UnexpectedAnswer, VendorUnavailable
from wattlink.connectors.vendors.solaredge import failures
from wattlink.connectors.vendors.solaredge.mapping import Listed, Site, Telemetry, inverter, latest_of

SITE, KEY = "1846201", "a-key-of-32-letters-of-this-site"
SCOPES = frozenset({"inverter:read:data"})
_LISTED = Listed(serial="7E1", name="Inverter 1", brand="SolarEdge", model="SE8K")
_NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


class Roof:
    """A site with one inverter, linked."""

    def __init__(self, sandbox: RunningSandbox, connector: Connector, grant: Grant) -> None:
        self.sandbox = sandbox
        self.connector = connector
        self.grant = grant

    async def inverter(self, last: Inverter | None = None) -> Inverter:
        """The inverter as it is read now."""
        before: dict[str, Document] = {} if last is None else {last.information.vendor_id: last}
        (reading,) = await self.connector.read(self.grant.credential, frozenset({Kind.INVERTER}), SCOPES, before)
        assert isinstance(reading.document, Inverter)
        return reading.document


@pytest.fixture
async def roof(sandbox: RunningSandbox, outbound: Outbound, clock: StillClock) -> Roof:
    await sandbox.open("solaredge", SITE, KEY)
    connector = connect("solaredge", outbound, dict(sandbox.hosts("solaredge")), clock)
    return Roof(sandbox, connector, await connector.sign_in(SITE, f" {KEY} ", SCOPES))


async def test_a_day_on_the_roof(roof: Roof, clock: StillClock) -> None:
    rates = []
    found = await roof.inverter()
    for _ in range(24):
        before = found.production_state.total_lifetime_production
        clock.forward(hours=1)
        found = await roof.inverter(found)
        assert before is not None
        assert (found.production_state.total_lifetime_production or 0) >= before
        assert found.production_state.last_updated == clock().replace(microsecond=0)
        assert found.production_state.production_rate is not None
        rates.append(found.production_state.production_rate)
    assert min(rates) == 0
    assert 7 < max(rates) <= 8
    assert found.timezone == "Europe/Berlin"
    assert found.information.site_name == "Home"


async def test_an_inverter_out_of_reach_stays_as_it_was(roof: Roof) -> None:
    before = await roof.inverter()
    await roof.sandbox.change("solaredge", SITE, devices={before.information.vendor_id: {"online": False}})
    silent = await roof.inverter(before)
    assert before.is_reachable
    assert not silent.is_reachable
    assert silent.production_state == before.production_state


async def test_few_requests_and_the_key_only_in_the_query(roof: Roof) -> None:
    await roof.inverter()
    asked = [request.path for request in await roof.sandbox.requests("solaredge")]
    assert len(asked) == 3
    assert not any(KEY in path for path in asked)
    assert roof.grant.label == "***6201"
    assert KEY not in f"{roof.grant!r}"


@pytest.mark.parametrize("site", ["", ".", "..", "../../sites", "1846201/../2", "?api_key=", "99"])
async def test_a_site_that_is_none_is_refused(roof: Roof, site: str) -> None:
    with pytest.raises(CredentialsRejected) as refused:
        await roof.connector.sign_in(site, KEY, SCOPES)
    assert refused.value.cause is Refusal.WRONG_CREDENTIALS


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"startTime": "2026-03-01 00:00:00"}, 400),
        ({"startTime": "2026-03-01T00:00:00Z", "endTime": "2026-03-02T00:00:00Z"}, 400),
        ({"startTime": "2026-02-01 00:00:00", "endTime": "2026-03-02 00:00:00"}, 400),
        ({"startTime": "2026-03-01 00:00:00", "endTime": "2026-03-02 00:00:00"}, 200),
    ],
)
async def test_the_simulator_wants_to_know_of_which_days(roof: Roof, query: dict[str, str], status: int) -> None:
    serial = (await roof.inverter()).information.vendor_id
    path = f"/equipment/{SITE}/{serial}/data"
    answer = await roof.connector.door.send("GET", "api", path, query={**query, "api_key": KEY})
    assert answer.status == status


def test_times_are_the_sites_own_and_a_lifetime_never_falls() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    told = {"data": {"telemetries": [_told("2026-07-01 13:50:00", 5000), _told("2026-07-01 13:55:00", 0)]}}
    latest = latest_of(told, berlin)
    assert latest is not None
    assert latest.at == _NOW - timedelta(minutes=5)
    site = Site(name="Home", zone="Europe/Berlin", installed="")
    before = inverter(_LISTED, site, latest_at(_NOW, 7000), None, now=_NOW)
    assert inverter(_LISTED, site, latest, before, now=_NOW).production_state.total_lifetime_production == 7
    late = inverter(_LISTED, site, latest, before, now=_NOW + timedelta(hours=3))
    assert late.production_state.production_rate is None


def latest_at(at: datetime, lifetime_wh: float) -> Telemetry:
    """What an inverter told at a moment."""
    return Telemetry(at=at, watts=100.0, lifetime_wh=lifetime_wh, mode="MPPT")


def test_a_quota_without_a_time_is_asked_again_in_an_hour() -> None:
    failure = failures.at_data(Answer(429, {}, b"{}"))
    assert isinstance(failure, VendorUnavailable)
    assert (failure.reason, failure.retry_after) == ("quota", 3600)


def _told(date: str, lifetime_wh: float) -> dict[str, object]:
    return {"date": date, "totalActivePower": 900.0, "totalEnergy": lifetime_wh, "inverterMode": "MPPT"}


async def test_an_inverter_without_a_serial_number_keeps_no_other_from_being_read(
    roof: Roof, outbound: Outbound, clock: StillClock
) -> None:
    known = await roof.inverter()
    serial = known.information.vendor_id
    nameless = {"name": "Inverter 2", "manufacturer": "Somebody", "model": "X"}
    way = _Inventory(outbound, [nameless, {"SN": serial, "name": "Inverter 1"}])
    connector = connect("solaredge", way, dict(roof.sandbox.hosts("solaredge")), clock)
    credential, kinds = roof.grant.credential, frozenset({Kind.INVERTER})
    (reading,) = await connector.read(credential, kinds, SCOPES, {serial: known})
    assert reading.vendor_device_id == serial
    way.inverters = [nameless]  # it may be the known one, or none of it: nothing is gone because of it
    for last in ({serial: known}, {}):
        with pytest.raises(UnexpectedAnswer):
            await connector.read(credential, kinds, SCOPES, last)


class _Inventory(Outbound):
    """A way to the vendor, whose inventory is this."""

    def __init__(self, way: Outbound, inverters: list[dict[str, str]]) -> None:
        super().__init__()
        self._way, self.inverters = way, inverters

    async def send(self, method: str, url: str, **more: Any) -> Answer:
        if "/inventory" in url:
            return Answer(200, {}, msgspec.json.encode({"Inventory": {"inverters": self.inverters}}))
        return await self._way.send(method, url, **more)
