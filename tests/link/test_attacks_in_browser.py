"""What only a real browser can show: that it tells nobody the link's address, and frames no page of ours."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Frame, Request, ViewportSize, expect

from tests.link.conftest import VEHICLE, World, until
from tests.support.chromium import is_fine
from tests.support.confirming import ConfirmingApp
from wattlink.link.rendering.renderer import Renderer

pytestmark = pytest.mark.browser

_PHONE = ViewportSize(width=360, height=740)


async def test_the_vendor_learns_nothing_of_where_one_comes_from(browser: Browser, world: World) -> None:
    """T10: no Referer at the vendor, and no third host at all."""
    page = await browser.new_page(viewport=_PHONE, locale="en-GB")
    asked: dict[str, Request] = {}
    page.on("request", lambda request: asked.update({request.url: request}))
    await page.goto(await world.link(*VEHICLE, vendor="TESLA"))
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("link", name="Sign in at Tesla").click()
    await expect(page.get_by_label("E-mail")).to_be_visible()
    ours, vendors = urlsplit(world.stack.url).netloc, urlsplit(world.sandbox.base).netloc
    assert {urlsplit(address).netloc for address in asked} == {ours, vendors}
    for address, request in asked.items():
        if urlsplit(address).netloc == vendors and request.is_navigation_request():
            told = (await request.all_headers()).get("referer", "")
            assert ours not in told
    await page.close()


async def _is_said(texts: list[str], word: str) -> bool:
    return any(word in text for text in texts)


async def _is_at(frame: Frame, address: str) -> bool:
    return frame.url == address


async def test_no_page_of_ours_can_be_framed(browser: Browser, world: World) -> None:
    """T14, T18: neither the link nor an error page shows inside another site's frame."""
    page = await browser.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text))
    for address in (await world.link(), f"{world.stack.url}/link/unknown"):
        refused.clear()
        await page.set_content(f'<iframe src="{address}" title="framed"></iframe>')
        await until(lambda: _is_said(refused, "frame-ancestors"))
        await until(lambda: _is_at(page.frames[1], "chrome-error://chromewebdata/"))
    await page.close()


def test_no_script_of_ours_speaks_to_other_windows() -> None:
    """T18."""
    scripts = [file.content.decode() for name, file in Renderer().static.items() if name.endswith(".js")]
    assert scripts != []
    for word in ("postMessage", '"message"', "window.opener", "innerHTML", "eval("):
        assert not any(word in script for script in scripts)


@pytest.mark.parametrize("language", ["en-GB", "de-DE", "fr-FR", "nb-NO"])
async def test_the_page_that_waits_for_the_app_can_be_used_by_everybody(
    browser: Browser, world: World, language: str
) -> None:
    await ConfirmingApp(world.app).choose()
    page = await browser.new_page(viewport=_PHONE, locale=language)
    await page.goto(await world.link(vendor="EASEE"))
    await page.locator("main button").first.click()
    await page.locator("input[name=username]").fill(world.username)
    await page.locator("input[name=password]").fill("right")
    await page.locator("input[name=password]").press("Enter")
    await page.wait_for_selector("a.button--main[href*=link_code]")
    await is_fine(page)
    await page.close()
