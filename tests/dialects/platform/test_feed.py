"""The event feed: everything since any moment of the last 30 days, in order, and nothing twice."""

import pytest
from msgspec import structs

from tests.dialects.platform.conftest import Caller, Organization, application_of
from tests.support.clock import StillClock
from tests.support.webhooks import PlainDialect
from wattlink.base.ids import new_id
from wattlink.connectors.devices import Charger, ChargerInformation, Kind
from wattlink.dialects.platform.app import make_app
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.access.ids import AccountId, ApplicationId, DeviceId, SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.events.model import EventType, Fact, Payload, SessionStep
from wattlink.domain.events.record import erase_payloads, record
from wattlink.wiring import Hub

ANNA, BEN = UserId(new_id()), UserId(new_id())


def charger_updated(
    application_id: ApplicationId, clock: StillClock, user_id: UserId = ANNA, user: str = "anna"
) -> Fact:
    """A charger's state changed."""
    information = ChargerInformation(brand="Easee", model="Home", serial_number="EH1")
    return Fact(
        type=EventType.DEVICE_UPDATED,
        application_id=application_id,
        user_id=user_id,
        account_id=AccountId(new_id()),
        device_id=DeviceId(new_id()),
        payload=Payload(
            user=user,
            vendor="easee",
            kind=Kind.CHARGER,
            scopes=("charger:read:data",),
            document=Charger(last_seen=clock(), information=information),
            updated_fields=("charge_state",),
        ),
    )


def step_taken(application_id: ApplicationId) -> Fact:
    """A link session was begun in a browser."""
    step = SessionStep(session_id=SessionId(new_id()), purpose="link", state="bound", step="bound")
    return Fact(
        type=EventType.LINK_SESSION_UPDATED,
        application_id=application_id,
        user_id=ANNA,
        payload=Payload(user="anna", vendor="", link_session=step),
    )


async def happen(hub: Hub, *facts: Fact) -> None:
    """Record facts in one transaction."""
    async with hub.db.transaction() as tx:
        await record(tx, facts, now=hub.clock())


async def test_a_reader_comes_back_with_its_cursor_and_misses_nothing(
    hub: Hub, clock: StillClock, application: Caller, ours: Organization
) -> None:
    mine = ours.application.application_id
    await happen(hub, *[charger_updated(mine, clock) for _ in range(5)])
    first = (await application.get("/events", limit=2)).json()
    assert [len(first["data"]), first["hasMore"]] == [2, True]
    second = (await application.get("/events", limit=5, after=first["cursor"])).json()
    assert [len(second["data"]), second["hasMore"]] == [3, False]
    await happen(hub, step_taken(mine))
    third = (await application.get("/events", after=second["cursor"])).json()
    assert [one["event"]["type"] for one in third["data"]] == ["link_session.updated"]
    nothing = (await application.get("/events", after=third["cursor"])).json()
    assert nothing == {"data": [], "cursor": third["cursor"], "hasMore": False}
    ids = [one["event"]["id"] for page in (first, second) for one in page["data"]]
    assert len(set(ids)) == 5
    again = (await application.get("/events", after=first["data"][0]["cursor"])).json()
    assert [one["event"]["id"] for one in again["data"][:4]] == ids[1:]


async def test_the_end_is_where_only_what_is_yet_to_happen_is_behind(
    hub: Hub, clock: StillClock, application: Caller, ours: Organization
) -> None:
    mine = ours.application.application_id
    await happen(hub, charger_updated(mine, clock))
    end = (await application.get("/events/end")).json()["cursor"]
    assert (await application.get("/events", after=end)).json()["data"] == []
    await happen(hub, charger_updated(mine, clock))
    assert len((await application.get("/events", after=end)).json()["data"]) == 1


async def test_events_are_told_in_the_words_that_are_asked_for(
    hub: Hub, clock: StillClock, application: Caller, ours: Organization
) -> None:
    mine = ours.application.application_id
    await happen(hub, step_taken(mine), charger_updated(mine, clock))
    session, device = [one["event"] for one in (await application.get("/events")).json()["data"]]
    (enode,) = [one["event"] for one in (await application.get("/events", dialect="enode")).json()["data"]]
    assert [session["type"], device["type"]] == ["link_session.updated", "device.updated"]
    assert (enode["event"], enode["charger"]["information"]["brand"]) == ("user:charger:updated", "Easee")
    assert session["linkSession"]["step"] == "bound"
    assert (device["userId"], device["device"]["kind"], device["updatedFields"]) == ("anna", "charger", ["chargeState"])


async def test_what_was_erased_is_passed_over(
    hub: Hub, clock: StillClock, application: Caller, ours: Organization
) -> None:
    mine = ours.application.application_id
    await happen(hub, charger_updated(mine, clock), charger_updated(mine, clock, BEN, "ben"))
    async with hub.db.transaction() as tx:
        await erase_payloads(tx, Access(applications=(mine,)), ANNA)
    answer = (await application.get("/events")).json()
    assert [one["event"]["userId"] for one in answer["data"]] == ["ben"]


async def test_an_event_that_a_dialect_stumbles_over_keeps_nobody_from_what_comes_after_it(
    hub: Hub, clock: StillClock, ours: Organization
) -> None:
    plain = PlainDialect()
    reader = await application_of(hub, make_app(hub, {"platform": plain}), ours)
    mine = ours.application.application_id
    told, spoiled = charger_updated(mine, clock), charger_updated(mine, clock)
    spoiled = structs.replace(spoiled, payload=structs.replace(spoiled.payload, vendor=plain.stumbles_over))
    await happen(hub, told, spoiled, told)
    page = await reader.get("/events")
    assert [one["event"]["vendor"] for one in page.json()["data"]] == ["easee", "easee"]
    assert (await reader.get("/events", after=page.json()["cursor"])).json()["data"] == []


async def test_nobody_reads_another_s_events(
    hub: Hub, clock: StillClock, application: Caller, ours: Organization, theirs: Organization
) -> None:
    other = await application_of(hub, DIALECTS["platform"](hub), theirs)
    await happen(hub, charger_updated(ours.application.application_id, clock))
    assert (await other.get("/events")).json()["data"] == []
    cursor = (await application.get("/events")).json()["cursor"]
    refused = await other.get("/events", after=cursor)
    assert refused.status_code == 400
    assert refused.json()["issues"] == [{"field": "after", "message": "isn't a cursor that was given to you"}]
    mine = str(ours.application.application_id)
    assert len((await ours.operator.get("/events", application=mine)).json()["data"]) == 1
    assert (await theirs.operator.get("/events", application=mine)).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"), [({"limit": 0}, "limit"), ({"after": "x"}, "after"), ({"dialect": "klingon"}, "dialect")]
)
async def test_bad_input_names_the_field(application: Caller, query: dict[str, str | int], field: str) -> None:
    answer = await application.get("/events", **query)
    assert answer.status_code == 400
    assert [issue["field"] for issue in answer.json()["issues"]] == [field]
