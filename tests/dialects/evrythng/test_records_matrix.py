"""Every address of thngs, products and actions, with every key that has no business there: nothing comes of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.dialects.evrythng.acting import UserCaller, lent, user_of
from tests.dialects.evrythng.conftest import Caller, World
from wattlink.dialects.evrythng.routes import ROWS, Row
from wattlink.domain.access.model import KeyKind

_TAGS = ("Thngs", "Products", "Actions")


async def test_no_key_reads_or_changes_what_is_not_its_own(ours: World, theirs: World) -> None:
    ada, bob, carol, eve = [await user_of(world) for world in (ours, ours, ours, theirs)]
    ids = await things_of(ours, ada)
    before = await seen_by(ada, ids)
    other = await bob.post("/thngs", {"name": "Other"})
    device = ours.caller((await bob.post("/auth/evrythng/thngs", {"thngId": other["id"]}))["thngApiKey"])
    strangers = {
        "another user": bob,
        "a user of another organization": eve,
        "who was lent what is another's": await lent(ours, bob, carol),
        "another device": device,
        "the application of another organization": theirs.trusted,
        "an operator of another organization": theirs.operator,
        "nobody": ours.caller(None),
        "an unknown key": ours.caller("wlk" + "a" * 77),
    }
    for row, path in addresses(ids):
        for who, stranger in strangers.items():
            body = {"name": "mine", "type": "scans", "thngId": ids["thng_id"], "thng": ids["thng_id"]}
            status = await stranger.status(row.route.method, path, body_of(row, body))
            assert status in (401, 403, 404), (row.route.operation_id, who, status)
    assert await seen_by(ada, ids) == before


async def test_each_address_takes_the_kinds_of_keys_that_it_says(ours: World) -> None:
    ada = await user_of(ours)
    ids = await things_of(ours, ada)
    thng = await ours.trusted.post("/thngs", {"name": "Device"})
    device = ours.caller((await ours.trusted.post("/auth/evrythng/thngs", {"thngId": thng["id"]}))["thngApiKey"])
    callers = {
        KeyKind.OPERATOR: ours.operator,
        KeyKind.TRUSTED: ours.trusted,
        KeyKind.APPLICATION: ours.public,
        KeyKind.USER: ada,
        KeyKind.DEVICE: device,
    }
    for row, path in addresses(ids):
        for kind, caller in callers.items():
            if kind not in row.need.kinds:
                assert await caller.status(row.route.method, path, {}) == 403, (row.route.operation_id, kind)
                assert await ours.caller(None).status(row.route.method, path, {}) == 401


async def things_of(world: World, user: UserCaller) -> dict[str, str]:
    """One of everything that is a user's, and a type of actions."""
    product = await user.post("/products", {"name": "Kettle 3000"})
    thng = await user.post("/thngs", {"name": "Kettle", "product": product["id"]})
    action = await user.post("/actions/scans", {"thng": thng["id"]})
    await user.post("/auth/evrythng/thngs", {"thngId": thng["id"]})
    await world.trusted.post("/actions", {"name": "_packed"})
    return {
        "thng_id": thng["id"],
        "product_id": product["id"],
        "action_id": action["id"],
        "action_type": "scans",
    }


async def seen_by(user: Caller, ids: Mapping[str, str]) -> list[Any]:
    return [
        await user.get("/thngs?withScopes=true"),
        await user.get("/products?withScopes=true"),
        await user.get("/actions/all?withScopes=true"),
        await user.get("/actions"),
        await user.get(f"/auth/evrythng/thngs/{ids['thng_id']}"),
    ]


def addresses(ids: Mapping[str, str]) -> Iterator[tuple[Row, str]]:
    """Every row that speaks of one thing, and where that is; also the one that asks for a thng's key."""
    for tag in _TAGS:
        for row in ROWS[tag]:
            names = re.findall(r"\{(\w+):str\}", row.route.path)
            if set(names) - {"action_type"} or row.route.operation_id in ("createAction", "createDeviceKey"):
                path = re.sub(r"\{(\w+):str\}", lambda found: ids[found[1]], row.route.path)
                yield row, path


def body_of(row: Row, fields: dict[str, str]) -> dict[str, str]:
    """What the operation takes of these fields."""
    known = {
        "updateThng": ("name",),
        "updateProduct": ("name",),
        "createDeviceKey": ("thngId",),
        "createAction": ("type", "thng"),
    }.get(row.route.operation_id, ())
    return {name: fields[name] for name in known}
