"""Thngs, products and actions, with every kind of key that may and may not."""

import asyncio
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from tests.dialects.evrythng.acting import lent, user_of
from tests.dialects.evrythng.conftest import Caller, Refused, World


async def names(caller: Caller, path: str = "/thngs") -> list[str]:
    return [found["name"] for found in await caller.get(path)]


async def test_a_user_keeps_thngs_of_its_own(ours: World, theirs: World) -> None:
    ada, bob, eve = await user_of(ours), await user_of(ours), await user_of(theirs)
    said = {"name": "Kettle", "tags": ["kitchen"], "customFields": {"Color": "red", "n": 1}, "identifiers": {"sn": "5"}}
    answer = await ada.send("POST", "/thngs?withScopes=true", said)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/thngs/{made['id']}"
    assert made.pop("scopes") == {"users": [ada.id], "projects": [ours.project]}
    assert made == {**said, "id": made["id"], "createdAt": made["createdAt"], "updatedAt": made["updatedAt"]} | {
        "properties": {}
    }
    for caller in (ada, ours.trusted, ours.operator):
        assert await caller.get(f"/thngs/{made['id']}") == made
        assert await caller.get("/thngs") == [made]
    for caller in (bob, eve, theirs.trusted, theirs.operator):
        assert await caller.get("/thngs") == []
        for method, body in (("GET", None), ("PUT", {"name": "mine"})):
            assert await caller.status(method, f"/thngs/{made['id']}", body) == 404
        deleted = await caller.status("DELETE", f"/thngs/{made['id']}")
        assert deleted == (404 if caller in (theirs.trusted, theirs.operator) else 403)
    for method, path in (("GET", "/thngs"), ("POST", "/thngs"), ("GET", f"/thngs/{made['id']}")):
        assert await ours.public.status(method, path, said) == 403
        assert await ours.caller(None).status(method, path, said) == 401


async def test_what_is_sent_changes_and_the_rest_stays(ours: World) -> None:
    ada = await user_of(ours)
    made = await ada.post("/thngs", {"name": "Kettle", "description": "boils", "customFields": {"a": 1}})
    changed = await ada.put(f"/thngs/{made['id']}", {"tags": ["updated"], "description": None})
    assert (changed["name"], changed["tags"], changed["customFields"]) == ("Kettle", ["updated"], {"a": 1})
    assert "description" not in changed
    assert changed["updatedAt"] > made["updatedAt"] == made["createdAt"]
    again = await ada.put(f"/thngs/{made['id']}", changed)  # clients send back what they read
    assert again == {**changed, "updatedAt": again["updatedAt"]}
    assert await ada.status("DELETE", f"/thngs/{made['id']}") == 403
    assert await ours.trusted.delete(f"/thngs/{made['id']}") is None
    assert await ada.status("GET", f"/thngs/{made['id']}") == 404


async def test_scopes_may_be_sent_back_as_they_were_read_and_are_not_changed_by_it(ours: World) -> None:
    ada = await user_of(ours)
    made = await ada.post("/thngs?withScopes=true", {"name": "Kettle"})
    path = f"/thngs/{made['id']}?withScopes=true"
    thngs_key = (await ada.post("/auth/evrythng/thngs", {"thngId": made["id"]}))["thngApiKey"]
    for caller in (ada, ours.trusted, ours.caller(thngs_key)):
        changed = await caller.put(path, {**await caller.get(path), "description": "boils"})
        assert (changed["description"], changed["scopes"]) == ("boils", made["scopes"])
    others: tuple[dict[str, list[str]], ...] = ({"users": ["all"]}, {"users": [ada.id, "all"]}, {"projects": []})
    for scopes in others:
        assert await ada.status("PUT", path, {"scopes": scopes}) == 403


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "  "}, {"name": None}])
async def test_a_thng_has_a_name(ours: World, body: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        await ours.operator.post("/thngs", body)
    assert refused.value.status == 400
    assert refused.value.body["errors"] == ["thng.name cannot be blank"]


@pytest.mark.parametrize(
    "more",
    [
        {"tags": "red"},
        {"tags": [1]},
        {"identifiers": {"a": 1}},
        {"customFields": []},
        {"colour": "x"},
        {"scopes": {"projects": "all"}},
        {"name": 5},
        {"name": "a\0b"},
        {"customFields": {"a\0": 1}},
    ],
)
async def test_what_can_not_be_kept_is_refused(ours: World, more: dict[str, Any]) -> None:
    assert await ours.operator.status("POST", "/thngs", {"name": "Kettle", **more}) == 400
    assert await ours.operator.get("/thngs") == []


async def test_scopes_say_who_sees_a_thng(ours: World, theirs: World) -> None:
    ada, bob = await user_of(ours), await user_of(ours)
    made = await ours.operator.post("/thngs?withScopes=true", {"name": "Pallet"})
    assert made["scopes"] == {"users": ["all"], "projects": []}
    path = f"/thngs/{made['id']}"
    assert [await caller.status("GET", path) for caller in (ada, ours.trusted)] == [404, 404]
    shown = await ours.operator.put(
        f"{path}?withScopes=true", {"scopes": {"projects": [ours.project], "users": [ada.id]}}
    )
    assert shown["scopes"] == {"users": [ada.id], "projects": [ours.project]}
    assert [await caller.status("GET", path) for caller in (ada, bob, ours.trusted)] == [200, 404, 200]
    await ours.operator.put(path, {"scopes": {"users": ["all"]}})
    assert [await caller.status("GET", path) for caller in (ada, bob)] == [200, 200]
    assert await bob.status("PUT", path, {"name": "mine"}) == 403  # for all to see, and nobody's own
    assert await bob.status("DELETE", path) == 403
    assert await ada.status("PUT", path, {"scopes": {"users": [ada.id]}}) == 403
    await ours.operator.put(path, {"scopes": {"projects": [], "users": []}})
    assert await ada.status("GET", path) == 404
    for scopes in ({"projects": [theirs.project]}, {"users": [(await user_of(theirs)).id]}):
        assert await ours.operator.status("PUT", path, {"scopes": scopes}) == 400
        assert await ours.trusted.status("POST", "/thngs", {"name": "Box", "scopes": scopes}) in (400, 403)
    in_project = await ours.operator.post(f"/thngs?project={ours.project}", {"name": "Box"})
    assert await ours.operator.get(f"/thngs?project={ours.project}") == [in_project]
    assert await names(ada) == ["Box"]


async def test_pages_lead_on_by_a_token(ours: World) -> None:
    for at in range(5):
        await ours.operator.post("/thngs", {"name": f"t{at}"})
    for order, expected in (
        ("DESCENDING", ["t4", "t3", "t2", "t1", "t0"]),
        ("ASCENDING", ["t0", "t1", "t2", "t3", "t4"]),
    ):
        seen: list[str] = []
        path: str | None = f"/thngs?perPage=2&sortOrder={order}"
        while path:
            answer = await ours.operator.send("GET", path)
            seen += [found["name"] for found in answer.json()]
            path = next_path(answer.headers.get("link"))
        assert seen == expected
    assert await ours.operator.status("GET", "/thngs?nextPageToken=nonsense") == 400


def next_path(link: str | None) -> str | None:
    return None if link is None else unquote(link[1 : link.index(">")]).removeprefix("http://api")


async def test_lists_are_filtered(ours: World) -> None:
    red = await ours.operator.post(
        "/thngs", {"name": "Red", "tags": ["a", "b"], "identifiers": {"serial": "78fd"}, "customFields": {"w": 5}}
    )
    blue = await ours.operator.post("/thngs", {"name": "Blue & co", "tags": ["b"], "customFields": {"w": 9}})
    for query, expected in (
        ("name%3DRed", [red]),
        ("name%3DBlue%20%5C%26%20co", [blue]),
        ("tags%3Db", [blue, red]),
        ("identifiers.serial%3D78fd", [red]),
        ("customFields.w%3E5", [blue]),
        ("customFields.w%3D5", [red]),
        ("tags%3Db%26customFields.w%3C9", [red]),
        (f"createdAt%3E{red['createdAt']}", []),
        (f"createdAt%3C{red['createdAt'] + 1}", [blue, red]),
        ("createdAt%3E99999999999999999999", []),
        ("nothing.here%3D1", []),
        ("product%3Dnobody", []),
    ):
        assert await ours.operator.get(f"/thngs?filter={query}") == expected, query
    assert await ours.operator.get(f"/thngs?ids={red['id']}%2C{blue['id']}") == [blue, red]
    assert await ours.operator.get(f"/thngs?ids={red['id']},nonsense") == [red]
    assert await ours.operator.status("GET", "/thngs?filter=nonsense") == 400


async def test_thngs_are_of_products_within_reach(ours: World, theirs: World) -> None:
    ada, bob = await user_of(ours), await user_of(ours)
    product = await ours.trusted.post("/products", {"name": "Kettle 3000", "brand": "Hot", "photos": ["https://a.b/c"]})
    assert product["fn"] == "Kettle 3000"
    for caller in (ada, bob, ours.public, ours.trusted, ours.operator):
        assert await caller.get("/products") == [product]
        assert await caller.get(f"/products/{product['id']}") == product
    thng = await ada.post("/thngs", {"name": "Kettle", "product": product["id"]})
    assert thng["product"] == product["id"]
    assert await ada.get(f"/thngs?filter=product%3D{product['id']}") == [thng]
    for foreign in ((await theirs.trusted.post("/products", {"name": "x"}))["id"], thng["id"], "nonsense"):
        assert await ada.status("POST", "/thngs", {"name": "Kettle", "product": foreign}) == 404
    assert await bob.status("PUT", f"/products/{product['id']}", {"name": "mine"}) == 403
    assert await ours.public.status("PUT", f"/products/{product['id']}", {"name": "mine"}) == 403
    await ours.trusted.delete(f"/products/{product['id']}")
    assert "product" not in await ada.get(f"/thngs/{thng['id']}")


async def test_action_types_are_predefined_or_the_organizations(ours: World, theirs: World) -> None:
    ada = await user_of(ours)
    predefined = await ours.operator.get("/actions")
    assert {"scans", "checkins", "implicitScans", "shares"} <= {found["name"] for found in predefined}
    made = await ours.trusted.post("/actions", {"name": "_packed", "description": "into a box"})
    assert await ada.get("/actions") == [*predefined, made]
    assert await theirs.operator.get("/actions") == predefined
    assert await ada.get("/actions?filter=name%3D_packed") == [made]
    assert await ada.get("/actions?filter=name%3Dscans") == [{"name": "scans"}]
    assert await ada.status("POST", "/actions", {"name": "_mine"}) == 403
    assert await ours.operator.status("POST", "/actions", {"name": "_packed"}) == 409
    assert await ours.operator.status("POST", "/actions", {"name": "packed"}) == 400
    assert (await ours.operator.put("/actions/_packed", {"tags": ["updated"]}))["tags"] == ["updated"]
    assert [await caller.status("DELETE", "/actions/_packed") for caller in (ada, theirs.operator)] == [403, 404]
    await ours.operator.delete("/actions/_packed")
    assert await ada.get("/actions") == predefined


async def test_staff_of_a_traceability_app_note_what_they_do_and_see_their_own(ours: World, theirs: World) -> None:
    packer, driver, visitor = await user_of(ours), await user_of(ours), await user_of(ours)
    for name in ("_packed", "_delivered"):
        await ours.trusted.post("/actions", {"name": name})
    product = await ours.trusted.post("/products", {"name": "Oranges"})
    in_view = {"users": [packer.id, driver.id], "projects": [ours.project]}
    crate = await ours.trusted.post("/thngs", {"name": "Crate 7", "product": product["id"], "scopes": in_view})

    packed = await packer.post(
        "/actions/_packed", {"thng": crate["id"], "tags": ["gate 4"], "customFields": {"kg": 12}}
    )
    assert packed == {
        "id": packed["id"],
        "type": "_packed",
        "thng": crate["id"],
        "product": product["id"],
        "user": packer.id,
        "createdBy": packer.id,
        "createdByApp": ours.application,
        "createdByProject": ours.project,
        "tags": ["gate 4"],
        "customFields": {"kg": 12},
        "timestamp": packed["timestamp"],
        "createdAt": packed["createdAt"],
        "updatedAt": packed["createdAt"],
    }
    delivered = await driver.post("/actions/all", {"type": "_delivered", "thng": crate["id"]})
    scan = await visitor.post("/actions/scans", {"product": product["id"]})

    assert await packer.get("/actions/all") == [packed]
    assert await driver.get(f"/thngs/{crate['id']}/actions/all") == [delivered]
    assert await visitor.get("/actions/all") == [scan]
    assert await visitor.get(f"/products/{product['id']}/actions/scans") == [scan]
    for caller in (ours.trusted, ours.operator):
        assert await caller.get("/actions/all") == [scan, delivered, packed]
        assert await caller.get(f"/actions/all?filter=user%3D{driver.id}") == [delivered]
        assert await caller.get(f"/actions/all?filter=thng%3D{crate['id']}") == [delivered, packed]
        assert await caller.get(f"/thngs/{crate['id']}/actions/_packed") == [packed]
        assert await caller.get(f"/products/{product['id']}/actions/all") == [scan, delivered, packed]
    assert await theirs.operator.get("/actions/all") == []
    for caller, status in ((packer, 200), (driver, 404), (visitor, 404), (ours.trusted, 200), (theirs.trusted, 404)):
        assert await caller.status("GET", f"/actions/_packed/{packed['id']}") == status
    assert await packer.status("GET", f"/actions/scans/{packed['id']}") == 404
    assert await packer.get(f"/thngs/{crate['id']}/actions/_packed/{packed['id']}") == packed
    assert await packer.get(f"/products/{product['id']}/actions/all/{packed['id']}") == packed
    assert await packer.status("GET", f"/thngs/{product['id']}/actions/all/{packed['id']}") == 404
    for caller in (packer, driver, ours.trusted):
        assert await caller.status("DELETE", f"/actions/_packed/{packed['id']}") == 403
    assert await theirs.operator.status("DELETE", f"/actions/_packed/{packed['id']}") == 404

    for caller in (packer, visitor):  # in another's name, or about what isn't seen
        assert await caller.status("POST", "/actions/scans", {"product": product["id"], "user": driver.id}) == 403
    assert await visitor.status("POST", "/actions/scans", {"thng": crate["id"]}) == 404
    assert await visitor.status("GET", f"/thngs/{crate['id']}/actions/all") == 404
    assert await packer.status("POST", "/actions/_unknown", {"thng": crate["id"]}) == 404
    assert await packer.status("POST", "/actions/_packed", {"type": "scans", "thng": crate["id"]}) == 400
    assert await packer.status("POST", "/actions/all", {"thng": crate["id"]}) == 400


async def test_an_apps_public_key_records_scans_only(ours: World) -> None:
    ada = await user_of(ours)
    product = await ours.trusted.post("/products", {"name": "Oranges"})
    scan = await ours.public.post(f"/products/{product['id']}/actions/scans", {"type": "scans"})
    assert "user" not in scan
    assert scan["createdBy"] == scan["createdByApp"] == ours.application
    assert await ours.public.status("POST", "/actions/checkins", {"product": product["id"]}) == 403
    assert await ours.public.status("GET", "/actions/all") == 403
    assert await ours.trusted.get("/actions/all") == [scan]
    assert await ada.get("/actions/all") == []


async def test_a_context_is_shown_to_who_asks_for_it(ours: World) -> None:
    made = await ours.operator.post("/actions/scans", {"context": {"city": "Oslo"}, "location": {"latitude": 1.5}})
    assert "context" not in made
    assert (await ours.operator.get("/actions/all?context=true"))[0]["context"] == {"city": "Oslo"}
    assert await ours.operator.get("/actions/all?filter=context.city%3DOslo") == [made]


@pytest.mark.parametrize("asked", [".".join(["customFields", *"a" * 20_000]) + "=1", "%26".join(["name=a"] * 5_000)])
async def test_a_filter_that_no_person_writes_is_refused(ours: World, asked: str) -> None:
    await ours.trusted.post("/thngs", {"name": "Kettle", "customFields": {"a": {"a": {"a": 1}}}})
    for caller in (await user_of(ours), ours.trusted, ours.operator):
        assert await caller.status("GET", f"/thngs?filter={asked}") == 400
        assert len(await caller.get("/thngs?filter=customFields.a.a.a=1%26name=Kettle")) == 1


async def test_who_only_sees_a_thng_gets_no_key_of_it(ours: World) -> None:
    ada, thng = await user_of(ours), await ours.trusted.post("/thngs", {"name": "Everybody's"})
    assert await ada.get(f"/thngs/{thng['id']}") == thng
    before = await ours.trusted.post("/auth/evrythng/thngs", {"thngId": thng["id"]})
    assert await ada.status("POST", "/auth/evrythng/thngs", {"thngId": thng["id"]}) == 403
    for method in ("GET", "DELETE"):
        assert await ada.status(method, f"/auth/evrythng/thngs/{thng['id']}") == 403
    assert await ours.trusted.get(f"/auth/evrythng/thngs/{thng['id']}") == before


async def test_a_device_reads_itself_with_its_own_key(ours: World, theirs: World) -> None:
    ada, bob = await user_of(ours), await user_of(ours)
    of_ada = await ada.post("/thngs", {"name": "Kettle"})
    of_nobody = await ours.operator.post("/thngs", {"name": "Pallet"})
    for owner, thng in ((ada, of_ada), (ours.operator, of_nobody)):
        made = await owner.post("/auth/evrythng/thngs", {"thngId": thng["id"]})
        assert set(made) == {"thngId", "thngApiKey"}
        assert len(made["thngApiKey"]) == 80
        assert await owner.post("/auth/evrythng/thngs", {"thngId": thng["id"]}) == made
        assert await owner.get(f"/auth/evrythng/thngs/{thng['id']}") == made
        device = ours.caller(made["thngApiKey"])
        assert (await device.get("/access"))["actor"] == {"type": "device", "id": thng["id"]}
        assert (await device.get("/access"))["account"] == (await ours.operator.get("/access"))["account"]
        assert await device.get(f"/thngs/{thng['id']}") == await owner.get(f"/thngs/{thng['id']}")
        other = of_nobody if thng is of_ada else of_ada
        assert await device.status("GET", f"/thngs/{other['id']}") == 404
        for method, path in (("GET", "/thngs"), ("DELETE", f"/thngs/{thng['id']}"), ("GET", "/actions/all")):
            assert await device.status(method, path, {"name": "x"}) == 403
        assert (await device.put(f"/thngs/{thng['id']}", {"tags": ["online"]}))["tags"] == ["online"]
        assert await device.status("PUT", f"/thngs/{other['id']}", {"name": "x"}) == 404
        assert await device.status("PUT", f"/thngs/{thng['id']}", {"scopes": {"users": []}}) == 403
        await owner.delete(f"/auth/evrythng/thngs/{thng['id']}")
        assert await owner.status("GET", f"/auth/evrythng/thngs/{thng['id']}") == 404
        assert await device.status("GET", f"/thngs/{thng['id']}") == 403
        again = await owner.post("/auth/evrythng/thngs", {"thngId": thng["id"]})
        assert again["thngApiKey"] != made["thngApiKey"]
        await ours.operator.delete(f"/thngs/{thng['id']}")
        assert await ours.caller(again["thngApiKey"]).status("GET", "/access") == 403
    foreign = await ada.post("/thngs", {"name": "Kettle"})
    for caller, status in ((bob, 404), (theirs.operator, 404), (ours.public, 403), (ours.trusted, 201)):
        assert await caller.status("POST", "/auth/evrythng/thngs", {"thngId": foreign["id"]}) == status
    borrower = await lent(ours, ada, bob)
    assert await borrower.status("GET", f"/auth/evrythng/thngs/{foreign['id']}") == 403


async def test_a_lent_key_reaches_what_its_role_allows(ours: World) -> None:
    ada, bob = await user_of(ours), await user_of(ours)
    kettle = await ada.post("/thngs", {"name": "Kettle"})
    role = await ours.operator.post("/roles", {"name": "Guest", "type": "userInApp", "version": 2})
    await ours.operator.put(f"/roles/{role['id']}/permissions", [{"path": "/thngs", "access": "r"}])
    guest, deputy = await lent(ours, ada, bob, role["id"]), await lent(ours, ada, bob)
    for caller in (guest, deputy):
        assert await caller.get("/thngs") == [kettle]
    assert await guest.status("PUT", f"/thngs/{kettle['id']}", {"name": "x"}) == 403
    assert await guest.status("POST", "/actions/scans", {"thng": kettle["id"]}) == 403
    assert await guest.status("POST", f"/thngs/{kettle['id']}/actions/scans", {"type": "scans"}) == 403
    assert (await deputy.put(f"/thngs/{kettle['id']}", {"name": "Pot"}))["name"] == "Pot"
    action = await deputy.post(f"/thngs/{kettle['id']}/actions/scans", {"type": "scans"})
    assert action["user"] == action["createdBy"] == bob.id
    assert await deputy.status("POST", "/actions/scans", {"thng": kettle["id"], "user": ada.id}) == 403
    assert await ada.get("/actions/all") == [action]
    assert await bob.get("/actions/all") == []
    assert await bob.get("/thngs") == []


async def test_two_who_ask_for_a_device_key_get_the_same(ours: World) -> None:
    thng = await ours.operator.post("/thngs", {"name": "Pallet"})
    asked = [ours.operator.post("/auth/evrythng/thngs", {"thngId": thng["id"]}) for _ in range(4)]
    assert len({made["thngApiKey"] for made in await asyncio.gather(*asked)}) == 1


async def test_the_way_on_is_https_where_the_public_url_says_so(ours: World) -> None:
    for name in ("one", "two"):
        await ours.operator.post("/thngs", {"name": name})
    headers = {"host": "link.example.com", "authorization": ours.operator.key or ""}  # as a proxy passes it on
    answer = await ours.operator.http.get("/thngs?perPage=1", headers=headers)
    assert answer.headers["link"].startswith("<https%3A%2F%2Flink.example.com%2Fthngs%3F")


async def test_the_way_on_stays_below_the_prefix(ours: World) -> None:
    for name in ("one", "two"):
        await ours.operator.post("/thngs", {"name": name})
    transport = httpx.ASGITransport(ours.app, root_path="/evrythng")  # type: ignore[arg-type]
    headers = {"authorization": ours.operator.key or ""}
    async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as http:
        answer = await http.get("/thngs?perPage=1")
    assert answer.headers["link"].startswith("<http%3A%2F%2Fapi%2Fevrythng%2Fthngs%3F")
