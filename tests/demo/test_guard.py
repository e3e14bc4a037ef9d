"""What the demo app turns away, and what it says while nothing behind it answers."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.support.processes import free_ports
from wattlink.sandbox.demo_app.app import DemoConfig, serving


@pytest.fixture
def port() -> int:
    """Where the app listens."""
    return free_ports(1)


@pytest.fixture
async def app(port: int) -> AsyncIterator[aiohttp.ClientSession]:
    """The app alone: no Wattlink, no simulated world."""
    nobody = f"http://127.0.0.1:{free_ports(1)}"
    config = DemoConfig(
        enode_base_url=f"{nobody}/enode",
        token_url=f"{nobody}/enode/oauth2/token",
        client_id="client",
        client_secret="secret",
        app_url=f"http://localhost:{port}",
        sandbox_url=nobody,
        sandbox_key="key",
    )
    async with serving(config, port=port), aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost:1", "http://localhost.evil.example", "null"]
)
async def test_a_form_of_another_site_is_refused(app: aiohttp.ClientSession, origin: str) -> None:
    async with app.post("/link/vehicle", headers={"Origin": origin}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
async def test_our_own_forms_pass_however_loopback_is_spelled(app: aiohttp.ClientSession, port: int, host: str) -> None:
    headers = {"Origin": f"http://{host}:{port}"}
    async with app.post("/notices/1/dismiss", headers=headers, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/")


async def test_a_webhook_that_is_not_signed_is_refused(app: aiohttp.ClientSession) -> None:
    async with app.post("/webhooks", data=b"[]", headers={"x-enode-signature": "sha1=00"}) as answer:
        assert answer.status == 401


async def test_while_wattlink_does_not_answer_the_page_says_so(app: aiohttp.ClientSession) -> None:
    async with app.get("/") as answer:
        page = await answer.text()
        assert (answer.status, answer.content_type) == (502, "text/html")
        assert "tries again by itself" in page
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]


async def test_nothing_but_the_few_files_of_the_page_is_served(app: aiohttp.ClientSession) -> None:
    async with app.get("/static/app.css") as answer:
        assert answer.content_type == "text/css"
    for path in ("/static/..%2fapp.py", "/static/app.py", "/world/a/b/c"):
        async with app.get(path) as answer:
            assert answer.status in (404, 405)
