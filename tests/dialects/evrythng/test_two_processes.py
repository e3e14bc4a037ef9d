"""Two `wattlink serve`: what ends or changes in one of them is so in the other within a second."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.dialects.evrythng.acting import UserCaller, lent, named, user_of
from tests.dialects.evrythng.conftest import Caller, World
from tests.support.processes import free_ports, plain_environment

_PATIENCE_SECONDS = 60.0


class Served(Caller):
    """Who calls one of the two."""

    def __init__(self, http: aiohttp.ClientSession, url: str, key: str | None) -> None:
        self.key, self.url, self.session = key, url, http

    async def status(self, method: str, path: str, body: Any = None) -> int:
        sent = self.session.request(method, f"{self.url}{path}", json=body, headers={"authorization": self.key or ""})
        async with sent as answer:
            await answer.read()
            return answer.status


class Two:
    """Both, and who calls them."""

    def __init__(self, http: aiohttp.ClientSession, here: str, there: str) -> None:
        self.http, self.here, self.there = http, here, there

    async def ends_within_a_second(self, key: str | None, path: str, end: Callable[[], Awaitable[int]]) -> None:
        """A key that is used all the time there, while something is ended here."""
        user = Served(self.http, self.there, key)
        assert await user.status("GET", path) == 200
        ended = asyncio.ensure_future(end())
        asked_at, ended_at, status = 0.0, float("inf"), 200
        while status != 403:  # 404: what the key is for is gone, and the key is still known
            status_before, asked_before = status, asked_at
            asked_at = time.monotonic()
            status = await user.status("GET", path)
            if ended.done() and ended_at == float("inf"):
                ended_at = time.monotonic()
            assert asked_before < ended_at + 1.0, (path, status_before)
        assert await ended < 300

    def calling_here(self, key: str | None) -> Served:
        return Served(self.http, self.here, key)


@pytest.fixture
async def two(ours: World, dsn: str) -> AsyncIterator[Two]:
    ports = free_ports(2)
    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        urls = [await stack.enter_async_context(_serving(ours, http, port=ports + at)) for at in range(2)]
        yield Two(http, *urls)


async def test_what_ends_in_one_process_ends_in_the_other_within_a_second(ours: World, two: Two) -> None:
    ada, bob = await named(ours, "ada@example.com"), await named(ours, "bob@example.com")
    thng = await ada.post("/thngs", {"name": "Ada's"})
    await _lent_key(two, ada, bob)
    await _role(ours, two, ada, bob)
    await _device_key(two, ada, thng["id"])
    own = two.calling_here(ada.key)
    await two.ends_within_a_second(ada.key, "/thngs", lambda: own.status("POST", "/auth/all/logout"))
    gone = await user_of(ours)
    operator = two.calling_here(ours.operator.key)
    await two.ends_within_a_second(gone.key, "/thngs", lambda: operator.status("DELETE", f"/users/{gone.id}"))
    application = f"/projects/{ours.project}/applications/{ours.application}"
    await two.ends_within_a_second(ours.public.key, "/applications/me", lambda: operator.status("DELETE", application))


async def _lent_key(two: Two, ada: UserCaller, bob: UserCaller) -> None:
    share = await ada.post("/accesses", {"email": "bob@example.com", "role": "base_app_user"})
    key = next(each["apiKey"] for each in await bob.get("/accesses") if each["id"] == share["id"])
    receiver = two.calling_here(bob.key)
    await two.ends_within_a_second(key, "/thngs", lambda: receiver.status("DELETE", f"/accesses/{share['id']}"))


async def _role(ours: World, two: Two, ada: UserCaller, bob: UserCaller) -> None:
    made = await ours.operator.post("/roles", {"name": "Reader", "type": "userInApp", "version": 2})
    allowed = f"/roles/{made['id']}/permissions"
    await ours.operator.put(allowed, [{"path": "/thngs", "access": "r"}])
    reader, operator = await lent(ours, ada, bob, made["id"]), two.calling_here(ours.operator.key)
    await two.ends_within_a_second(reader.key, "/thngs", lambda: operator.status("PUT", allowed, []))


async def _device_key(two: Two, ada: UserCaller, thng_id: str) -> None:
    key = (await ada.post("/auth/evrythng/thngs", {"thngId": thng_id}))["thngApiKey"]
    own = two.calling_here(ada.key)
    path = f"/auth/evrythng/thngs/{thng_id}"
    await two.ends_within_a_second(key, f"/thngs/{thng_id}", lambda: own.status("DELETE", path))


@contextlib.asynccontextmanager
async def _serving(world: World, http: aiohttp.ClientSession, *, port: int) -> AsyncIterator[str]:
    """A `wattlink serve` of its own."""
    environment = plain_environment(
        WATTLINK_DATABASE_URL=world.hub.settings.database_url,
        WATTLINK_MASTER_KEYS=f"k1:{'A' * 43}=",
        WATTLINK_PORT=str(port),
        WATTLINK_SERVE_PROCESSES="1",
        WATTLINK_LOG_LEVEL="error",
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "wattlink", "serve", env=environment)
    url = f"http://127.0.0.1:{port}/evrythng"
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await _answers(http, url):
                assert process.returncode is None
                await asyncio.sleep(0.05)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    with contextlib.suppress(aiohttp.ClientConnectionError):
        async with http.get(f"{url}/time") as answer:
            return answer.status == 200
    return False
