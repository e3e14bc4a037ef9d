"""Buildings and energy contracts: kept as they are said, in each of the ways in which the guides say it."""

from typing import Any
from uuid import uuid4

import pytest

from tests.dialects.podero.conftest import Partner

_PRICE = {"price": 0.2, "timestamp": "2023-11-01T01:00:00+01:00"}
_HOUSE = {
    "name": "Main Residence",
    "property_type": "single_family_home",
    "property_size_m2": 150,
    "property_age": "1990-2000",
    "num_occupants": 4,
    "occupant_type": "family",
    "space_heating": "heat_pump",
    "water_heating": "heat_pump",
    "street_and_number": "123 Main Street",
    "zip_code": "10115",
    "town": "Berlin",
    "country_iso2": "DE",
}


async def test_a_building_is_kept_as_it_is_said(partner: Partner) -> None:
    user = await partner.new_user()
    path = f"/users/{user['id']}/buildings"
    bare = await partner.call("POST", path, {"name": "Vacation House"})
    full = await partner.call("POST", path, _HOUSE)
    assert {name: full[name] for name in _HOUSE} == _HOUSE
    assert {value for name, value in bare.items() if name not in ("id", "name")} == {None}
    change = {"property_age": 1987, "photovoltaic": True, "country": "AUT", "town": None}
    changed = await partner.call("PUT", f"{path}/{full['id']}", change)
    assert changed == {**full, **change, "country_iso2": "AT"}
    assert await partner.call("GET", f"{path}/{full['id']}") == changed
    assert await partner.call("GET", path) == [bare, changed]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"num_occupants": -1}, "num_occupants"),
        ({"num_occupants": 1.5}, "num_occupants"),
        ({"property_size_m2": -1}, "property_size_m2"),
        ({"country_iso2": "XX"}, "country_iso2"),
        ({"country": "Germany"}, "country"),
        ({"property_age": "before the war, or even earlier"}, "property_age"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
    ],
)
async def test_a_building_that_cannot_be_is_refused(partner: Partner, said: Any, field: str) -> None:
    user = await partner.new_user()
    status, (fault,) = await partner.refusal("POST", f"/users/{user['id']}/buildings", {"name": "Home", **said})
    assert (status, fault["loc"]) == (422, ["body", "data", field])
    assert await partner.call("GET", f"/users/{user['id']}/buildings") == []


@pytest.mark.parametrize("kind", ["spot_hourly", "Spot Hourly", "SPOT-HOURLY", " spot  hourly "])
async def test_contract_types_are_known_in_every_spelling(partner: Partner, kind: str) -> None:
    user = await partner.new_user()
    contract = await partner.call("POST", f"/users/{user['id']}/energy-contracts", {"energy_contract_type": kind})
    assert contract["energy_contract_type"] == "spot_hourly"


async def test_a_contract_is_kept_and_changed_in_part(partner: Partner) -> None:
    user = await partner.new_user()
    home = await partner.call("POST", f"/users/{user['id']}/buildings", {"name": "Home"})
    path = f"/users/{user['id']}/energy-contracts"
    said = {"energy_contract_type": "Yearly", "energy_prices": [_PRICE], "currency_energy_price": "eur"}
    made = await partner.call("POST", path, said)
    assert made == {
        "id": made["id"],
        "energy_contract_type": "yearly",
        "energy_prices": [{"price": 0.2, "timestamp": "2023-11-01T00:00:00.000Z"}],
        "building": None,
        "meter_id": None,
        "supplier": None,
        "currency_energy_price": "EUR",
        "energy_price_includes_external_components": None,
    }
    change = {"building_id": home["id"], "supplier": "Good Energy", "meter_id": "125328591095"}
    changed = await partner.call("PUT", f"{path}/{made['id']}", change)
    assert changed == {**made, "building": home["id"], "supplier": "Good Energy", "meter_id": "125328591095"}
    assert await partner.call("GET", f"{path}/{made['id']}") == changed
    assert await partner.call("GET", path) == [changed]
    older = await partner.call("PUT", f"{path}/{made['id']}", {"energy_price": [], "building": None})
    assert (older["energy_prices"], older["building"]) == ([], None)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ({"energy_contract_type": "weekly"}, ["energy_contract_type"]),
        ({"currency_energy_price": "EURO"}, ["currency_energy_price"]),
        ({"meter_id": "1" * 20}, ["meter_id"]),
        ({"supplier": "x" * 101}, ["supplier"]),
        ({"building_id": str(uuid4())}, ["building_id"]),
        ({"building_id": "home"}, ["building_id"]),
        ({"building": "home"}, ["building"]),
        ({"energy_price": [{"price": 1, "timestamp": "0001-01-01T00:00:00+14:00"}]}, ["energy_price", 0, "timestamp"]),
        ({"energy_prices": [{"price": "much", "timestamp": "2023-11-01"}]}, ["energy_prices", 0, "price"]),
        ({"energy_prices": [{"price": 1}]}, ["energy_prices", 0, "timestamp"]),
        (
            {
                "energy_contract_type": "spot_hourly",
                "energy_prices": [{"price": 1, "timestamp": "2023-11-01T00:00:00Z"}],
            },
            ["currency_energy_price"],
        ),
    ],
)
async def test_a_contract_that_cannot_be_is_refused(partner: Partner, said: Any, at: list[str | int]) -> None:
    user = await partner.new_user()
    status, faults = await partner.refusal("POST", f"/users/{user['id']}/energy-contracts", said)
    assert status == 422
    assert ["body", "data", *at] in [fault["loc"] for fault in faults]
    assert await partner.call("GET", f"/users/{user['id']}/energy-contracts") == []


async def test_premises_are_their_users_and_go_with_them(partner: Partner, other_partner: Partner) -> None:
    ada, bob = await partner.new_user("ada@example.com"), await partner.new_user("bob@example.com")
    home = await partner.call("POST", f"/users/{ada['id']}/buildings", {"name": "Home"})
    contract = await partner.call("POST", f"/users/{ada['id']}/energy-contracts", {"building_id": home["id"]})
    for kind, one in (("buildings", home), ("energy-contracts", contract)):
        for who, caller in ((bob, partner), (ada, other_partner)):
            for method in ("GET", "PUT"):
                refusal = await caller.refusal(method, f"/users/{who['id']}/{kind}/{one['id']}", b"{}")
                assert refusal[0] == 404
    refusal = await partner.refusal("POST", f"/users/{bob['id']}/energy-contracts", {"building_id": home["id"]})
    assert refusal[0] == 422
    await partner.call("DELETE", f"/users/{ada['id']}")
    for kind in ("buildings", "energy-contracts"):
        for method in ("GET", "POST"):
            body = {"name": "New"} if method == "POST" else None
            assert (await partner.refusal(method, f"/users/{ada['id']}/{kind}", body))[0] == 404
