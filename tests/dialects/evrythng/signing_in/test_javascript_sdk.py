"""npm's `evrythng@4.7.2`, unchanged, in a real browser: its Facebook log-in against us and a stand-in for the Graph."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, Page, Route

from tests.support.answering import answering
from tests.support.chromium import chromium
from tests.support.graph import APP_ID, APP_SECRET, StubGraph
from tests.support.npm import install
from tests.support.stack import Stack, running_stack
from wattlink.base.ids import KEY_LENGTH
from wattlink.domain.organizations.create import create_organization
from wattlink.domain.organizations.operators.create import create_operator_token

pytestmark = pytest.mark.browser

_PACKAGE = "evrythng@4.7.2"
_STUB = Path(__file__).with_name("facebook_sdk.js")
_DEFAULT, _MORE = "email", "email,user_birthday"
_START = """
async ([apiUrl, apiKey, tokens]) => {
    window.tokens = tokens
    EVT.setup({ apiUrl })
    window.app = new EVT.App({ apiKey, facebook: true })
    await app.$init
}
"""
_LOG_IN = """
async (options) => {
    const { user } = await (options ? app.login('facebook', options) : app.login('facebook'))
    window.user = user
    const { id, apiKey, email, firstName, birthday, facebook } = user
    return { id, apiKey, email, firstName, birthday, facebook }
}
"""


@pytest.fixture(scope="module")
def graph() -> StubGraph:
    stub = StubGraph()
    stub.sign_in("little", "1020", email="ada@example.com", first_name="Ada", last_name="Lovelace")
    stub.sign_in("more", "2040", email="grace@example.com", first_name="Grace", birthday="12/09/1906")
    return stub


@pytest.fixture(scope="module")
async def stack(new_database: Callable[[], str], graph: StubGraph) -> AsyncIterator[Stack]:
    async with answering(graph) as server, running_stack(new_database(), facebook_graph_url=server.url) as running:
        yield running


@pytest.fixture(scope="module")
async def app_key(stack: Stack) -> str:
    """The public key of an application with a Facebook app."""
    hub = stack.hub
    async with hub.db.transaction() as tx:
        organization_id = await create_organization(tx, "Voltly")
        token = await create_operator_token(tx, organization_id, "console", now=hub.clock())

    async def post(path: str, body: Any) -> Any:
        headers = {"authorization": token.token}
        async with stack.http.post(f"{stack.url}/evrythng{path}", json=body, headers=headers) as answer:
            assert answer.status == 201
            return await answer.json()

    project = await post("/projects", {"name": "Cars"})
    networks = {"facebook": {"appId": APP_ID, "appSecret": APP_SECRET}}
    app = await post(f"/projects/{project['id']}/applications", {"name": "Voltly", "socialNetworks": networks})
    return str(app["appApiKey"])


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.fixture(scope="module")
async def app_page() -> AsyncIterator[str]:
    """Really served: browsers don't let what isn't from this machine talk to it."""
    page = b"<!doctype html><title>Voltly</title><script></script>"
    async with answering(lambda *_: (200, page), "text/html") as server:
        yield server.url


@pytest.fixture
async def page(
    browser: Browser, stack: Stack, app_key: str, app_page: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Page]:
    """The page of an app, at another origin than ours, in which the SDK has started."""
    sdk = install(tmp_path_factory.getbasetemp(), _PACKAGE) / "evrythng" / "dist" / "evrythng.js"
    opened = await browser.new_page()

    async def facebook(route: Route) -> None:
        await route.fulfill(content_type="text/javascript", body=_STUB.read_text())

    await opened.route("**/connect.facebook.net/**", facebook)
    await opened.goto(app_page)
    await opened.add_script_tag(content=sdk.read_text())
    await opened.evaluate(_START, [f"{stack.url}/evrythng", app_key, {_DEFAULT: "little", _MORE: "more"}])
    yield opened
    await opened.close()


async def test_it_starts_with_the_applications_facebook_app(page: Page) -> None:
    (started,) = await page.evaluate("asked")
    assert started["init"]["appId"] == APP_ID


async def test_it_logs_in_with_the_usual_permissions_and_is_the_same_user_again(page: Page) -> None:
    user = await page.evaluate(_LOG_IN, None)
    assert (await page.evaluate("asked"))[-1] == {"login": {"scope": _DEFAULT}}
    assert len(user["apiKey"]) == KEY_LENGTH
    assert (user["email"], user["firstName"], user["facebook"]["id"]) == ("ada@example.com", "Ada", "1020")
    assert user["birthday"] is None
    assert (await page.evaluate(_LOG_IN, None))["id"] == user["id"]


async def test_it_logs_in_with_permissions_of_its_own_and_out(page: Page, stack: Stack) -> None:
    user = await page.evaluate(_LOG_IN, {"scope": _MORE})
    assert (user["email"], user["birthday"]) == ("grace@example.com", {"day": 9, "month": 12, "year": 1906})
    assert await page.evaluate("user.logout('facebook')") == {"logout": "ok"}
    headers = {"authorization": user["apiKey"]}
    async with stack.http.get(f"{stack.url}/evrythng/access", headers=headers) as answer:
        assert answer.status == 403


async def test_who_is_not_let_in_by_facebook_is_not_let_in(page: Page) -> None:
    said = await page.evaluate("app.login('facebook', {scope: 'other'}).then(() => 'in', ({status}) => status)")
    assert said == "not_authorized"


async def test_a_token_of_another_facebook_app_is_refused_in_the_sdks_words(page: Page) -> None:
    await page.evaluate("tokens['email'] = 'stolen'")
    failed = await page.evaluate(
        "EVT.api({url: '/auth/facebook', method: 'post', authorization: app.apiKey,"
        " data: {access: {token: 'stolen'}}}).catch((error) => error)"
    )
    assert (failed["status"], len(failed["errors"])) == (403, 1), msgspec.json.encode(failed)
