"""Interventions as Enode publishes them, told in the language of whoever shall act."""

import pytest

from tests.dialects.enode.conftest import Api
from wattlink.domain.interventions.catalogue import LINK_AGAIN

PHONE_KEY = "3b2891a9-5dcf-4691-b850-b5ea36b57c2e"


async def test_the_phone_key_answers_as_published(api: Api) -> None:
    answer = (await api.get(f"/interventions/{PHONE_KEY}")).json()
    description = answer["resolution"].pop("description")
    assert answer == {
        "id": PHONE_KEY,
        "vendor": "TESLA",
        "vendorType": "vehicle",
        "brand": "Tesla",
        "introducedAt": "2023-12-15T00:00:00.000Z",
        "domain": "Device",
        "resolution": {
            "title": "Vehicle is missing a phone key",
            "access": "Physical",
            "agent": "User",
            "action": "Link",
        },
    }
    for named in ("link", "in", "car", "pair", "support"):
        assert named in description.lower()


async def test_linking_again_is_of_no_vendor(api: Api) -> None:
    answer = (await api.get(f"/interventions/{LINK_AGAIN}", language="nb-NO")).json()
    assert (answer["vendor"], answer["vendorType"], answer["brand"]) == (None, None, None)
    assert answer["resolution"]["action"] == "Link"
    assert answer["resolution"]["title"] == "Logg inn på kontoen din på nytt"


async def test_the_catalogue_is_a_bare_list_that_vendor_and_type_narrow(api: Api) -> None:
    everything = (await api.get("/interventions")).json()
    assert {PHONE_KEY, LINK_AGAIN} <= {entry["id"] for entry in everything}
    cars = (await api.get("/interventions", vendorType="vehicle")).json()
    assert {entry["vendorType"] for entry in cars} == {"vehicle"}
    of_vendor = (await api.get("/interventions", vendor="TESLA")).json()
    assert {entry["vendor"] for entry in of_vendor} == {"TESLA"}
    assert (await api.get("/interventions", vendor="EASEE", vendorType="meter")).json() == []
    assert (await api.get("/interventions", vendorType="ship")).status_code == 400
    for vendor_type, status in (("vehicle", 200), ("charger", 404)):
        assert (await api.get(f"/interventions/{PHONE_KEY}", vendorType=vendor_type)).status_code == status


@pytest.mark.parametrize("language", ["en-US", "en-GB", "xx-XX", "browser", ""])
async def test_what_is_not_translated_is_told_in_english(api: Api, language: str) -> None:
    answer = (await api.get(f"/interventions/{PHONE_KEY}", language=language)).json()
    assert answer["resolution"]["title"] == "Vehicle is missing a phone key"


@pytest.mark.parametrize("unknown", ["undefined", "%F0%9F%9A%97", "c8a9fe78-0000-0000-0000-000000000000"])
async def test_an_unknown_id_is_a_problem(api: Api, unknown: str) -> None:
    answer = await api.get(f"/interventions/{unknown}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Intervention not found"
