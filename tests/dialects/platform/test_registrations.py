"""Our clients at the vendors: for one application or for all, sealed, never shown."""

from typing import Any
from uuid import UUID

import pytest

from tests.dialects.platform.conftest import Caller, Organization
from tests.support.users import get_or_create
from wattlink.base.ids import new_id
from wattlink.connectors.registry import manifests, simulator
from wattlink.domain.access.ids import AccountId, RegistrationId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import store as accounts
from wattlink.domain.accounts.model import Account, AccountState
from wattlink.wiring import Hub

_DEMANDING = next(
    vendor for vendor, manifest in manifests().items() if {"client_id", "client_secret"} < set(manifest.registration)
)
_HOST = next(iter(manifests()[_DEMANDING].hosts))


def client_of(vendor: str) -> dict[str, Any]:
    client = simulator(vendor).DEMO_REGISTRATION
    return {"clientId": client.client_id, "clientSecret": client.client_secret, "options": dict(client.options)}


async def test_it_is_told_which_vendors_lack_one(operator: Caller, ours: Organization) -> None:
    path = f"/applications/{ours.application.application_id}"
    vendors = (await operator.get(f"{path}/vendors")).json()["data"]
    assert [one["vendor"] for one in vendors] == list(manifests())
    assert [one["registration"] for one in vendors] == [None] * len(vendors)
    needs = next(one["needs"] for one in vendors if one["vendor"] == _DEMANDING)
    assert needs[:2] == ["clientId", "clientSecret"]
    assert all(need.startswith("options.") for need in needs[2:])

    for_all = (await operator.put(f"/registrations/{_DEMANDING}", client_of(_DEMANDING))).json()
    assert await used(operator, path) == for_all
    own = (await operator.put(f"{path}/registrations/{_DEMANDING}", client_of(_DEMANDING))).json()
    assert await used(operator, path) == own
    assert own["applicationId"] == str(ours.application.application_id)
    assert own["callbackUrl"] == f"https://link.example.com/link/callback/{own['id']}"
    assert (await operator.get("/registrations")).json()["data"] == [for_all, own]

    assert (await operator.delete(f"{path}/registrations/{_DEMANDING}")).status_code == 204
    assert await used(operator, path) == for_all
    assert (await operator.delete(f"{path}/registrations/{_DEMANDING}")).status_code == 404
    assert (await operator.delete(f"/registrations/{_DEMANDING}")).status_code == 204
    assert await used(operator, path) is None


async def used(operator: Caller, path: str) -> Any:
    vendors = (await operator.get(f"{path}/vendors")).json()["data"]
    return next(one["registration"] for one in vendors if one["vendor"] == _DEMANDING)


async def test_a_secret_is_never_shown_and_a_new_one_replaces_it(hub: Hub, operator: Caller) -> None:
    first = await operator.put(f"/registrations/{_DEMANDING}", client_of(_DEMANDING))
    second = await operator.put(f"/registrations/{_DEMANDING}", {**client_of(_DEMANDING), "clientSecret": "rotated!"})
    assert first.json()["id"] == second.json()["id"]
    for answer in (first, second, await operator.get("/registrations")):
        assert "rotated!" not in answer.text
        assert client_of(_DEMANDING)["clientSecret"] not in answer.text
    async with hub.db.read() as reader:
        opened = await hub.connectors.open(reader, RegistrationId(UUID(second.json()["id"])))
        [sealed] = await reader.all(bytes, "SELECT sealed FROM registration")
    assert opened.registration.client_secret == "rotated!"
    assert b"rotated!" not in sealed


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"clientSecret": ""}, "clientSecret"),
        ({"options": {}}, f"options.{manifests()[_DEMANDING].registration[-1]}"),
        ({"options": {**client_of(_DEMANDING)["options"], "some_thing": "x"}}, "options.some_thing"),
        ({"options": {"domain": 5}}, "options.domain"),
        ({"hosts": {"moon": "https://moon.example"}}, "hosts"),
        ({"hosts": {_HOST: "moon"}}, "hosts"),
        ({"hosts": {_HOST: "https://moon\0.example"}}, f"hosts.{_HOST}"),
        ({"hosts": {_HOST: "http://moon.example"}}, "hosts"),
        ({"hosts": {_HOST: "HTTP://moon.example"}}, "hosts"),
        ({"hosts": {_HOST: "http://"}}, "hosts"),
        ({"hosts": {_HOST: "https://moon.example\r\nx: y"}}, "hosts"),
        ({"hosts": {_HOST: "https://moon .example"}}, "hosts"),
        ({"hosts": {_HOST: "https://ada:secret@moon.example"}}, "hosts"),
        ({"hosts": {_HOST: "https://moon.example/?to="}}, "hosts"),
        ({"hosts": {_HOST: "https://moon.example#"}}, "hosts"),
        ({"hosts": {_HOST: "https://moon.example:99999"}}, "hosts"),
        ({"hosts": {_HOST: "javascript://moon.example"}}, "hosts"),
        ({"secret": "x"}, "secret"),
    ],
)
async def test_what_can_t_be_used_is_named(operator: Caller, change: dict[str, Any], field: str) -> None:
    answer = await operator.put(f"/registrations/{_DEMANDING}", {**client_of(_DEMANDING), **change})
    assert answer.status_code == 400
    assert [issue["field"] for issue in answer.json()["issues"]] == [field]


async def test_what_is_for_all_is_the_oldest_organization_s(ours: Organization, theirs: Organization) -> None:
    for answer in (
        await theirs.operator.put(f"/registrations/{_DEMANDING}", client_of(_DEMANDING)),
        await theirs.operator.delete(f"/registrations/{_DEMANDING}"),
    ):
        assert answer.status_code == 403
        assert "oldest organization" in answer.json()["detail"]
    assert (await ours.operator.put(f"/registrations/{_DEMANDING}", client_of(_DEMANDING))).status_code == 200
    path = f"/applications/{theirs.application.application_id}/registrations/{_DEMANDING}"
    assert (await theirs.operator.put(path, client_of(_DEMANDING))).status_code == 200
    assert len((await theirs.operator.get("/registrations")).json()["data"]) == 2
    assert len((await ours.operator.get("/registrations")).json()["data"]) == 1


async def test_an_unknown_vendor_is_not_found(operator: Caller, ours: Organization) -> None:
    for path in ("", f"/applications/{ours.application.application_id}"):
        assert (await operator.put(f"{path}/registrations/acme", {})).status_code == 404
        assert (await operator.delete(f"{path}/registrations/acme")).status_code == 404


async def test_while_accounts_need_it_it_stays(hub: Hub, operator: Caller, ours: Organization) -> None:
    made = (await operator.put(f"/registrations/{_DEMANDING}", client_of(_DEMANDING))).json()
    await _link(hub, ours, RegistrationId(UUID(made["id"])))
    refused = await operator.delete(f"/registrations/{_DEMANDING}")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:wattlink:problem:still-in-use")
    assert len((await operator.get("/registrations")).json()["data"]) == 1


async def _link(hub: Hub, organization: Organization, registration_id: RegistrationId) -> None:
    access = Access(applications=(organization.application.application_id,))
    async with hub.db.transaction() as tx:
        owner = await get_or_create(tx, access, "ada", now=hub.clock())
        account = Account(
            account_id=AccountId(new_id()),
            application_id=access.application_id,
            user_id=owner.user_id,
            registration_id=registration_id,
            vendor=_DEMANDING,
            subject="ada",
            state=AccountState.GOOD,
            kinds=(),
            scopes=(),
            asked_scopes=(),
            pending=(),
        )
        await accounts.insert(tx, account, label=None, now=hub.clock())
