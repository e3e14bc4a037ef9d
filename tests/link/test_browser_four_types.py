"""The guide's five steps in Chromium on a phone, for each type of device, to the partner's own page and back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.link.conftest import World
from tests.link.test_browser_onboarding import Onboarded, phone
from tests.link.test_four_types import TYPES, Story, story
from tests.link.test_onboarding import CANCEL, SUCCESS, new_partner
from tests.support.charge_points import dialling
from tests.support.clock import StillClock

__all__ = ["phone", "story"]  # the fixtures
pytestmark = pytest.mark.browser

_BY_ITSELF_MS = 40_000  # the page goes on after eight seconds; machines may be slow


@dataclass
class Visit:
    """The person of a story in front of a browser; a picture of every page stays behind with the test's files."""

    story: Story
    somebody: Onboarded
    folder: Path
    may_leave: asyncio.Event = field(default_factory=asyncio.Event)  # until then the partner's pages don't answer

    @property
    def page(self) -> Page:
        return self.somebody.page

    async def select(self) -> None:
        """Steps 2 and 3."""
        await self.page.goto(await self.story.begin())
        await self.at("1-welcome")
        await self.somebody.go_on()
        await self.page.locator(f"button[value={self.story.type.vendor}]").or_(self.page.locator(".pair")).wait_for()
        await self.at("2-manufacturer")
        await self.somebody.choose(self.story.type.vendor)
        await self.page.locator(".pair").wait_for()
        await self.at("3-sign-in")

    async def at(self, step: str) -> None:
        await self.somebody.at(step, self.folder)

    async def type_here(self, password: str) -> None:
        """In the form of ours."""
        await self.page.locator("[name=username]").fill(self.story.login[0])
        await self.page.locator("[name=password]").fill(password)
        await self.page.locator("form:has([name=password]) .button").last.click()

    async def type_there(self, password: str) -> None:
        """On the manufacturer's own page."""
        await self.page.wait_for_url(f"{self.story.world.sandbox.base}/**")
        await self.page.locator("input:not([type=hidden]):not([type=password])").first.fill(self.story.login[0])
        await self.page.locator("input[type=password]").fill(password)
        async with self.page.expect_navigation():  # it may lead to the same page again
            await self.page.locator("button").first.click()


async def _redirect(visit: Visit) -> None:
    await visit.somebody.go_on()
    await visit.type_there("wrong")
    await expect(visit.page.locator("input[type=password]")).to_be_visible()  # it says no itself
    await visit.type_there(visit.story.login[1])
    await visit.page.get_by_role("button", name="Allow").or_(visit.page.get_by_role("button", name="Yes")).first.click()


async def _form(visit: Visit) -> None:
    await visit.type_here("wrong")
    await expect(visit.page.get_by_role("alert")).to_contain_text("That did not match")
    await visit.at("4-wrong-password")
    await visit.type_here(visit.story.login[1])


async def _call(visit: Visit) -> None:
    await visit.somebody.go_on()
    address = await visit.page.locator("#address").inner_text()
    await visit.at("4-address")
    async with dialling(address) as line:
        await line.box.boot()
        await visit.page.locator(".devices").wait_for()  # without a click


CONNECT: dict[str, Callable[[Visit], Awaitable[None]]] = {
    "hp": _redirect,
    "ev": _form,
    "iv": _form,
    "wb": _call,
}


@pytest.fixture
async def visit(phone: BrowserContext, story: Story, tmp_path: Path) -> Visit:
    """Nobody has opened the form yet."""
    return await new_visit(phone, story, tmp_path)


async def new_visit(context: BrowserContext, story: Story, folder: Path) -> Visit:
    visit = Visit(story, Onboarded(await context.new_page(), story.world), folder)

    async def welcomed(route: Route) -> None:
        await visit.may_leave.wait()
        await route.fulfill(body="<title>Partner</title>", content_type="text/html")

    await context.route("https://partner.example/**", welcomed)
    return visit


async def test_the_five_steps_with_a_wrong_password_on_the_way(visit: Visit, browser: Browser) -> None:
    await visit.select()
    await CONNECT[visit.story.type.short](visit)
    await visit.page.locator(".devices").wait_for()
    await visit.at("5-success")
    visit.may_leave.set()
    device_id = (await visit.story.read_session())["object_id"]
    await visit.page.wait_for_url(f"{SUCCESS}&deviceId={device_id}", timeout=_BY_ITSELF_MS)
    assert [one["id"] for one in await visit.story.listed()] == [device_id]
    other = await browser.new_context(locale="en-GB")
    page = await other.new_page()
    await page.goto(visit.story.session["authentication_url"])
    await expect(page.get_by_role("heading", level=1)).to_have_text("This link was used already")
    await other.close()


async def test_cancelling_and_another_browser(visit: Visit, browser: Browser) -> None:
    await visit.select()
    other = await browser.new_context(locale="en-GB")
    page = await other.new_page()
    await page.goto(visit.story.session["authentication_url"])
    assert await page.locator("form").count() == 0
    await other.close()
    await visit.page.get_by_role("button", name="Cancel").click()
    await visit.page.locator(".reference").wait_for()
    await visit.at("4-cancelled")
    visit.may_leave.set()
    await visit.page.locator(f"a[href='{CANCEL}']").click()
    await visit.page.wait_for_url(CANCEL)
    assert await visit.story.listed() == []


@pytest.mark.parametrize("short", CONNECT)
async def test_too_late(
    phone: BrowserContext, still_world: World, clock: StillClock, short: str, tmp_path: Path
) -> None:
    (type_,) = [one for one in TYPES.values() if one.short == short]
    story = Story(still_world, await new_partner(still_world), type_, await type_.login_at(still_world))
    visit = await new_visit(phone, story, tmp_path)
    await visit.select()
    clock.forward(hours=29, minutes=30)
    await visit.page.reload()
    await expect(visit.page.get_by_role("heading", level=1)).to_have_text("This link has expired")
    await visit.at("4-expired")
    visit.may_leave.set()
    await visit.page.locator(f"a[href='{CANCEL}']").click()
    await visit.page.wait_for_url(CANCEL)
