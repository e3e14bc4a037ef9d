"""The demo app in Chromium: it moves without being reloaded, and everybody can use it."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import ConsoleMessage, Page, expect

from tests.demo.conftest import Voltly
from tests.support.chromium import chromium, is_fine

pytestmark = pytest.mark.browser

_PHONE, _DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(params=[(_PHONE, "light"), (_DESKTOP, "dark")], ids=["phone, light", "desktop, dark"])
async def page(voltly: Voltly, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """The app's page; at the end nothing may have been complained of on the console."""
    size, scheme = request.param
    complaints: list[str] = []
    async with chromium() as browser:
        context = await browser.new_context(viewport=size, color_scheme=scheme, locale="en-US")
        page = await context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if _is_ours(message, voltly) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(voltly.url)
        yield page
        await context.close()
    assert complaints == []


async def test_a_link_breaks_and_is_mended_before_ones_eyes(voltly: Voltly, page: Page) -> None:
    await is_fine(page)
    await page.get_by_role("button", name="Link a charger").click()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Easee").click()
    await _sign_in(page)
    await page.wait_for_url(f"{voltly.url}/")
    tile = page.locator("article", has_text="Easee Home")
    await expect(tile).to_contain_text("Reachable")
    await expect(page.locator(".log")).to_contain_text("user:charger:discovered")
    await is_fine(page)

    await page.evaluate("window.isTheSamePage = true")
    account = page.locator(".accounts details", has_text="nora@example.com")
    await account.locator("summary").click()
    await account.get_by_role("button", name="Withdraw access").click()
    await expect(tile.get_by_role("button", name="Reconnect")).to_be_visible()
    await expect(page.get_by_role("status")).to_contain_text("We lost the link to your Easee account")
    await expect(account).to_have_attribute("open", "")
    assert await page.evaluate("window.isTheSamePage")
    await is_fine(page)

    await tile.get_by_role("button", name="Reconnect").click()
    await _sign_in(page)
    await expect(tile).to_contain_text("Reachable")
    await expect(page.get_by_role("status")).not_to_contain_text("We lost the link")


async def test_bars_follow_the_cars_while_one_looks_on(voltly: Voltly, page: Page) -> None:
    await page.get_by_role("button", name="Link a vehicle").click()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Tesla").click()
    await page.get_by_role("link", name="Sign in at Tesla").click()
    await page.wait_for_url(f"{voltly.sandbox.base}/**")
    await page.locator("input[type=password]").fill("drive-electric")
    await page.locator("input[type=email], input[name=identity]").first.fill("anna@example.com")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Allow").click()
    await page.get_by_role("link", name="Back to Voltly").click()
    await page.wait_for_url(f"{voltly.url}/")  # and its script runs
    bars = page.locator("article .bar .level")
    await expect(bars).to_have_count(2)
    before = await bars.first.get_attribute("width")
    await page.evaluate("document.querySelector('article .bar .level').isTheSame = true")
    await voltly.sandbox.change("tesla", "anna@example.com", knobs={"pace": 3600})
    await page.get_by_role("button", name="Refresh").first.click()
    await expect(bars.first).not_to_have_attribute("width", before or "")
    assert await bars.first.evaluate("bar => bar.isTheSame")
    await is_fine(page)


def _is_ours(message: ConsoleMessage, voltly: Voltly) -> bool:
    return message.type == "error" and message.location["url"].startswith(voltly.url)


async def _sign_in(page: Page) -> None:
    await page.get_by_label("Password").fill("charge-at-home")
    await page.get_by_label("Phone number or e-mail").fill("nora@example.com")
    await page.get_by_role("button", name="Sign in at Easee").click()
    done = re.compile("Your charger is linked|Everything works again")
    await expect(page.get_by_role("heading", level=1)).to_have_text(done)
    await page.get_by_role("link", name="Back to Voltly").click()
