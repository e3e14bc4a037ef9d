"""A partner's form in Chromium on a phone, in three languages: with forms of ours, and with a redirect."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, ViewportSize, expect

from tests.link.conftest import World
from tests.link.test_browser import Visitor
from tests.link.test_onboarding import SUCCESS, Partner, partner
from tests.support.charge_points import dialling
from wattlink.connectors.simulation import Fault
from wattlink.connectors.vendors.myuplink.simulator import PUBLISHED as NIBE
from wattlink.connectors.vendors.tesla.simulator import PUBLISHED as TESLA

__all__ = ["partner"]  # the fixture
pytestmark = pytest.mark.browser

_PHONE = ViewportSize(width=360, height=740)
_CHARGER = {
    "en": ("Sign in to Easee", "Your 2 chargers are linked"),
    "de": ("Anmelden bei Easee", "Ihre 2 Ladestationen sind verbunden"),
    "hu": ("Bejelentkezés: Easee", "2 töltő összekapcsolva"),
}
_TROUBLE = {
    Fault.ACCOUNT_LOCKED: {
        "en": "Tesla has locked this account",
        "de": "Tesla hat dieses Konto gesperrt",
        "hu": "Tesla zárolta ezt a fiókot",
    },
    Fault.QUOTA: {
        "en": "Tesla is very busy",
        "de": "Tesla ist stark ausgelastet",
        "hu": "Tesla most nagyon leterhelt",
    },
    Fault.OUTAGE: {"en": "Tesla does not answer", "de": "Tesla antwortet nicht", "hu": "Tesla nem válaszol"},
}
_NO_MATCH = {"en": "That did not match", "de": "Das passte nicht zusammen", "hu": "Ez nem egyezik"}


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Whose own language is none of the sessions'."""
    made = await browser.new_context(viewport=_PHONE, locale="pt-PT")
    await made.route("https://partner.example/**", _stays)
    yield made
    await made.close()


async def _stays(route: Route) -> None:
    """The last page, which goes on by itself, can be looked at as long as it takes."""
    await route.fulfill(status=204)


class Onboarded(Visitor):
    """Somebody who goes through the form; a picture of every page stays behind with the test's files."""

    async def at(self, step: str, folder: Path, *, scripts: bool = True) -> str:
        """A page is there and has nothing to complain of; gives its heading. axe is a script itself."""
        heading = await self.page.get_by_role("heading", level=1).inner_text()
        if scripts:
            await self.looks(heading)
        await self.page.screenshot(path=folder / f"{step}.png", full_page=True)
        return heading

    async def go_on(self) -> None:
        """The one obvious thing to do, and wait for the page that comes of it."""
        await self.page.locator(".button--main").first.click()
        await self.page.wait_for_load_state()

    async def choose(self, vendor: str) -> None:
        """A brand, where there is a choice."""
        brand = self.page.locator(f"button[value={vendor}]")
        if await brand.count():
            await brand.click()

    async def comes_back(self, partner: Partner, session_id: str) -> None:
        """The button, and the page by itself, lead to the device that the partner reads of."""
        device = (await partner.call("GET", f"/device-onboarding/{session_id}"))["object_id"]
        assert device is not None
        assert await self.page.locator(".button--main").get_attribute("href") == f"{SUCCESS}&deviceId={device}"


@pytest.mark.parametrize("language", _CHARGER)
async def test_a_charger_by_a_form_of_ours(
    phone: BrowserContext, world: World, partner: Partner, language: str, tmp_path: Path
) -> None:
    session = await partner.begin(device_type="wb", language=language)
    somebody = Onboarded(await phone.new_page(), world)
    page = somebody.page
    await page.goto(session["authentication_url"])
    assert await page.evaluate("document.documentElement.lang") == language
    assert "Voltly" in await somebody.at("welcome", tmp_path)
    await somebody.go_on()
    await page.locator("button[value=easee]").wait_for()
    await somebody.at("brand", tmp_path)
    await somebody.choose("easee")
    await page.locator("[name=password]").wait_for()
    headings = [await somebody.at("sign-in", tmp_path)]
    await page.locator("[name=username]").fill(world.username)
    await page.locator("[name=password]").fill("right")
    await somebody.go_on()
    await page.locator("button[name=device]").first.wait_for()
    await somebody.at("picking", tmp_path)
    await page.locator("button[name=device]").last.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(_CHARGER[language][1])
    headings.append(await somebody.at("success", tmp_path))
    assert tuple(headings) == _CHARGER[language]
    await somebody.comes_back(partner, session["id"])


@pytest.mark.parametrize("language", _CHARGER)
async def test_a_heat_pump_by_a_redirect(
    phone: BrowserContext, world: World, partner: Partner, language: str, tmp_path: Path
) -> None:
    await world.sandbox.open("myuplink", *NIBE)
    session = await partner.begin(language=language)  # of any type: the brand is a choice
    somebody = Onboarded(await phone.new_page(), world)
    page = somebody.page
    await page.goto(session["authentication_url"])
    await somebody.at("welcome", tmp_path)
    await somebody.go_on()
    await page.locator("button[value=myuplink]").wait_for()
    await somebody.at("brand", tmp_path)
    await somebody.choose("myuplink")
    await page.locator(".button--main").wait_for()
    await somebody.at("sign-in", tmp_path)
    await somebody.go_on()
    await page.wait_for_url(f"{world.sandbox.base}/**")
    callback = await world.answer(page.url, username=NIBE[0], password=NIBE[1])
    await page.goto(callback)
    await expect(page.locator(".devices")).to_be_visible()
    await somebody.at("success", tmp_path)
    assert await page.evaluate("document.documentElement.lang") == language
    await somebody.comes_back(partner, session["id"])


@pytest.mark.usefixtures("taking")
@pytest.mark.parametrize("language", _CHARGER)
async def test_a_wallbox_by_its_own_call(
    phone: BrowserContext, world: World, partner: Partner, language: str, tmp_path: Path
) -> None:
    session = await partner.begin(device_type="wb", language=language)
    await phone.grant_permissions(["clipboard-read", "clipboard-write"], origin=world.stack.url)
    somebody = Onboarded(await phone.new_page(), world)
    page = somebody.page
    await page.goto(session["authentication_url"])
    await somebody.go_on()
    await page.locator("button[value=ocpp]").wait_for()
    await somebody.at("brand", tmp_path)
    await somebody.choose("ocpp")
    await page.locator(".agreed").wait_for()
    await somebody.at("agreement", tmp_path)
    await somebody.go_on()
    copy = page.locator("[data-copy=address]")
    await copy.wait_for()
    await somebody.at("address", tmp_path)
    await copy.click()
    await expect(page.locator("[data-said]")).to_have_text(re.compile("Copied|Kopiert|Másolva"))  # not before
    address = await page.evaluate("navigator.clipboard.readText()")
    assert await page.locator("#address").inner_text() == address
    for more in await page.locator("summary").all():
        await more.click()
    await somebody.at("address-with-more", tmp_path)
    async with dialling(address) as line:
        await line.box.boot()
        await expect(page.locator(".devices")).to_contain_text("Volta Box 11")  # without a click
    await somebody.at("success", tmp_path)
    await somebody.comes_back(partner, session["id"])


@pytest.mark.usefixtures("taking")
async def test_a_wallbox_without_scripts(browser: Browser, world: World, partner: Partner) -> None:
    session = await partner.begin(device_type="wb")
    made = await browser.new_context(viewport=_PHONE, java_script_enabled=False)
    page = await made.new_page()
    await page.goto(session["authentication_url"])
    await page.locator(".button--main").click()
    await page.locator("button[value=ocpp]").click()
    await page.locator(".button--main").click()
    address = await page.locator("#address").inner_text()
    assert await page.locator("[data-copy]").first.is_hidden()  # one tap on the address selects all of it
    async with dialling(address) as line:
        await line.box.boot()
        await page.locator(".devices").wait_for(timeout=60_000)  # the page looks again by itself
    await made.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("language", _NO_MATCH)
async def test_a_tesla_of_the_sandbox_by_a_form_of_ours(
    browser: Browser, world: World, partner: Partner, *, language: str, scripts: bool, tmp_path: Path
) -> None:
    await world.sandbox.open("tesla", *TESLA)
    phone = await browser.new_context(viewport=_PHONE, locale="pt-PT", java_script_enabled=scripts)
    await phone.route("https://partner.example/**", _stays)
    session = await partner.begin(device_type="ev", language=language)
    somebody = Onboarded(await phone.new_page(), world)
    page = somebody.page
    await page.goto(session["authentication_url"])
    await somebody.go_on()
    await somebody.choose("tesla")
    await _type(page, "wrong")
    await expect(page.get_by_role("alert")).to_contain_text(_NO_MATCH[language])
    await somebody.at("wrong-password", tmp_path, scripts=scripts)
    for fault, headings in _TROUBLE.items():
        await world.sandbox.fault("tesla", TESLA[0], fault)
        await _type(page, TESLA[1])
        await expect(page.get_by_role("heading", level=1)).to_have_text(headings[language])
        await somebody.at(fault, tmp_path, scripts=scripts)
        await expect(page.locator("button[name=vendor][value='']")).to_have_count(1)  # another brand
        await world.sandbox.fault("tesla", TESLA[0])
        await somebody.go_on()
    await _type(page, TESLA[1])
    await page.locator(".devices").wait_for()
    await somebody.at("success", tmp_path, scripts=scripts)
    await somebody.comes_back(partner, session["id"])
    await phone.close()


async def _type(page: Page, password: str) -> None:
    """The published login into the form that is there."""
    await page.locator("[name=username]").fill(TESLA[0])
    await page.locator("[name=password]").fill(password)
    await page.locator("form:has([name=password]) .button").last.click()
