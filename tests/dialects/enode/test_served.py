"""The dialect behind a real server: below its prefix and at the root of its own host, whatever stands in the path."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from urllib.parse import quote

import aiohttp
import msgspec
import psycopg
import pytest
from psycopg import sql
from yarl import URL

from tests.dialects.enode.conftest import OWN_HOST, new_api
from tests.dialects.enode.test_users import LINK
from tests.support.disk import disk_full_meanwhile
from tests.support.in_process import client_of
from tests.support.stack import App, Stack
from wattlink.base.processes import allow_many_files
from wattlink.server import Server
from wattlink.settings.model import Settings
from wattlink.wiring import Hub, open_hub

_SILENT = 1_100


@pytest.fixture
async def app(stack: Stack) -> App:
    return await stack.new_app()


@pytest.mark.parametrize("user_id", ["ada", "a/b", "enode", "/enode/users/x", "a b+c%", "Größe 🚗", "..", "?#", "a//b"])
@pytest.mark.parametrize("host", [None, OWN_HOST])
async def test_an_id_arrives_as_it_was_sent(app: App, user_id: str, host: str | None) -> None:
    prefix, headers = ("/enode", {}) if host is None else ("", {"host": host})
    url = URL(f"{app.stack.url}{prefix}/users/{quote(user_id, safe='').replace('.', '%2E')}", encoded=True)
    headers |= app.headers
    link = URL(f"{url}/link", encoded=True)
    async with app.stack.http.post(link, data=msgspec.json.encode(LINK), headers=headers) as answer:
        assert answer.status == 200
    async with app.stack.http.get(url, headers=headers) as answer:
        assert await answer.json() == {"id": user_id, "linkedVendors": []}


async def test_a_form_body_of_curl_is_json(app: App) -> None:
    headers = {**app.headers, "content-type": "application/x-www-form-urlencoded"}
    url = f"{app.stack.enode}/users/ada/link"
    async with app.stack.http.post(url, data=msgspec.json.encode(LINK), headers=headers) as answer:
        assert answer.status == 200


async def test_without_a_database_it_says_so(new_database: Callable[[], str]) -> None:
    dsn = new_database()
    settings = Settings(database_url=dsn, master_keys={"k1": bytes(32)}, public_url="https://link.example.com")
    async with open_hub(settings) as hub:
        api = await new_api(hub, "Voltly")
        assert (await api.get("/health/ready")).status_code == 204
        _shut(dsn)
        assert (await api.get("/health/ready")).status_code == 503
        hub.authenticator.forget()
        answer = await api.get("/users")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["type"].endswith("/service-unavailable")


async def test_without_room_for_it_nothing_is_written_and_everything_can_be_read(app: App) -> None:
    link, users = f"{app.stack.enode}/users/late/link", f"{app.stack.enode}/users"
    async with disk_full_meanwhile(app.stack.hub.settings.database_url):
        async with app.stack.http.post(link, data=msgspec.json.encode(LINK), headers=app.headers) as answer:
            assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        async with app.stack.http.get(users, headers=app.headers) as answer:
            assert (answer.status, (await answer.json())["data"]) == (200, [])
    async with app.stack.http.post(link, data=msgspec.json.encode(LINK), headers=app.headers) as answer:
        assert answer.status == 200


async def test_connections_that_say_nothing_keep_nobody_out(app: App) -> None:
    if allow_many_files() < 3 * _SILENT:
        pytest.skip("the system allows too few connections for that")
    async with contextlib.AsyncExitStack() as silent, aiohttp.ClientSession() as other:
        for _ in range(_SILENT):
            _, writer = await asyncio.open_connection("127.0.0.1", app.stack.hub.settings.port)
            silent.callback(writer.close)
        async with other.get(f"{app.stack.enode}/users", headers=app.headers) as answer:
            assert answer.status == 200


async def test_a_body_that_never_comes_is_not_waited_for(hub: Hub) -> None:
    api = await new_api(hub, "Voltly")
    server = Server(lambda: contextlib.nullcontext(hub), body_seconds=0.2)
    async with _alive(server), client_of(server, f"Bearer {api.token}") as client:
        answer = await client.post("/enode/users/ada/link", content=_hesitating())
    assert (answer.status_code, answer.json()["detail"]) == (408, "The body didn't come in time.")


async def _hesitating() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def _alive(server: Server) -> AsyncIterator[None]:
    """As whoever serves it keeps it."""
    heard: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    said: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    living = asyncio.create_task(server({"type": "lifespan"}, heard.get, said.put))
    heard.put_nowait({"type": "lifespan.startup"})
    await said.get()
    try:
        yield
    finally:
        heard.put_nowait({"type": "lifespan.shutdown"})
        await living


def _shut(dsn: str) -> None:
    """Let nobody into a database any more, and throw out whoever is in it."""
    name = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
    with psycopg.connect(dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(str(name))))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
