"""A partner's site with our form in a frame, in Chromium: over https from another site, and on loopback."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, FrameLocator, Page, Route, ViewportSize, expect

from tests.link.conftest import World, new_world, until
from tests.link.test_onboarding import Partner, new_partner
from tests.support.chromium import is_fine
from tests.support.framing import may_be_framed_by, partner_site, tls_before
from tests.support.processes import free_ports
from tests.support.stack import running_stack
from wattlink.connectors.vendors.myuplink.simulator import PUBLISHED as NIBE

pytestmark = pytest.mark.browser

_SCREEN = ViewportSize(width=400, height=860)


@pytest.fixture(scope="module")
async def secure_world(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A server that people find at an https address."""
    at = free_ports(1)
    async with (
        running_stack(new_database(), public_url=f"https://localhost:{at}") as stack,
        tls_before(stack.hub.settings.port, at=at, folder=tmp_path_factory.mktemp("tls")),
    ):
        yield await new_world(stack)


@pytest.fixture
async def site() -> AsyncIterator[str]:
    async with partner_site() as base:
        yield base


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport=_SCREEN, locale="en-GB", ignore_https_errors=True)
    yield await context.new_page()
    await context.close()


async def test_a_form_journey_is_finished_within_the_frame(
    secure_world: World, site: str, page: Page, tmp_path: Path
) -> None:
    """Another site, over https: the cookie is of this site's frames only."""
    partner, session, frame = await _embedded(secure_world, site, page, device_type="wb")
    await _begin(frame, "easee")
    await frame.locator("[name=username]").fill(secure_world.username)
    await frame.locator("[name=password]").fill("right")
    await page.route("**/done*", _stays)
    await page.screenshot(path=tmp_path / "sign-in.png")
    await _go_on(frame)
    await frame.locator("button[name=device]").first.click()
    await expect(frame.get_by_role("heading", level=1)).to_have_text("Your 2 chargers are linked")
    await page.screenshot(path=tmp_path / "success.png")
    await is_fine(page)
    framed: Any = page.frames[1]
    await is_fine(framed)
    device = (await partner.call("GET", f"/device-onboarding/{session['id']}"))["object_id"]
    cookies = await page.context.cookies()
    assert [(one["sameSite"], one["secure"]) for one in cookies if "wattlink" in one["name"]] == [("None", True)]
    await page.unroute("**/done*", _stays)
    await _go_on(frame)
    await expect(frame.locator("#done")).to_be_visible()
    assert page.frames[1].url == f"{site}/done?deviceId={device}"
    assert page.url.startswith(f"{site}/embed")


async def test_a_vendor_s_own_page_leaves_the_frame_and_the_journey_goes_on_outside(
    secure_world: World, site: str, page: Page, tmp_path: Path
) -> None:
    """No cookie of the frame's is there outside; the way out carries what it needs."""
    await secure_world.sandbox.open("myuplink", *NIBE)
    partner, session, frame = await _embedded(secure_world, site, page, device_type="hp")
    await _begin(frame, "myuplink")
    await frame.get_by_role("link", name="Sign in at").click()
    await page.wait_for_url(f"{secure_world.sandbox.base}/**")
    await page.route("**/done*", _stays)
    await page.goto(await secure_world.answer(page.url, username=NIBE[0], password=NIBE[1]))
    await expect(page.locator(".devices")).to_be_visible()
    await page.screenshot(path=tmp_path / "outside.png")
    device = (await partner.call("GET", f"/device-onboarding/{session['id']}"))["object_id"]
    await page.unroute("**/done*", _stays)
    await page.locator(".button--main").click()
    await page.wait_for_url(f"{site}/done?deviceId={device}")


async def test_a_site_that_isn_t_listed_is_refused(secure_world: World, site: str, page: Page) -> None:
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text))
    for listed in ([], ["https://app.example.com"], [site.replace("127.0.0.1", "localhost")], [f"{site[:-1]}"]):
        refused.clear()
        await _embedded(secure_world, site, page, device_type="wb", listed=listed)

        async def is_refused() -> bool:
            says_why = any("frame-ancestors" in text for text in refused)
            return says_why and page.frames[1].url == "chrome-error://chromewebdata/"

        await until(is_refused)


async def test_over_http_a_frame_of_the_same_host_holds_the_session(world: World, site: str, page: Page) -> None:
    """As on a developer's machine: two ports of localhost are one site."""
    at_localhost = site.replace("127.0.0.1", "localhost")
    _, _, frame = await _embedded(world, at_localhost, page, device_type="wb")
    await _begin(frame, "easee")
    await expect(frame.locator("[name=password]")).to_be_visible()


async def test_a_browser_that_keeps_no_cookie_in_frames_goes_on_outside(world: World, site: str, page: Page) -> None:
    """Over http none does, for another site's frame."""
    _, session, frame = await _embedded(world, site, page, device_type="wb")
    await _go_on(frame)
    await frame.get_by_role("link", name="Continue").click()
    await page.wait_for_url(session["authentication_url"])
    await _begin(page, "easee")
    await expect(page.locator("[name=password]")).to_be_visible()


async def _embedded(
    world: World, site: str, page: Page, *, device_type: str, listed: list[str] | None = None
) -> tuple[Partner, Any, FrameLocator]:
    """A new session in a frame of the site's, which the application lists."""
    partner = await new_partner(world)
    await may_be_framed_by(world.app, *([site] if listed is None else listed))
    ends = {"success_url": f"{site}/done", "cancel_url": f"{site}/done?cancelled"}
    session = await partner.begin(device_type=device_type, **ends)
    await page.goto(f"{site}/embed?address={quote(session['authentication_url'], safe='')}")
    return partner, session, page.frame_locator("iframe")


async def _stays(route: Route) -> None:
    """The last page, which goes on by itself, can be looked at as long as it takes."""
    await route.fulfill(status=204)


async def _go_on(shown: FrameLocator | Page) -> None:
    """The one obvious thing to do."""
    await shown.locator(".button--main").first.click()


async def _begin(shown: FrameLocator | Page, vendor: str) -> None:
    """Past the welcome, to the sign-in at a brand."""
    await _go_on(shown)
    brand = shown.locator(f"button[value={vendor}]")
    await expect(shown.get_by_role("heading", level=1)).not_to_contain_text("Link your")
    await shown.locator("footer").wait_for()  # the whole page is there
    if await brand.count():
        await brand.click()
