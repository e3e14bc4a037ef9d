"""A key that another process still knows for a moment, after what it is for has gone: nothing is made by it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.dialects.evrythng.acting import named
from tests.dialects.evrythng.conftest import Caller, World
from wattlink.dialects.registry import DIALECTS
from wattlink.wiring import Hub, open_hub

_ADA = {"email": "ada@example.com", "password": "wind-and-sun"}


class Elsewhere:
    """The other process."""

    def __init__(self, hub: Hub) -> None:
        self.app = DIALECTS["evrythng"](hub)

    async def knows(self, key: str | None) -> Caller:
        caller = Caller(self.app, key)
        assert await caller.status("GET", "/access") == 200
        return caller


@pytest.fixture
async def elsewhere(hub: Hub) -> AsyncIterator[Elsewhere]:
    async with open_hub(hub.settings) as another:
        yield Elsewhere(another)


async def test_of_an_application(ours: World, elsewhere: Elsewhere) -> None:
    public, trusted = [await elsewhere.knows(caller.key) for caller in (ours.public, ours.trusted)]
    await ours.operator.delete(f"/projects/{ours.project}/applications/{ours.application}")
    statuses = await asyncio.gather(
        public.status("POST", "/auth/evrythng/users?anonymous=true"),
        public.status("POST", "/auth/evrythng/users", _ADA),
        trusted.status("POST", "/auth/evrythng/users", {**_ADA, "externalId": "ada"}),
        public.status("POST", "/users/login", _ADA),
        trusted.status("POST", "/thngs", {"name": "Kettle"}),
        public.status("POST", "/actions/scans", {"type": "scans"}),
        public.status("GET", "/applications/me"),
        trusted.status("PUT", "/applications/me", {"name": "Voltly"}),
    )
    assert statuses == [404] * len(statuses)
    assert await _count(ours, "app_user") == 0


async def test_of_a_user(ours: World, elsewhere: Elsewhere) -> None:
    ada = await named(ours, "ada@example.com")
    await named(ours, "bob@example.com")
    thng = await ada.post("/thngs", {"name": "Kettle"})
    user = await elsewhere.knows(ada.key)
    await ours.operator.delete(f"/users/{ada.id}")
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/thngs", {"name": "Kettle"}),
        ("POST", "/products", {"name": "Kettle"}),
        ("POST", "/actions/scans", {"type": "scans"}),
        ("POST", "/auth/evrythng/thngs", {"thngId": thng["id"]}),
        ("POST", "/accesses", {"email": "bob@example.com", "role": "base_app_user"}),
        ("POST", "/auth/all/logout", None),
        ("PUT", f"/users/{ada.id}", {"firstName": "Ada"}),
        ("PUT", f"/users/{ada.id}", {"password": "sun-and-wind", "oldPassword": "wind-and-sun"}),
        ("GET", f"/users/{ada.id}", None),
    ]
    assert await asyncio.gather(*(user.status(*call) for call in calls)) == [404] * len(calls)
    assert [await _count(ours, table) for table in ("app_user", "record", "access_key")] == [1, 0, 3]


async def _count(world: World, table: str) -> int:
    async with world.hub.db.read() as reader:
        return await reader.one(int, f"SELECT count(*) FROM {table}")  # noqa: S608
