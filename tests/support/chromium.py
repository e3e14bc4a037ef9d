"""The system's own Chromium, driven by Playwright, for tests that are marked `browser`."""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

_PATIENCE_MILLISECONDS = 60_000  # of `expect`: a busy machine is no failure
_QUIET = [  # it asks nobody for updates, and shows nothing
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str | None:
    """Where Chromium is, if it is installed."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser without a window. Without any Chromium, tests that are marked `browser` aren't run at all."""
    # Chromium refuses its own sandbox to root.
    arguments = [*_QUIET, "--no-sandbox"] if os.geteuid() == 0 else _QUIET
    expect.set_options(timeout=_PATIENCE_MILLISECONDS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


async def is_fine(page: Page) -> None:
    """Assert that nothing overflows sideways, in letters of twice the size neither, and that axe finds no violation."""
    for size in ("200%", ""):
        assert await page.evaluate(_WIDER_THAN_THE_WINDOW, size) == [], f"too wide in letters of {size or '100%'}"
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


_WIDER_THAN_THE_WINDOW = """size => {
    document.documentElement.style.fontSize = size
    return document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
        .filter(each => each.getBoundingClientRect().right > innerWidth).map(each => each.outerHTML.slice(0, 200))
}"""
