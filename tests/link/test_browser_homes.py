"""A home with a car in front of it in Chromium, an app in its own colours, and every language on a narrow phone."""

import base64
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.link.conftest import CHARGER, World
from tests.link.test_browser import Visitor, context, visitor
from tests.support.chromium import is_fine
from wattlink.domain.linking.model import Cause
from wattlink.domain.organizations import store as organizations
from wattlink.domain.organizations.looks.branding import check_branding
from wattlink.domain.organizations.model import Branding
from wattlink.link.texts.languages import spoken

__all__ = ["context", "visitor"]  # the fixtures
pytestmark = pytest.mark.browser

_HOME = ("vehicle", "battery", "inverter", "meter")
_SCOPES = (
    *("vehicle:read:data", "vehicle:read:location", "vehicle:control:charging"),
    *("battery:read:data", "battery:control:operation_mode"),
    *("inverter:read:data", "meter:read:data"),
    *("charger:read:data", "hvac:read:data", "hvac:control:mode"),
)
_NARROW = ViewportSize(width=320, height=640)
_LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><path d="M5 5h80v20H5z" fill="{}"/></svg>'


async def _open_home(world: World) -> str:
    """A vendor account with a car, a battery, solar power and a meter; gives its user name."""
    username = f"home-{world.username}"
    await world.sandbox.open("tesla", username, "right", devices=1)
    for kind in _HOME[1:]:
        await world.sandbox.change("tesla", username, add_devices=1, kind=kind)
    return username


async def test_one_account_with_several_kinds_is_linked_at_once(visitor: Visitor, world: World) -> None:
    world.username = await _open_home(world)
    page = visitor.page
    await page.goto(await world.link(*_SCOPES))
    await visitor.looks("Link your devices to Voltly")
    await visitor.press("Continue")
    await visitor.looks("Which brand is it?")
    await expect(page.get_by_role("button", name="Tesla")).to_contain_text(
        "Cars · Solar power · Home batteries · Electricity meters"
    )
    await expect(page.get_by_role("button", name="Easee")).to_contain_text("Chargers")
    await visitor.press("Tesla")
    await visitor.looks("Sign in to Tesla")
    headings = await page.get_by_role("heading", level=3).all_inner_texts()
    assert headings == ["Cars", "Solar power", "Home batteries", "Electricity meters"]
    await expect(page.get_by_text("Choose what your home battery is used for")).to_be_visible()
    await visitor.press("Sign in at Tesla")
    await visitor.at_vendor()
    await visitor.looks("Your 4 devices are linked")
    shown = await page.locator(".device").all_inner_texts()
    assert [any(word in shown[at] for word in words) for at, words in enumerate(_SAID)] == [True] * 4, shown
    found = {kind: (await world.app.call("GET", f"/users/{world.user}/{kind}"))["data"] for kind in _LISTS}
    assert {kind: len(devices) for kind, devices in found.items()} == dict.fromkeys(_LISTS, 1)


_SAID = [
    ("%",),
    ("Producing", "Not producing"),
    ("%",),
    ("grid",),
]  # a live value of each kind, in the order of the kinds
_LISTS = ("vehicles", "inverters", "batteries", "meters")


async def test_a_missing_brand_is_wished_for(visitor: Visitor, world: World) -> None:
    page = visitor.page
    await page.goto(await world.link("vehicle:read:data", "charger:read:data"))
    await visitor.press("Continue")
    await visitor.looks("Which brand is it?")
    await page.get_by_label("Find your brand").fill("Acme & Co")
    await visitor.press("I do not see my brand")
    await visitor.looks("Which brand is missing?")
    await expect(page.get_by_label("Name of the brand")).to_have_value("Acme & Co")
    await page.get_by_label("Name of the brand").fill("nora@example.com")
    await visitor.press("Send")
    await expect(page.get_by_role("alert")).to_contain_text("That does not look like the name of a brand")
    await expect(page.get_by_label("Name of the brand")).to_be_focused()
    await visitor.looks("Which brand is missing?")
    await page.get_by_label("Name of the brand").fill("Acme & Co")
    await page.get_by_label("What is it?").select_option("Chargers")
    await visitor.press("Send")
    await visitor.looks("Thank you")
    await visitor.press("Back to the brands")
    await visitor.looks("Which brand is it?")


_BRANDINGS: dict[str, dict[str, Any]] = {
    "hardly seen on white": {"accent": "#ffe600", "radius": 0},
    "hardly seen on black": {"accent": "#0a1a44", "radius": 24},
    "of its own in the dark": {"accent": "#0a1a44", "accent_dark": "#8fb4ff"},
    "grey": {"accent": "#777777", "name": "A name as long as an operator may give it to an application"},
}


@pytest.mark.parametrize("branding", _BRANDINGS.values(), ids=_BRANDINGS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_app_in_its_own_colours_can_be_read(
    browser: Browser, world: World, branding: dict[str, Any], scheme: str
) -> None:
    logos = [
        f"data:image/svg+xml;base64,{base64.b64encode(_LOGO.format(fill).encode()).decode()}"
        for fill in ("#123", "#fed")
    ]
    chosen = Branding(logo=logos[0], logo_dark=logos[1], **branding)
    check_branding(chosen)
    async with world.stack.hub.db.transaction() as tx:
        kept = await organizations.get_application(tx, world.app.credentials.application_id)
        await organizations.put_application(tx, msgspec.structs.replace(kept, branding=chosen))
    context = await browser.new_context(viewport=_NARROW, color_scheme=scheme, locale="en-GB")  # type: ignore[arg-type]
    somebody = Visitor(await context.new_page(), world)
    page = somebody.page
    await page.goto(await world.link(*CHARGER, vendor="EASEE"))
    await somebody.looks(await page.get_by_role("heading", level=1).inner_text())
    assert await page.evaluate("document.querySelector('.top img').currentSrc") == logos[scheme == "dark"]
    await somebody.press("Continue")
    await somebody.looks("Sign in to Easee")
    await somebody.type(world.username, "right")
    await somebody.looks("Your 2 chargers are linked")
    await page.goto(await world.link(*CHARGER, vendor="EASEE", colorScheme="dark" if scheme == "light" else "light"))
    await is_fine(page)
    assert await page.evaluate("document.querySelector('.top img').currentSrc") == logos[scheme == "light"]
    await context.close()


@pytest.mark.parametrize("language", sorted(spoken() - {"en"}))
async def test_nothing_is_cut_in_any_language(browser: Browser, world: World, language: str) -> None:
    context = await browser.new_context(viewport=_NARROW)
    somebody = Visitor(await context.new_page(), world)
    page = somebody.page

    async def looks() -> None:
        await somebody.looks(await page.get_by_role("heading", level=1).inner_text())

    await page.goto(await world.link(*_SCOPES, language="browser"))
    await context.set_extra_http_headers({"accept-language": language})
    await page.reload()
    await looks()
    await page.locator("button.button--main").click()
    await page.locator("#search").wait_for()
    await looks()
    here = page.url
    await page.goto(f"{here}/missing?q=%40")
    await page.locator("#brand").fill("@@")
    await page.locator("button.button--main").click()
    await page.get_by_role("alert").wait_for()
    await looks()
    await page.goto(here)
    await page.locator("button[value=solaredge]").click()  # with the way to a key
    await page.locator(".pair").wait_for()
    await looks()
    await page.locator("button[name=vendor]").click()
    await page.locator("button[value=tesla]").click()  # and without
    await page.locator(".pair").wait_for()
    await looks()
    assert await page.evaluate("document.documentElement.lang") == language
    for cause in Cause:
        async with world.stack.hub.db.transaction() as tx:
            await tx.execute(
                "UPDATE link_session SET state = 'bound', cause = %(cause)s WHERE session_id = %(session_id)s::uuid",
                cause=cause.value,
                session_id=here.rpartition("/")[2],
            )
        await page.reload()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), cause
    await context.close()
