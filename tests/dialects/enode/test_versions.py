"""Apps that are pinned to an older version find in it what they read there."""

from typing import Any

import pytest

from tests.dialects.enode.conftest import Api
from tests.dialects.enode.test_devices import CHARGER, VEHICLE
from tests.dialects.enode.test_events import body, event
from tests.support.documents import BATTERY, HVAC, INVERTER, METER
from wattlink.connectors.devices import Document, Kind
from wattlink.dialects.enode.headers import CURRENT_VERSION, VERSIONS
from wattlink.domain.events.model import EventType

_OLDER = [version for version in VERSIONS if version != CURRENT_VERSION]
_KINDS: list[tuple[Kind, str, str, Document]] = [
    (Kind.VEHICLE, "vehicles", "locationId", VEHICLE),
    (Kind.CHARGER, "chargers", "locationId", CHARGER),
    (Kind.HVAC, "hvacs", "locationId", HVAC),
    (Kind.INVERTER, "inverters", "chargingLocationId", INVERTER),
    (Kind.BATTERY, "batteries", "locationId", BATTERY),
    (Kind.METER, "meters", "locationId", METER),
]


async def _read(api: Api, path: str, version: str | None) -> Any:
    headers = {} if version is None else {"enode-version": version}
    return (await api.http.get(path, headers=headers)).json()


@pytest.mark.parametrize(("kind", "plural", "key", "document"), _KINDS)
async def test_a_device_of_an_older_version_has_its_location_at_the_top(
    api: Api, kind: Kind, plural: str, key: str, document: Document
) -> None:
    device_id = await api.own("easee" if kind is Kind.CHARGER else "tesla", document)
    for path in (f"/{plural}/{device_id}", f"/users/ada/{plural}", f"/{plural}"):
        for version in (None, *VERSIONS):
            answer = await _read(api, path, version)
            device = answer["data"][0] if "data" in answer else answer
            assert (key in device) is (version in _OLDER)
            assert "id" in device["location"]


async def test_it_is_the_location_that_an_app_put_it_at(api: Api) -> None:
    charger_id = await api.own("easee", CHARGER)
    home = (await api.post("/users/ada/locations", {"name": "Home", "latitude": 59.9, "longitude": 10.7})).json()["id"]
    headers = {"enode-version": "2024-01-01"}
    put = await api.http.put(f"/chargers/{charger_id}", json={"locationId": home}, headers=headers)
    assert put.json()["locationId"] == put.json()["location"]["id"] == home


@pytest.mark.parametrize(("kind", "plural", "key", "document"), _KINDS)
def test_so_it_is_in_the_events_of_a_webhook_that_asks_for_it(
    kind: Kind, plural: str, key: str, document: Document
) -> None:
    del plural
    discovered = event(EventType.DEVICE_DISCOVERED, kind, document)
    (older,), (current,) = body(discovered, version="2024-01-01"), body(discovered)
    assert older[kind].pop(key) is None
    assert older == {**current, "version": "2024-01-01"}


@pytest.mark.parametrize("version", _OLDER)
async def test_a_problem_of_an_older_version_says_it_twice(api: Api, version: str) -> None:
    current = await _read(api, "/users/nobody", None)
    assert current.keys() == {"type", "title", "detail"}
    assert await _read(api, "/users/nobody", version) == {
        "type": "https://docs.enode.io/problems/not-found",
        "title": current["title"],
        "detail": current["detail"],
        "error": "https://docs.enode.io/problems/not-found",
        "message": current["detail"],
    }


async def test_a_version_that_never_was_is_refused_in_the_words_of_today(api: Api) -> None:
    refused = await _read(api, "/users", "2020-01-01")
    assert refused["type"] == "https://developers.enode.com/api/problems/bad-request"
    assert refused["issues"][0]["allowedValues"] == [*VERSIONS]
