"""The pages of a wallbox that dials in, in Chromium: every language on the narrowest phone, and the keyboard alone."""

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.link.conftest import World
from tests.link.test_browser import Visitor
from tests.link.test_onboarding import CANCEL, Partner, partner
from wattlink.link.texts.languages import spoken

__all__ = ["partner"]  # the fixture
pytestmark = pytest.mark.browser

_NARROW, _DESKTOP = ViewportSize(width=320, height=640), ViewportSize(width=1280, height=900)


@pytest.mark.parametrize("language", sorted(spoken()))
async def test_nothing_is_cut_in_any_language(browser: Browser, world: World, partner: Partner, language: str) -> None:
    context = await browser.new_context(viewport=_NARROW, color_scheme="dark")
    somebody = Visitor(await context.new_page(), world)
    page = somebody.page

    async def looks() -> None:
        await somebody.looks(await page.get_by_role("heading", level=1).inner_text())

    await page.goto((await partner.begin(device_type="wb", language=language))["authentication_url"])
    await page.locator("button.button--main").click()
    await page.locator("button[value=ocpp]").wait_for()
    await looks()
    await page.locator("button[value=ocpp]").click()
    await page.locator(".agreed").wait_for()
    await looks()
    await page.locator("button.button--main").click()
    await page.locator("#address").wait_for()
    await page.wait_for_load_state()
    for more in await page.locator("summary").all():
        await more.click()
    await looks()
    assert await page.evaluate("document.documentElement.lang") == language
    assert somebody.complaints == []
    await context.close()


async def test_by_keyboard_alone(browser: Browser, world: World, partner: Partner) -> None:
    context = await browser.new_context(viewport=_DESKTOP, locale="en-GB")
    await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=world.stack.url)
    page = await context.new_page()
    await page.goto((await partner.begin(device_type="wb"))["authentication_url"])
    await page.get_by_role("button", name="Continue").press("Enter")
    await page.get_by_label("Find your brand").fill("no such brand")
    await expect(page.get_by_role("button", name="Easee")).to_be_hidden()
    await page.get_by_role("button", name="OCPP").press("Enter")  # whatever was looked for
    await page.get_by_role("button", name="Show the address").press("Enter")
    copy = page.get_by_role("button", name="Copy", exact=True).first
    await copy.press("Enter")
    for _ in range(2):
        await page.wait_for_event("response", lambda answer: answer.url.endswith("/progress"))
    await expect(page.locator("[data-said]")).to_have_text("Copied")  # read out; what the page hears takes nothing back
    assert await page.evaluate("navigator.clipboard.readText()") == await page.locator("#address").inner_text()
    await page.get_by_role("button", name="Cancel").press("Enter")
    await expect(page.locator(f"a[href='{CANCEL}']")).to_be_visible()
    await context.close()


async def test_what_ends_elsewhere_is_noticed_by_the_page_that_waits(
    browser: Browser, world: World, partner: Partner
) -> None:
    context = await browser.new_context(viewport=_NARROW, locale="en-GB")
    page = await context.new_page()
    await page.goto((await partner.begin(device_type="wb"))["authentication_url"])
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="OCPP").click()
    await page.get_by_role("button", name="Show the address").click()
    await page.locator("#address").wait_for()
    await partner.send("DELETE", partner.of_user(""))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Voltly has ended this")
    await context.close()
