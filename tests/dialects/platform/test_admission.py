"""Who may come in: operators administer, applications reach themselves, and nobody reaches another's."""

import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from tests.dialects.platform.conftest import Caller, Organization, application_of
from tests.support.clock import StillClock
from wattlink.base.ids import new_id
from wattlink.dialects.enode.app import make_app as make_enode_app
from wattlink.dialects.platform.routes import ADMINISTRATION
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.operators import store as operators
from wattlink.web.routing import Route
from wattlink.wiring import Hub

_ADMINISTRATION = [route for rows in ADMINISTRATION.values() for route in rows]


async def test_an_operator_sees_the_organization_s_applications_and_no_other(
    ours: Organization, theirs: Organization
) -> None:
    listed = (await ours.operator.get("/applications")).json()
    assert [one["name"] for one in listed["data"]] == ["Voltly"]
    assert listed["data"][0]["id"] == str(ours.application.application_id)
    assert listed["pagination"] == {"after": None, "before": None}
    assert [one["name"] for one in (await theirs.operator.get("/applications")).json()["data"]] == ["Amply"]


@pytest.mark.parametrize("route", _ADMINISTRATION, ids=lambda route: route.operation_id)
async def test_an_application_can_t_administer(application: Caller, route: Route) -> None:
    answer = await application.http.request(route.method, route.path.replace(":str", ""), content=b"{}")
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:wattlink:problem:forbidden"
    assert "operator" in answer.json()["detail"]


async def test_an_application_reaches_itself(application: Caller, ours: Organization, theirs: Organization) -> None:
    own, foreign = ours.application.application_id, theirs.application.application_id
    assert (await application.get("/application")).json()["id"] == str(own)
    assert (await application.get("/application", application=str(own))).json()["id"] == str(own)
    for stranger in (str(foreign), str(new_id()), "none"):
        answer = await application.get("/application", application=stranger)
        assert answer.status_code == 404
        assert stranger in answer.json()["detail"]


async def test_an_operator_says_which_application_is_meant_if_there_are_several(
    hub: Hub, ours: Organization, theirs: Organization
) -> None:
    assert (await ours.operator.get("/application")).json()["name"] == "Voltly"
    async with hub.db.transaction() as tx:
        second = await create_application(tx, "Second", organization_id=ours.organization_id)
    hub.authenticator.forget()
    answer = await ours.operator.get("/application")
    assert answer.status_code == 400
    issue = answer.json()["issues"][0]
    both = [str(ours.application.application_id), str(second.application_id)]
    assert (issue["field"], issue["allowedValues"]) == ("application", both)
    chosen = await ours.operator.get("/application", application=str(second.application_id))
    assert chosen.json()["name"] == "Second"
    foreign = await ours.operator.get("/application", application=str(theirs.application.application_id))
    assert foreign.status_code == 404


async def test_who_changed_what_stands_in_the_log(ours: Organization) -> None:
    with capture_logs() as entries:
        await ours.operator.get("/applications")
        made = (await ours.operator.post("/operator-tokens", {"name": "CI"})).json()
        await ours.operator.delete(f"/operator-tokens/{made['id']}")
    acts = [(entry["method"], entry["path"]) for entry in entries if entry["event"] == "an operator acts"]
    assert acts == [("POST", "/operator-tokens"), ("DELETE", f"/operator-tokens/{made['id']}")]
    assert made["token"] not in str(entries)
    [own] = (await ours.operator.get("/operator-tokens")).json()["data"]
    assert {entry["operator"] for entry in entries if "operator" in entry} == {own["id"]}


@pytest.mark.parametrize("token", ["", "wlo_", "wlo_wrong", "wrong"])
async def test_without_a_live_token_nothing_is_told(app: Litestar, ours: Organization, token: str) -> None:
    for path in ("/applications", "/application"):
        answer = await Caller(app, token).get(path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_an_ended_token_opens_nothing(hub: Hub, ours: Organization) -> None:
    assert (await ours.operator.get("/applications")).status_code == 200
    async with hub.db.transaction() as tx:
        [token] = await operators.of_organization(tx, ours.organization_id)
        await operators.end(tx, ours.organization_id, token.token_id, hub.clock())
    hub.authenticator.forget()
    assert (await ours.operator.get("/applications")).status_code == 401


async def test_the_last_use_is_noted_to_the_minute(hub: Hub, clock: StillClock, ours: Organization) -> None:
    noted = []
    for seconds in (0, 59, 1):
        clock.forward(seconds=seconds)
        hub.authenticator.forget()
        await ours.operator.get("/applications")
        async with hub.db.read() as reader:
            [token] = await operators.of_organization(reader, ours.organization_id)
        noted.append(token.last_used_at)
    assert noted[0] == noted[1]
    assert noted[2] == clock()


async def test_an_operator_s_token_is_no_application_s(hub: Hub, ours: Organization) -> None:
    answer = await Caller(make_enode_app(hub), ours.operator.token).get("/users")
    assert answer.status_code == 401


async def test_both_kinds_of_tokens_of_another_organization_stay_apart(
    hub: Hub, app: Litestar, ours: Organization, theirs: Organization
) -> None:
    stranger = await application_of(hub, app, theirs)
    assert (await stranger.get("/application")).json()["name"] == "Amply"
    assert (await ours.operator.get("/application")).json()["name"] == "Voltly"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/accounts?userId=%00", "userId"),
        ("/accounts?vendor=a%00b", "vendor"),
        ("/link-sessions?userId=%00", "userId"),
        ("/link-sessions?x%00=1", "query"),
    ],
)
async def test_what_is_asked_for_must_be_text_that_a_database_holds(application: Caller, path: str, field: str) -> None:
    answer = await application.get(path)
    assert answer.status_code == 400
    assert [issue["field"] for issue in answer.json()["issues"]] == [field]
