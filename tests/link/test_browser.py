"""Linking in Chromium: on a phone and on a desktop, with and without scripts, and usable by everybody."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, Route, ViewportSize, expect

from tests.link.conftest import BACK, VEHICLE, World, until
from tests.support.chromium import is_fine
from wattlink.connectors.simulation import Fault
from wattlink.domain.linking.model import Cause

pytestmark = pytest.mark.browser

_PHONE, _DESKTOP = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=900)
_MOST_BYTES = 30 * 1024  # of a page with its style


class Visitor:
    """Somebody in front of a browser; every page of ours that is looked at must pass."""

    def __init__(self, page: Page, world: World) -> None:
        self.page = page
        self.world = world
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        page.on("request", self._note)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).netloc)

    async def looks(self, heading: str) -> None:
        """The page with this heading is there, and there is nothing to complain of."""
        page = self.page
        await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        await page.wait_for_load_state()  # all of it, and its script runs
        await is_fine(page)
        assert await page.locator("h1").count() == 1
        assert await page.locator("main").count() == 1
        assert await page.locator(".button--main:visible").count() <= 1
        small = await page.evaluate(_TOO_SMALL)
        assert small == [], "smaller than a finger"

    async def press(self, name: str) -> None:
        """Press a button or follow a link."""
        target = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        await target.first.click()

    async def type(self, username: str, password: str) -> None:
        """Fill in our form and send it."""
        await self.page.get_by_label("Phone number or e-mail address").fill(username)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.press("Sign in at Easee")

    async def to_vendor(self) -> None:
        """Go to the vendor's own pages, and be there."""
        await self.press("Sign in at Tesla")
        await self.page.wait_for_url(f"{self.world.sandbox.base}/**")

    async def at_vendor(self, *, consent: bool = True) -> None:
        """Sign in on the vendor's pages."""
        await self.page.get_by_label("E-mail").fill(self.world.username)
        await self.page.get_by_label("Password").fill("right")
        await self.page.get_by_role("button", name="Sign in").click()
        await self.page.get_by_role("button", name="Allow" if consent else "Cancel").first.click()


_TOO_SMALL = """[...document.querySelectorAll('main a.button, main button, main input, main summary')]
    .filter(each => each.offsetParent && Math.min(each.offsetWidth, each.offsetHeight) < 44)
    .map(each => each.outerHTML)"""


@pytest.fixture(params=[(_PHONE, "light"), (_DESKTOP, "dark")], ids=["phone", "desktop"])
async def context(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[BrowserContext]:
    size, scheme = request.param
    made = await browser.new_context(viewport=size, color_scheme=scheme, locale="en-GB")
    yield made
    await made.close()


@pytest.fixture
async def visitor(context: BrowserContext, world: World) -> AsyncIterator[Visitor]:
    somebody = Visitor(await context.new_page(), world)
    yield somebody
    vendors = urlsplit(world.sandbox.base).netloc
    assert somebody.hosts <= {urlsplit(world.stack.url).netloc, vendors}
    assert [said for said in somebody.complaints if "yourapp" not in said and "status of 4" not in said] == []


async def test_linking_by_form(visitor: Visitor, world: World) -> None:
    await visitor.page.goto(await world.link("vehicle:read:data", "charger:read:data"))
    await visitor.looks("Link your devices to Voltly")
    await visitor.press("Continue")
    await visitor.looks("Which brand is it?")
    await visitor.page.get_by_label("Find your brand").fill("eas")
    await expect(visitor.page.get_by_role("button", name="Tesla")).to_be_hidden()
    await visitor.page.get_by_label("Find your brand").fill("acme")
    await expect(visitor.page.get_by_text("No brand of this name")).to_be_visible()
    await visitor.page.get_by_label("Find your brand").fill("éas")
    await visitor.press("Easee")
    await visitor.looks("Sign in to Easee")
    await visitor.type(world.username, "right")
    await visitor.looks("Your 2 chargers are linked")
    assert len(await world.chargers()) == 2


async def test_what_is_typed_before_the_script_runs_counts(visitor: Visitor, world: World) -> None:
    may_run = asyncio.Event()

    async def hold(route: Route) -> None:
        await may_run.wait()
        await route.continue_()

    await visitor.page.goto(await world.link("vehicle:read:data", "charger:read:data"))
    await visitor.page.route("**/*-link.js", hold)
    await visitor.page.get_by_role("button", name="Continue").click(no_wait_after=True)
    await visitor.page.get_by_label("Find your brand").fill("eas")
    await expect(visitor.page.get_by_role("button", name="Tesla")).to_be_visible()
    may_run.set()
    await expect(visitor.page.get_by_role("button", name="Tesla")).to_be_hidden()


async def test_a_wrong_password(visitor: Visitor, world: World) -> None:
    await visitor.page.goto(await world.link(vendor="EASEE"))
    await visitor.press("Continue")
    password = visitor.page.get_by_label("Password", exact=True)
    await password.fill("wrong")
    await visitor.press("Show")
    await expect(password).to_have_attribute("type", "text")
    await visitor.press("Hide")
    await expect(password).to_have_attribute("type", "password")
    await visitor.type(world.username, "wrong")
    await expect(visitor.page.get_by_role("alert")).to_contain_text("That did not match")
    await visitor.looks("Sign in to Easee")
    await expect(visitor.page.get_by_label("Phone number or e-mail address")).to_have_value(world.username)
    await expect(password).to_be_focused()
    await expect(password).to_have_value("")
    await visitor.type(world.username, "right")
    await visitor.looks("Your 2 chargers are linked")


async def test_linking_by_redirect(visitor: Visitor, world: World) -> None:
    await visitor.page.goto(await world.link(*VEHICLE, vendor="TESLA"))
    await visitor.looks("Link your car to Voltly")
    await visitor.press("Continue")
    await visitor.looks("Sign in to Tesla")
    await visitor.press("Sign in at Tesla")
    await visitor.at_vendor()
    await visitor.looks("Your 2 cars are linked")
    assert "code=" not in visitor.page.url


async def test_one_sign_in_links_cars_and_what_powers_the_home(visitor: Visitor, world: World) -> None:
    for kind in ("battery", "inverter", "meter"):
        await world.sandbox.change("tesla", world.username, add_devices=1, kind=kind)
    home = [f"{kind}:read:data" for kind in ("battery", "inverter", "meter")]
    await visitor.page.goto(await world.link(*VEHICLE, *home, vendor="TESLA"))
    await visitor.looks("Link your devices to Voltly")
    await visitor.press("Continue")
    await visitor.looks("Sign in to Tesla")
    await visitor.press("Sign in at Tesla")
    await visitor.at_vendor()
    await visitor.looks("Your 5 devices are linked")
    for model in ("Model 3", "Powerwall 2", "Solar Panels"):
        await expect(visitor.page.get_by_text(model).first).to_be_visible()


async def test_a_no_at_the_vendor_and_cancelling(visitor: Visitor, world: World) -> None:
    await visitor.page.goto(await world.link(*VEHICLE, vendor="TESLA"))
    await visitor.press("Continue")
    await visitor.to_vendor()
    await visitor.page.get_by_role("button", name="Cancel").click()
    await visitor.looks("You did not agree at Tesla")
    await visitor.press("Sign in again")
    await visitor.looks("Sign in to Tesla")
    await visitor.press("Cancel")
    await visitor.looks("You cancelled")


async def test_relinking_and_a_wrong_account(visitor: Visitor, world: World) -> None:
    await visitor.page.goto(await world.link(*VEHICLE, vendor="TESLA"))
    await visitor.press("Continue")
    await visitor.press("Sign in at Tesla")
    await visitor.at_vendor()
    await visitor.looks("Your 2 cars are linked")
    vehicle_id = (await world.vehicles())[0]["id"]
    await world.sandbox.withdraw("tesla", world.username)
    await world.app.call("POST", f"/vehicles/{vehicle_id}/refresh-hint")

    async def is_broken() -> bool:
        return not await world.is_valid()

    await until(is_broken)
    await visitor.page.goto(await world.relink(vehicle_id))
    await visitor.looks("Sign in to Tesla again")
    await visitor.press("Sign in at Tesla")
    mine, world.username = world.username, f"other-{world.username}"
    await world.sandbox.open("tesla", world.username, "right")
    await visitor.at_vendor()
    await visitor.looks("That is another account")
    world.username = mine
    await visitor.press("Sign in with the first account")
    await visitor.looks("Sign in to Tesla again")
    await visitor.press("Sign in at Tesla")
    await visitor.at_vendor()
    await visitor.looks("Everything works again")
    assert await world.is_valid()


async def test_a_pairing(visitor: Visitor, world: World) -> None:
    account = await world.sandbox.change("tesla", world.username)
    vin = account["devices"][0]["vendor_device_id"]
    await world.sandbox.change("tesla", world.username, devices={vin: {"key": False}})
    await visitor.page.goto(await world.link(*VEHICLE, vendor="TESLA"))
    await visitor.press("Continue")
    await visitor.press("Sign in at Tesla")
    await visitor.at_vendor()
    await visitor.looks("One last step with Tesla")
    await visitor.press("I have done this")
    await expect(visitor.page.get_by_text("Tesla does not see it yet")).to_be_visible()
    await visitor.looks("One last step with Tesla")
    await world.sandbox.change("tesla", world.username, devices={vin: {"key": True}})
    await visitor.press("I have done this")
    await visitor.looks("Your 2 cars are linked")


async def test_waiting_for_a_vendor_in_trouble_goes_on_by_itself(visitor: Visitor, world: World) -> None:
    await visitor.page.goto(await world.link(*VEHICLE, vendor="TESLA"))
    await visitor.press("Continue")
    await visitor.to_vendor()
    callback = await world.answer(visitor.page.url)
    await world.fault("tesla", Fault.QUOTA)
    await visitor.page.goto(callback)
    await visitor.looks("Finding your car")
    await visitor.page.evaluate("window.isTheSamePage = true")
    await expect(visitor.page.get_by_text("Tesla does not answer at the moment.")).to_be_visible()
    assert await visitor.page.evaluate("window.isTheSamePage")
    await visitor.looks("Finding your car")


async def test_every_cause_has_a_page_that_everybody_can_use(visitor: Visitor, world: World) -> None:
    await visitor.page.goto(await world.link(vendor="EASEE"))
    await visitor.press("Continue")
    await expect(visitor.page.get_by_label("Password", exact=True)).to_be_visible()
    headings = set()
    for cause in Cause:
        async with world.stack.hub.db.transaction() as tx:
            await tx.execute(
                "UPDATE link_session SET state = 'bound', cause = %(cause)s WHERE session_id = %(session_id)s::uuid",
                cause=cause.value,
                session_id=visitor.page.url.rpartition("/")[2],
            )
        await visitor.page.reload()
        heading = await visitor.page.get_by_role("heading", level=1).inner_text()
        await visitor.looks(heading)
        headings.add(heading)
    assert len(headings) == len(Cause) - 1  # nothing found, of one kind or of several, is headed alike


async def test_without_scripts_everything_works(browser: Browser, world: World) -> None:
    context = await browser.new_context(viewport=_PHONE, java_script_enabled=False, locale="en-GB")
    page = await context.new_page()
    await page.goto(await world.link("vehicle:read:data", "charger:read:data"))
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Find your brand").fill("eas")
    await page.get_by_label("Find your brand").press("Enter")
    await expect(page.get_by_role("button", name="Tesla")).to_have_count(0)
    await page.get_by_role("button", name="Easee").click()
    await page.get_by_label("Phone number or e-mail address").fill(world.username)
    await page.get_by_label("Password").fill("right")
    await page.get_by_role("button", name="Sign in at Easee").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your 2 chargers are linked")
    await context.close()


async def test_the_last_click_really_leads_to_the_app(browser: Browser, world: World) -> None:
    context = await browser.new_context(viewport=_PHONE, locale="en-GB")
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Page.enable")
    wanted: list[str] = []
    devtools.on("Page.frameRequestedNavigation", lambda event: wanted.append(event["url"]))
    await page.goto(await world.link(vendor="EASEE"))
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Phone number or e-mail address").fill(world.username)
    await page.get_by_label("Password", exact=True).fill("right")
    await page.get_by_role("button", name="Sign in at Easee").click()
    await page.get_by_role("link", name="Back to Voltly").click()

    async def is_wanted() -> bool:
        return BACK in wanted

    await until(is_wanted)
    await context.close()


async def test_by_keyboard_alone(browser: Browser, world: World) -> None:
    context = await browser.new_context(viewport=_DESKTOP, locale="en-GB")
    page = await context.new_page()
    await page.goto(await world.link(vendor="EASEE"))
    for key in ("Tab", "Tab", "Enter"):
        await page.keyboard.press(key)
    await page.get_by_label("Phone number or e-mail address").wait_for()
    await page.wait_for_load_state()
    await page.keyboard.press("Tab")
    await page.keyboard.type(world.username)
    await page.keyboard.press("Tab")
    await page.keyboard.type("right")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your 2 chargers are linked")
    await page.wait_for_load_state()
    await page.keyboard.press("Tab")
    focused = await page.evaluate(
        "[document.activeElement.href, getComputedStyle(document.activeElement).outlineStyle]"
    )
    assert focused == [BACK, "solid"]
    await context.close()


async def test_pages_are_small_and_load_nothing_from_elsewhere(browser: Browser, world: World) -> None:
    context = await browser.new_context(viewport=_PHONE)
    page, loaded = await context.new_page(), dict[str, int]()

    async def weigh(url: str) -> None:
        loaded[url] = len(await (await context.request.get(url)).body())

    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    await page.goto(await world.link("vehicle:read:data", "charger:read:data"))
    await page.get_by_role("button", name="Continue").click()
    await page.locator("button[value=easee]").click()
    await page.locator("#password").wait_for()
    await page.wait_for_load_state()
    html = len((await page.content()).encode())
    for url in {url for url in urls if url.endswith(".css")}:
        await weigh(url)
    assert html + sum(loaded.values()) <= _MOST_BYTES
    assert {urlsplit(url).netloc for url in urls if not url.startswith("data:")} == {urlsplit(world.stack.url).netloc}
    await context.close()
