"""A user's linked devices as thngs: that user reads them and whom it lets, nobody else, and nobody changes them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import unquote
from uuid import UUID

import msgspec
import psycopg
import pytest
from litestar import Litestar

from tests.dialects.evrythng.acting import UserCaller, acting, key_of
from tests.dialects.evrythng.conftest import Caller
from tests.house.source import ROOT
from tests.support.accounts import World as Linking
from tests.support.accounts import open_world
from wattlink.connectors.devices import Document, Kind
from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.access.model import KeyKind
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.leaving.disconnect import disconnect
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.organizations.operators.create import create_operator_token
from wattlink.domain.organizations.store import get_application
from wattlink.domain.users.logins import store as logins


@dataclass
class Home:
    """Ada, who links devices, and everybody who might look at them."""

    linking: Linking
    app: Litestar
    ada: UserCaller
    bob: UserCaller
    public: Caller
    trusted: Caller
    operator: Caller

    async def borrower(self, role: str = "base_app_user") -> Caller:
        """Bob, with what ada lent."""
        return Caller(self.app, await key_of(self.linking.hub, self.ada.user, self.bob.user, role))


@pytest.fixture
async def home(dsn: str) -> AsyncIterator[Home]:
    async with open_world(dsn) as linking:
        hub, app = linking.hub, DIALECTS["evrythng"](linking.hub)
        people = {}
        for name in ("ada", "bob"):
            user_id = await linking.user(name)
            async with hub.db.read() as reader:
                people[name] = await logins.get(reader, linking.access, user_id)
        async with hub.db.transaction() as tx:
            application = await get_application(tx, linking.access.application_id)
            token = await create_operator_token(tx, application.organization_id, "console", now=hub.clock())
            keys = {
                kind: await issue.of_application(tx, application.application_id, kind, vault=hub.vault, now=hub.clock())
                for kind in (KeyKind.APPLICATION, KeyKind.TRUSTED)
            }
        yield Home(
            linking,
            app,
            await acting(hub, app, people["ada"]),
            await acting(hub, app, people["bob"]),
            Caller(app, keys[KeyKind.APPLICATION]),
            Caller(app, keys[KeyKind.TRUSTED]),
            Caller(app, token.token),
        )


async def test_a_linked_device_is_a_thng_of_its_user(home: Home) -> None:
    await home.linking.sandbox.open("easee", "ada@example.com")
    await home.linking.link("easee", "ada@example.com")
    (device,) = await home.linking.devices(Kind.CHARGER)
    (thng,) = await home.ada.get("/thngs?withScopes=true")
    information = device.document.information
    assert thng["id"] == id_of(device.device_id)
    assert thng["scopes"]["users"] == [home.ada.id]
    assert thng["tags"] == ["charger", "easee"]
    assert thng["identifiers"] == {"serial": information.serial_number}  # type: ignore[union-attr]
    assert thng["customFields"]["brand"] == information.brand
    assert (thng["customFields"]["kind"], thng["customFields"]["vendor"]) == ("charger", "easee")
    assert thng["properties"]["is_reachable"] is True
    assert thng["properties"]["charge_state_power_delivery"] == device.document.charge_state.power_delivery  # type: ignore[union-attr]
    assert not any(name.startswith(("capabilities", "information")) for name in thng["properties"])
    assert await home.ada.get(f"/thngs/{thng['id']}?withScopes=true") == thng
    found = f"/thngs?withScopes=true&filter=identifiers.serial%3D{thng['identifiers']['serial']}"
    assert await home.ada.get(found) == [thng]
    assert await home.ada.get("/thngs?filter=tags%3Dvehicle") == []
    assert await home.ada.get(f"/thngs?withScopes=true&ids={thng['id']}") == [thng]


async def test_a_device_that_goes_at_this_moment_gets_no_key(home: Home, dsn: str) -> None:
    await home.linking.sandbox.open("easee", "ada@example.com")
    await home.linking.link("easee", "ada@example.com")
    (thng,) = await home.ada.get("/thngs")
    async with await psycopg.AsyncConnection.connect(dsn) as going:
        await going.execute("DELETE FROM device")
        asking = asyncio.create_task(home.ada.status("POST", "/auth/evrythng/thngs", {"thngId": thng["id"]}))
        await asyncio.wait([asking], timeout=0.5)
    assert await asking == 404
    async with home.linking.hub.db.read() as reader:
        assert await reader.one(int, "SELECT count(*) FROM access_key WHERE kind = 'device'") == 0


async def test_nobody_else_reads_it_and_nobody_changes_it(home: Home) -> None:
    await home.linking.sandbox.open("easee", "ada@example.com")
    await home.linking.link("easee", "ada@example.com")
    (thng,) = await home.ada.get("/thngs")
    path = f"/thngs/{thng['id']}"
    borrower = await home.borrower()
    assert await borrower.get("/thngs") == [thng]
    for caller in (home.ada, borrower):
        assert await caller.status("PUT", path, {"name": "mine"}) == 403
        assert await caller.status("DELETE", path) == 403
    for caller in (home.bob, home.trusted, home.operator):
        assert await caller.get("/thngs") == []
        for method in ("GET", "PUT"):
            assert await caller.status(method, path, {"name": "mine"}) == 404
        assert await caller.status("DELETE", path) == (403 if caller is home.bob else 404)
        assert await caller.status("POST", "/auth/evrythng/thngs", {"thngId": thng["id"]}) == 404
        assert await caller.status("POST", "/actions/scans", {"thng": thng["id"]}) == 404
    assert await home.public.status("GET", path) == 403


async def test_a_role_that_shows_no_thngs_shows_no_devices(home: Home) -> None:
    await home.linking.sandbox.open("easee", "ada@example.com")
    await home.linking.link("easee", "ada@example.com")
    role = await home.operator.post("/roles", {"name": "Guest", "type": "userInApp", "version": 2})
    (thng,) = await home.ada.get("/thngs")
    borrower = await home.borrower(role["id"])
    assert await borrower.status("GET", "/thngs") == 403
    assert await borrower.status("GET", f"/thngs/{thng['id']}") == 403


async def test_what_is_not_completed_yet_is_no_thng(home: Home) -> None:
    await home.linking.sandbox.open("easee", "ada@example.com")
    by = await home.linking.linked_by("easee", "ada")
    await home.linking.save(by, await home.linking.grant("easee", "ada@example.com"))
    await home.linking.visit_due()
    async with home.linking.hub.db.read() as reader:
        device_id = await reader.one(UUID, "SELECT device_id FROM device")
    assert await home.ada.get("/thngs") == []
    assert await home.ada.status("GET", f"/thngs/{id_of(device_id)}") == 404
    await home.linking.publish(by)
    assert len(await home.ada.get("/thngs")) == 1


@pytest.mark.parametrize("order", ["DESCENDING", "ASCENDING"])
async def test_plain_thngs_and_devices_stand_in_one_order(home: Home, order: str) -> None:
    for at, user in enumerate(("one", "two", "three")):
        await home.linking.sandbox.open("easee", f"{user}@example.com", devices=2)
        await home.ada.post("/thngs", {"name": f"t{at}"})
        home.linking.clock.forward(minutes=1)
        await home.linking.link("easee", f"{user}@example.com")
        home.linking.clock.forward(minutes=1)
    everything = await home.ada.get(f"/thngs?sortOrder={order}")
    assert len(everything) == 9
    times = [thng["createdAt"] for thng in everything]
    assert times == sorted(times, reverse=order == "DESCENDING")
    for size in (1, 2, 4):
        paged = []
        path: str | None = f"/thngs?perPage={size}&sortOrder={order}"
        while path:
            answer = await home.ada.send("GET", path)
            paged += answer.json()
            link = answer.headers.get("link")
            path = None if link is None else unquote(link[1 : link.index(">")]).removeprefix("http://api")
        assert paged == everything


async def test_a_device_reads_itself_until_its_link_ends(home: Home) -> None:
    await home.linking.sandbox.open("easee", "ada@example.com")
    await home.linking.link("easee", "ada@example.com")
    (thng,) = await home.ada.get("/thngs")
    made = await home.ada.post("/auth/evrythng/thngs", {"thngId": thng["id"]})
    device = Caller(home.app, made["thngApiKey"])
    assert await device.get(f"/thngs/{thng['id']}") == thng
    assert await device.status("PUT", f"/thngs/{thng['id']}", {"name": "mine"}) == 403
    assert (await device.get("/access"))["actor"] == {"type": "device", "id": thng["id"]}
    borrower = await home.borrower()
    assert await borrower.status("GET", f"/auth/evrythng/thngs/{thng['id']}") == 403
    assert await borrower.status("POST", "/auth/evrythng/thngs", {"thngId": thng["id"]}) == 403

    hub = home.linking.hub
    async with hub.db.transaction() as tx:
        await disconnect(tx, home.linking.access, "ada", "easee", None, vault=hub.vault, now=hub.clock())
    hub.door.forget()  # what a second would do
    assert await device.status("GET", f"/thngs/{thng['id']}") == 403
    assert await home.ada.get("/thngs") == []


async def test_a_user_notes_what_it_does_with_its_device(home: Home) -> None:
    await home.linking.sandbox.open("easee", "ada@example.com")
    await home.linking.link("easee", "ada@example.com")
    (thng,) = await home.ada.get("/thngs")
    action = await home.ada.post(f"/thngs/{thng['id']}/actions/checkins", {"type": "checkins"})
    assert (action["thng"], action["user"]) == (thng["id"], home.ada.id)
    assert await home.ada.get(f"/thngs/{thng['id']}/actions/all") == [action]


async def test_a_user_who_is_deleted_takes_all_of_it_along(home: Home) -> None:
    await home.linking.sandbox.open("easee", "ada@example.com")
    await home.linking.link("easee", "ada@example.com")
    (linked,) = await home.ada.get("/thngs")
    plain = await home.ada.post("/thngs", {"name": "Kettle"})
    both = {"users": [home.ada.id, home.bob.id]}
    shared = await home.trusted.post("/thngs", {"name": "Oven", "scopes": both})
    await home.ada.post("/actions/scans", {"thng": plain["id"]})
    keys = [
        (await home.ada.post("/auth/evrythng/thngs", {"thngId": thng["id"]}))["thngApiKey"] for thng in (linked, plain)
    ]
    hub = home.linking.hub
    async with hub.db.transaction() as tx:
        await delete_user(tx, home.linking.access, "ada", vault=hub.vault, now=hub.clock())
    hub.door.forget()  # what a second would do
    for key in (*keys, home.ada.key):
        assert await Caller(home.app, key).status("GET", "/access") == 403
    assert await home.operator.get("/thngs") == [shared]
    assert await home.operator.get("/actions/all") == []
    assert (await home.operator.get(f"/thngs/{shared['id']}?withScopes=true"))["scopes"]["users"] == [home.bob.id]
    assert [thng["id"] for thng in await home.bob.get("/thngs")] == [shared["id"]]


def test_every_property_is_documented() -> None:
    page = (ROOT / "docs" / "thngs.md").read_text(encoding="utf-8")
    for kind in get_args(Document):
        names = [name for name in property_names(kind) if not name.startswith(("capabilities_", "information_"))]
        assert [name for name in names if f"`{name}`" not in page] == []


def property_names(part: Any, prefix: str = "") -> Iterator[str]:
    """Of a part of the normalised form, and of the parts in it."""
    for field in msgspec.structs.fields(part):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from property_names(field.type, f"{prefix}{field.name}_")
        else:
            yield prefix + field.name
