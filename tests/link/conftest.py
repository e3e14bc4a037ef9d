"""The whole server with simulated vendors, an app that uses it, and people who link their devices."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import pytest
from playwright.async_api import Browser

from tests.support.chromium import chromium
from tests.support.clock import StillClock
from tests.support.dialled_in import taking_calls
from tests.support.person import Page, Person
from tests.support.processes import free_ports
from tests.support.sandbox import RunningSandbox
from tests.support.stack import App, Stack, running_stack
from tests.support.vendor_pages import sign_in
from wattlink.connectors.simulation import Fault

BACK = "yourapp://integrations/enode?flow=a%20b&x=1"
CHARGER = ("charger:read:data", "charger:control:charging")
VEHICLE = ("vehicle:read:data", "vehicle:control:charging")
_PATIENCE_SECONDS = 60.0
_VENDORS = ("easee", "tesla")


class World:
    """An app with a user, and the user's virtual accounts at two vendors: one with a form, one with its own pages."""

    def __init__(self, stack: Stack, app: App) -> None:
        self.stack = stack
        self.app = app
        self.user = uuid4().hex
        self.username = f"{self.user}@example.com"

    @property
    def sandbox(self) -> RunningSandbox:
        """The simulated vendors."""
        return self.stack.sandbox

    async def link(self, *scopes: str, **options: Any) -> str:
        """A link URL for the user."""
        body = {"scopes": scopes or CHARGER, "language": "browser", "redirectUri": BACK, **options}
        answer = await self.app.call("POST", f"/users/{self.user}/link", body)
        return str(answer["linkUrl"])

    async def relink(self, device_id: str, **options: Any) -> str:
        """A link URL that mends the link of a device."""
        body = {"language": "browser", "redirectUri": BACK, **options}
        answer = await self.app.call("POST", f"/assets/{device_id}/relink", body)
        return str(answer["linkUrl"])

    async def chargers(self) -> list[dict[str, Any]]:
        """The user's chargers, as the app sees them."""
        return list((await self.app.call("GET", f"/users/{self.user}/chargers"))["data"])

    async def vehicles(self) -> list[dict[str, Any]]:
        """The user's vehicles, as the app sees them."""
        return list((await self.app.call("GET", f"/users/{self.user}/vehicles"))["data"])

    async def is_valid(self) -> bool:
        """Whether every link of the user works."""
        user = await self.app.call("GET", f"/users/{self.user}")
        return all(link["isValid"] for link in user["linkedVendors"])

    async def asked(self, vendor: str, path: str, *, after: int = 0, username: str = "") -> int:
        """How often a vendor was asked for a path since a request's number, for the user's account or for nobody's."""
        accounts = (None, username or self.username)  # what other tests left behind asks too
        requests = await self.sandbox.requests(vendor, after)
        return sum(seen.path.endswith(path) and seen.account in accounts for seen in requests)

    async def fault(self, vendor: str, *faults: Fault) -> None:
        """Switch exactly these faults on for the user's account there."""
        await self.sandbox.fault(vendor, self.username, *faults)

    async def at_form(self, person: Person, link_url: str) -> Page:
        """Go as far as the form of the vendor that has one."""
        await person.go(link_url)
        return await person.press("Continue")

    async def at_vendor(self, person: Person, link_url: str, **choices: Any) -> Page:
        """Go to the vendor that has its own pages, sign in there, and come back."""
        await person.go(link_url)
        if any("Continue" in form.buttons for form in person.page.forms):
            await person.press("Continue")
        left = await person.follow("Sign in at")
        return await self.come_back(person, left, **choices)

    async def come_back(self, person: Person, left: Page, **choices: Any) -> Page:
        """Do on the vendor's pages what one does there, and come back."""
        return await person.go(await self.answer(left.address, **choices))

    async def answer(self, address: str, **choices: Any) -> str:
        """Where the vendor sends a browser back to that came to this address."""
        choices = {"username": self.username, "password": "right", **choices}
        brought = await sign_in(self.stack.hub.outbound, address, **choices)
        return f"{dict(parse_qsl(urlsplit(address).query))['redirect_uri']}?{urlencode(brought)}"


async def until(seen: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that the workers are about to do."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not await seen():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


async def arrived(person: Person, heading: str) -> Page:
    """Wait on the page until its heading begins like this."""

    async def is_there() -> bool:
        return (await person.reload()).heading.startswith(heading)

    await until(is_there)
    return person.page


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests, each with pages and cookies of its own."""
    async with chromium() as running:
        yield running


@pytest.fixture(scope="session")
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    """The whole server; tests share it, each with an application of its own."""
    async with running_stack(new_database(), **_dial_in()) as running:
        yield running


@pytest.fixture
async def taking(stack: Stack) -> AsyncIterator[None]:
    """Devices may dial in, at the address that the pages show."""
    async with taking_calls(stack.hub, stack.hub.settings.dial_in_port):
        yield


@pytest.fixture
async def world(stack: Stack) -> World:
    """With registrations of its own, so that no other test's accounts have a say in what becomes of its own."""
    world = await new_world(stack)
    for vendor in _VENDORS:
        await stack.register(vendor, world.app.credentials.application_id)
    return world


@pytest.fixture
async def person() -> AsyncIterator[Person]:
    async with Person() as somebody:
        yield somebody


@pytest.fixture
async def still_world(new_database: Callable[[], str], clock: StillClock) -> AsyncIterator[World]:
    """A server of its own, whose clock stands still."""
    async with running_stack(new_database(), clock=clock, **_dial_in()) as running:
        yield await new_world(running)


def _dial_in() -> dict[str, Any]:
    port = free_ports(1)
    return {"dial_in_url": f"ws://127.0.0.1:{port}", "dial_in_port": port}


async def new_world(stack: Stack) -> World:
    """An application, and accounts with two devices at each vendor."""
    world = World(stack, await stack.new_app())
    for vendor in _VENDORS:
        await stack.sandbox.open(vendor, world.username, "right", devices=2)
    return world
