"""What leaving in one dialect does in the others: nothing is readable in one after it was promised gone in another."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.dialects.enode.conftest import own
from tests.dialects.enode.test_devices import VEHICLE
from tests.dialects.evrythng.acting import key_of
from tests.dialects.evrythng.conftest import Caller
from tests.domain.commands.test_races import waiting
from tests.support.clock import YEAR, StillClock
from tests.support.in_process import client_of
from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.podero import BASE
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.access.ids import DeviceId, UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.devices import store as devices
from wattlink.domain.organizations.create import create_application, create_organization
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.organizations.operators.create import create_operator_token
from wattlink.domain.users.logins import store as logins
from wattlink.settings.model import Settings
from wattlink.wiring import Hub, open_hub

_EVE = {"firstName": "Eve", "lastName": "X", "email": "eve@example.com", "password": "a long pass phrase"}
_EVERY_WAY = ("enode", "podero", "evrythng")


@dataclass
class Home:
    """Ada with a building, a contract and a car, seen through every dialect."""

    hub: Hub
    access: Access
    org_id: str
    enode: httpx.AsyncClient
    podero: httpx.AsyncClient
    operator: Caller  # of EVRYTHNG's
    user: dict[str, Any]
    building_id: str
    device_id: str
    key: Caller  # ada's own, of EVRYTHNG's
    signing_up: Caller  # by the application's trusted key

    @property
    def evrythng_user(self) -> str:
        return f"/users/{id_of(UUID(self.user['id']))}"

    @property
    def thng(self) -> str:
        return f"/thngs/{id_of(UUID(self.device_id))}"

    def path(self, rest: str = "") -> str:
        return f"{BASE}/org/{self.org_id}/users/{self.user['id']}{rest}"

    async def leave(self, dialect: str) -> None:
        """Ada is deleted there."""
        if dialect == "enode":
            assert (await self.enode.delete("/users/ada")).status_code == 204
        elif dialect == "podero":
            assert (await self.podero.delete(self.path())).status_code == 204
        else:
            assert await self.operator.status("DELETE", self.evrythng_user) == 200

    async def of_user(self) -> dict[str, int]:
        """What each dialect answers about ada."""
        return {
            "enode": (await self.enode.get("/users/ada")).status_code,
            "podero": (await self.podero.get(self.path())).status_code,
            "evrythng": await self.operator.status("GET", self.evrythng_user),
        }

    async def of_device(self) -> dict[str, int]:
        """What each dialect answers about the car."""
        return {
            "enode": (await self.enode.get(f"/vehicles/{self.device_id}")).status_code,
            "podero": (await self.podero.get(self.path(f"/electric-vehicles/{self.device_id}/statistics"))).status_code,
            "evrythng": await self.key.status("GET", self.thng),
        }


def everywhere(status: int) -> dict[str, int]:
    return dict.fromkeys(_EVERY_WAY, status)


@pytest.fixture
async def home(dsn: str) -> AsyncIterator[Home]:
    settings = Settings(database_url=dsn, master_keys={"k1": bytes(32)}, public_url="https://link.example.com")
    async with open_hub(settings, clock=StillClock()) as hub:
        async with hub.db.transaction() as tx:
            organization_id = await create_organization(tx, "Voltly")
            made = await create_application(tx, "Voltly", organization_id=organization_id)
            console = await create_operator_token(tx, organization_id, "console", now=hub.clock())
            trusted = await issue.of_application(
                tx, made.application_id, KeyKind.TRUSTED, vault=hub.vault, now=hub.clock()
            )
        access = Access(applications=(made.application_id,))
        token = (await hub.authenticator.issue(str(made.client_id), made.client_secret, seconds=YEAR)).token
        enode, podero = asking(hub, "enode", token), asking(hub, "podero", token)
        users = f"{BASE}/org/{organization_id}/users"
        new = {"role": "user", "email": "ada@example.com", "external_user_id": "ada"}
        user = (await podero.post(users, json=new)).json()
        building = (await podero.post(f"{users}/{user['id']}/buildings", json={"name": "Home"})).json()
        await podero.post(f"{users}/{user['id']}/energy-contracts", json={"building_id": building["id"]})
        device_id = await own(hub, access, "tesla", VEHICLE)
        async with hub.db.read() as reader:
            ada = await logins.get(reader, access, UserId(UUID(user["id"])))
        evrythng = DIALECTS["evrythng"](hub)
        yield Home(
            hub=hub,
            access=access,
            org_id=str(organization_id),
            enode=enode,
            podero=podero,
            operator=Caller(evrythng, console.token),
            user=user,
            building_id=building["id"],
            device_id=device_id,
            key=Caller(evrythng, await key_of(hub, ada, ada)),
            signing_up=Caller(evrythng, trusted),
        )


def asking(hub: Hub, dialect: str, token: str) -> httpx.AsyncClient:
    return client_of(DIALECTS[dialect](hub), f"Bearer {token}")


async def test_only_client_credentials_open_the_dialect_of_partners(home: Home) -> None:
    for key in (home.operator.key, home.key.key):
        answer = await home.podero.get(home.path(), headers={"authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


async def test_an_address_is_one_persons_in_every_dialect(home: Home) -> None:
    answer = await home.signing_up.send("POST", "/auth/evrythng/users", {**_EVE, "email": "ADA@example.com"})
    assert answer.status_code == 409
    assert (await home.signing_up.send("POST", "/auth/evrythng/users", _EVE)).status_code == 201
    taken = await home.podero.put(home.path(), json={"email": _EVE["email"]})
    assert (taken.status_code, taken.json()["detail"][:6]) == (409, "email:")


async def test_it_is_one_user_with_one_car_everywhere(home: Home) -> None:
    assert await home.of_user() == everywhere(200)
    assert await home.of_device() == everywhere(200)


@pytest.mark.parametrize("dialect", _EVERY_WAY)
async def test_who_is_deleted_in_one_dialect_is_gone_in_all(home: Home, dialect: str) -> None:
    await home.leave(dialect)
    assert await home.of_user() == everywhere(404)
    assert await home.of_device() == {"enode": 404, "podero": 404, "evrythng": 403}  # the key is dead
    for path in ("/buildings", f"/buildings/{home.building_id}", "/energy-contracts"):
        assert (await home.podero.get(home.path(path))).status_code == 404
    assert (await home.podero.get(home.path(), params={"include_deleted": "true"})).json() == {
        **dict.fromkeys(home.user),
        "id": home.user["id"],
        "role": "user",
        "email": "",
        "created_at": home.user["created_at"],
        "deleted_at": home.user["created_at"],  # the clock stands still
    }


@pytest.mark.parametrize("dialect", _EVERY_WAY)
async def test_the_same_person_who_comes_again_is_new(home: Home, dialect: str) -> None:
    await home.leave(dialect)
    users = f"{BASE}/org/{home.org_id}/users"
    new = {"role": "user", "email": "ada@example.com", "external_user_id": "ada"}
    again = await home.podero.post(users, json=new)
    assert again.status_code == 200
    assert again.json()["id"] != home.user["id"]
    assert (await home.enode.get("/users/ada/vehicles")).json()["data"] == []


async def test_deauthorizing_keeps_the_user_and_what_is_said_of_it_everywhere(home: Home) -> None:
    assert (await home.enode.delete("/users/ada/authorization")).status_code == 204
    assert await home.of_user() == everywhere(200)
    assert await home.of_device() == everywhere(200)
    assert (await home.enode.get(f"/vehicles/{home.device_id}")).json()["isReachable"] is False
    assert len((await home.podero.get(home.path("/buildings"))).json()) == 1


async def test_disconnecting_a_vendor_ends_its_devices_everywhere(home: Home) -> None:
    assert (await home.enode.delete("/users/ada/vendors/TESLA")).status_code == 204
    assert await home.of_device() == everywhere(404)
    assert await home.of_user() == everywhere(200)
    assert len((await home.podero.get(home.path("/energy-contracts"))).json()) == 1


async def test_what_is_said_of_a_device_while_its_user_is_deleted_is_told_by_nobody(home: Home) -> None:
    path = home.path(f"/electric-vehicles/{home.device_id}")
    async with home.hub.db.transaction() as tx:  # somebody has the car for a moment, so that both have to wait
        await devices.hold(tx, home.access, DeviceId(UUID(home.device_id)))
        saying = asyncio.create_task(home.podero.put(path, json={"comment": "her garage"}))
        await waiting(home.hub.db)
        leaving = asyncio.create_task(home.leave("podero"))
        await waiting(home.hub.db, 2)
    assert (await saying).status_code == 200
    await leaving
    async with home.hub.db.read() as reader:
        told = await reader.all(str, "SELECT payload::text FROM event WHERE payload IS NOT NULL")
    assert not any("garage" in payload or "ada@example.com" in payload for payload in told)
