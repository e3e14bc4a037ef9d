"""Writes docs/images anew from a running demonstration. Run as: python -m scripts.screenshots INFO_FILE

INFO_FILE is what `scripts/demo --info INFO_FILE` wrote; the demonstration must be a fresh one.
"""

import asyncio
import base64
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from tests.support.chromium import chromium

_IMAGES = Path(__file__).parents[1] / "docs" / "images"

_OFFERS = {"vehicle": "Link a vehicle", "charger": "Link a charger", "hvac": "Link heating or cooling"}


class _Shots:
    """Pictures of a page, in the order in which they were taken."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.taken: list[bytes] = []

    async def take(self, locator: Locator) -> None:
        """One more, once this is to be seen."""
        await expect(locator).to_be_visible()
        self.taken.append(await self._page.screenshot())


async def main(info: dict[str, Any]) -> None:
    """Link what the pictures show, and take them."""
    async with chromium() as browser:
        page = await _phone(browser, locale="en-US")
        await _side_by_side(browser, "link-ui.png", await _walk(page, info, "anna@example.com"))
        await _demo_app(browser, info)
        page = await _phone(browser, locale="de-DE", color_scheme="dark")
        await _side_by_side(browser, "link-ui-dark-german.png", await _walk_in_german(page, info, "nora@example.com"))


async def _phone(browser: Browser, **options: Any) -> Page:
    """A page as wide as a phone."""
    return await browser.new_page(
        viewport={"width": 360, "height": 790}, device_scale_factor=1.5, reduced_motion="reduce", **options
    )


async def _side_by_side(browser: Browser, name: str, shots: Sequence[bytes]) -> None:
    """One picture of several screens of a phone."""
    pictures = "".join(f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots)
    ground = "#2a2b30" if "dark" in name else "#e4e6e2"
    sheet = await browser.new_page(viewport={"width": 1446, "height": 624})
    await sheet.set_content(
        f"<style>body {{ margin: 0; padding: 16px; display: flex; gap: 16px; background: {ground} }}"
        f"img {{ width: 270px; border-radius: 12px }}</style>{pictures}"
    )
    await sheet.screenshot(path=_IMAGES / name)


async def _demo_app(browser: Browser, info: dict[str, Any]) -> None:
    """The app with devices that do well and one that needs somebody, on a desk, in light and dark."""
    page = await browser.new_page(viewport={"width": 1280, "height": 860}, locale="en-US")
    for username in ("jonas@example.com", "ingrid@example.com"):
        await _walk(page, info, username)
    await expect(page.locator(".log li").nth(7)).to_be_visible()
    await page.screenshot(path=_IMAGES / "demo-app.png")
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=_IMAGES / "demo-app-dark.png")


async def _walk(page: Page, info: dict[str, Any], username: str) -> Sequence[bytes]:
    """Link what a virtual account has; a picture of each of our screens."""
    account = _account(info, username)
    shots = _Shots(page)
    heading, proceed = page.get_by_role("heading", level=1), page.get_by_role("button", name="Continue")
    await page.goto(info["app_url"])
    await page.get_by_role("button", name=_OFFERS[account["devices"][0]["kind"]]).click()
    await shots.take(proceed)
    await proceed.click()
    brand = page.get_by_role("button", name=re.compile(account["vendor"], re.IGNORECASE))
    await shots.take(brand)
    await brand.click()
    await shots.take(heading.filter(has_text="Sign in"))
    await _sign_in(page, account)
    await shots.take(heading.filter(has_text="Finding"))
    later = page.get_by_role("button", name="Do it later")
    await expect(later.or_(heading.filter(has_text="linked"))).to_be_visible()
    if await later.is_visible():
        await later.click()
    await shots.take(heading.filter(has_text="linked"))
    await page.get_by_role("link", name="Back to Voltly").click()
    return shots.taken


async def _walk_in_german(page: Page, info: dict[str, Any], username: str) -> Sequence[bytes]:
    """Link chargers in German, with a wrong password at first."""
    account = _account(info, username)
    shots = _Shots(page)
    heading = page.get_by_role("heading", level=1)
    await page.goto(info["app_url"])
    await page.get_by_role("button", name=_OFFERS["charger"]).click()
    await shots.take(page.get_by_role("button", name="Weiter"))
    await page.get_by_role("button", name="Weiter").click()
    await shots.take(heading.filter(has_text="Welche Marke"))
    await page.get_by_role("button", name="Easee").click()
    await shots.take(heading.filter(has_text="Anmelden"))
    for password in ("wrong", account["password"]):
        await page.locator("input[name=username]").fill(account["username"])
        await page.locator("input[type=password]").fill(password)
        await page.get_by_role("button", name="Bei Easee anmelden").click()
        if password == "wrong":  # noqa: S105 - and is told so
            await shots.take(page.get_by_role("alert"))
    await shots.take(heading.filter(has_text="verbunden"))
    return shots.taken


def _account(info: dict[str, Any], username: str) -> dict[str, Any]:
    return next(account for account in info["accounts"] if account["username"] == username)


async def _sign_in(page: Page, account: dict[str, Any]) -> None:
    """In our form, or on the vendor's pages, where two buttons follow each other."""
    leave = page.get_by_role("link", name="Sign in at")
    presses = [page.get_by_role("button", name="Sign in at")]
    if await leave.is_visible():
        await leave.click()
        presses = [page.locator("form button").first] * 2
    await page.locator("input[type=email], input[name=username]").fill(account["username"])
    await page.locator("input[type=password]").fill(account["password"])
    for button in presses:
        await button.click()


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
