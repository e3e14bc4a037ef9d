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


async def main(info: dict[str, Any]) -> None:
    """Link what the pictures show, and take them."""
    async with chromium() as browser:
        await _link_ui(browser, info)
        await _demo_app(browser, info)


async def _link_ui(browser: Browser, info: dict[str, Any]) -> None:
    """The way through the Link UI on a phone, side by side."""
    page = await browser.new_page(
        viewport={"width": 360, "height": 790}, device_scale_factor=1.5, locale="en-US", reduced_motion="reduce"
    )
    shots = await _walk(page, info, "anna@example.com")
    pictures = "".join(f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots)
    sheet = await browser.new_page(viewport={"width": 1446, "height": 624})
    await sheet.set_content(
        "<style>body { margin: 0; padding: 16px; display: flex; gap: 16px; background: #e4e6e2 }"
        f"img {{ width: 270px; border-radius: 12px }}</style>{pictures}"
    )
    await sheet.screenshot(path=_IMAGES / "link-ui.png")


async def _demo_app(browser: Browser, info: dict[str, Any]) -> None:
    """The app with cars and chargers that do well and some that need somebody, on a desk, in light and dark."""
    page = await browser.new_page(viewport={"width": 1280, "height": 860}, locale="en-US")
    for username in ("ben@example.com", "jonas@example.com"):
        await _walk(page, info, username)
    await expect(page.locator(".log li").nth(7)).to_be_visible()
    await page.screenshot(path=_IMAGES / "demo-app.png")
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=_IMAGES / "demo-app-dark.png")


async def _walk(page: Page, info: dict[str, Any], username: str) -> Sequence[bytes]:
    """Link what a virtual account has; a picture of each of our screens."""
    account = next(account for account in info["accounts"] if account["username"] == username)
    shots = []

    async def shoot(locator: Locator) -> None:
        await expect(locator).to_be_visible()
        shots.append(await page.screenshot())

    heading, proceed = page.get_by_role("heading", level=1), page.get_by_role("button", name="Continue")
    await page.goto(info["app_url"])
    await page.get_by_role("button", name=f"Link a {account['devices'][0]['kind']}").click()
    await shoot(proceed)
    await proceed.click()
    brand = page.get_by_role("button", name=re.compile(account["vendor"], re.IGNORECASE))
    await shoot(brand)
    await brand.click()
    await shoot(heading.filter(has_text="Sign in"))
    await _sign_in(page, account)
    await shoot(heading.filter(has_text="Finding"))
    later = page.get_by_role("button", name="Do it later")
    await expect(later.or_(heading.filter(has_text="linked"))).to_be_visible()
    if await later.is_visible():
        await later.click()
    await shoot(heading.filter(has_text="linked"))
    await page.get_by_role("link", name="Back to Voltly").click()
    return shots


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
