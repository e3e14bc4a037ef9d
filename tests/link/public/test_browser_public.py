"""The public pages in Chromium: on a narrow phone and on a desktop, in light and dark, in German, without scripts."""

from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.link.conftest import World
from tests.support.chromium import is_fine
from wattlink.connectors.registry import clouds
from wattlink.domain.interventions import catalogue
from wattlink.link.texts.languages import spoken

pytestmark = pytest.mark.browser

_PHONE, _DESKTOP = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=900)
_MOST_BYTES = 40 * 1024  # of a page with its styles
_ALL = [
    "/brands",
    *(f"/brands/{vendor}" for vendor in clouds()),
    *(f"/interventions/{found.entry.id}" for found in catalogue.entries()),
]
_PHONE_KEY = next(found.entry.id for found in catalogue.entries() if found.entry.key == "phone_key")
_EACH_SORT = ["/brands", "/brands/tesla", "/brands/easee", f"/interventions/{_PHONE_KEY}", "/brands/acme"]


@pytest.mark.parametrize(("size", "scheme"), [(_PHONE, "light"), (_PHONE, "dark"), (_DESKTOP, "dark")])
async def test_every_sort_of_page_is_fine_in_german(
    browser: Browser, world: World, size: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    context = await browser.new_context(viewport=size, color_scheme=scheme, locale="de-DE")
    page = await context.new_page()
    complaints: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda said: complaints.append(said.text) if "status of 404" not in said.text else None)
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    for path in _EACH_SORT:
        await page.goto(f"{world.stack.url}{path}")
        await expect(page.locator("h1")).to_have_count(1)
        await is_fine(page)
    assert complaints == []
    assert hosts == {urlsplit(world.stack.url).netloc}
    assert await context.cookies() == []
    await context.close()


@pytest.mark.parametrize("language", sorted(spoken()))
async def test_nothing_overflows_on_a_narrow_phone(browser: Browser, world: World, language: str) -> None:
    context = await browser.new_context(viewport=_PHONE, locale="en-GB")
    page = await context.new_page()
    for path in _ALL:
        await page.goto(f"{world.stack.url}{path}?lang={language}")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    await context.close()


async def test_without_scripts_everything_works_and_little_is_sent(browser: Browser, world: World) -> None:
    context = await browser.new_context(viewport=_PHONE, java_script_enabled=False, locale="en-GB")
    page = await context.new_page()
    sizes: dict[str, int] = {}

    async def weigh(path: str) -> None:
        answer = await context.request.get(f"{world.stack.url}{path}")
        sizes[path] = len(await answer.body())

    await page.goto(f"{world.stack.url}/brands")
    await page.get_by_role("link", name="Tesla").click()
    await page.get_by_role("link", name="Vehicle is missing a phone key").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Vehicle is missing a phone key")
    await expect(page.get_by_role("listitem").filter(has_text="key card")).to_have_count(1)
    await page.get_by_role("link", name="Deutsch").click()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await page.wait_for_load_state()
    styles = [await each.get_attribute("href") or "" for each in await page.locator("link[rel=stylesheet]").all()]
    for path in (urlsplit(page.url).path, *styles):
        await weigh(path)
    assert sum(sizes.values()) <= _MOST_BYTES
    await context.close()
