"""Savings and statistics: in Podero's shape, with nothing in it that wasn't measured."""

import pytest

from tests.dialects.enode.conftest import own
from tests.dialects.enode.test_devices import CHARGER, VEHICLE
from tests.dialects.podero.conftest import Partner
from wattlink.dialects.podero.statistics import NOTHING_MEASURED

_RANGE = {"from": "2026-01-01T00:00:00+01:00", "to": "2026-02-01"}


async def car(partner: Partner) -> str:
    """The path of a car of a new user's."""
    user = await partner.new_user(external_user_id="ada")
    device_id = await own(partner.hub, partner.access, "tesla", VEHICLE)
    return f"/users/{user['id']}/electric-vehicles/{device_id}"


async def test_nothing_is_made_up(partner: Partner) -> None:
    path = await car(partner)
    savings = await partner.call("GET", f"{path}/savings", **_RANGE)
    assert savings["data"] == []
    assert savings["metadata"] == {
        "requested_at": savings["metadata"]["requested_at"],
        "query": {**_RANGE, "resolution": "1MONTH"},
        "units": {},
        "error": NOTHING_MEASURED,
    }
    statistics = await partner.call("GET", f"{path}/statistics", resolution="1DAY,1WEEK", keywords="savings")
    assert statistics["metadata"]["query"] == {"resolution": "1DAY,1WEEK", "keywords": "savings"}
    assert (statistics["metadata"]["error"], statistics["data"]) == (NOTHING_MEASURED, [])


@pytest.mark.parametrize(
    ("what", "query", "field"),
    [
        ("savings", {"to": "2026-02-01"}, "from"),
        ("savings", {**_RANGE, "to": "soon"}, "to"),
        ("savings", {**_RANGE, "from": "2026-03-01"}, "from"),
        ("savings", {**_RANGE, "resolution": "1HOUR"}, "resolution"),
        ("statistics", {"resolution": "1DAY,1HOUR"}, "resolution"),
        ("statistics", {"keywords": "savings,profit"}, "keywords"),
    ],
)
async def test_a_question_that_cannot_be_is_refused(
    partner: Partner, what: str, query: dict[str, str], field: str
) -> None:
    status, faults = await partner.refusal("GET", f"{await car(partner)}/{what}", **query)
    assert (status, [fault["loc"] for fault in faults]) == (422, [["query", field]])


async def test_a_device_is_asked_for_under_its_type_and_its_user(partner: Partner, other_partner: Partner) -> None:
    path = await car(partner)
    wallbox = await own(partner.hub, partner.access, "easee", CHARGER, user="bob")
    user = path.split("/")[2]
    gone = (404, "Not Found: there is no such device.")
    for wrong in (path.replace("electric-vehicles", "wallboxes"), f"/users/{user}/wallboxes/{wallbox}"):
        assert await partner.refusal("GET", f"{wrong}/statistics") == gone
    assert await other_partner.refusal("GET", f"{path}/statistics") == gone
