"""A person and the demo app, without scripts: link, watch, lose the link, mend it, end it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest

from tests.demo.conftest import Voltly
from tests.support.person import Page, Person

_PATIENCE_SECONDS = 60.0
_LOST = ("We lost the link to your Easee account", "Sign in to your account again", "Needs you", "Not reachable")


@pytest.fixture
async def nora(voltly: Voltly) -> AsyncIterator[Person]:
    """Somebody with the app open in a plain browser."""
    async with Person() as person:
        await person.go(f"{voltly.url}/")
        yield person


async def test_linking_shows_a_tile_and_verified_webhooks(voltly: Voltly, nora: Person) -> None:
    assert "Nothing is linked yet" in nora.page.text
    page = await _link_charger(nora)
    assert "Easee Home" in page.text
    assert "Reachable" in page.text
    page = await _until(nora, lambda page: "user:charger:discovered" in page.text)
    assert "Verified" in page.text
    accounts = await voltly.sandbox.control("GET", "/accounts")
    (charger,) = next(account["devices"] for account in accounts if account["username"] == "nora@example.com")
    assert f"Easee Home {charger['vendor_device_id']}" in page.text  # in the tile, and of the event
    assert f"{charger['name']} ({charger['vendor_device_id']})" in page.text
    assert "refused" not in page.text


async def test_a_link_that_broke_is_told_and_mended_under_the_same_id(voltly: Voltly, nora: Person) -> None:
    before = _device_ids(await _link_charger(nora))
    await nora.press("Withdraw access")
    await _until(nora, lambda page: all(told in page.text for told in _LOST))

    page = await nora.press("Reconnect")
    await nora.go(page.address)
    await _sign_in(nora)
    page = await _until(nora, lambda page: "Needs you" not in page.text)
    assert "We lost the link" not in page.text
    assert _device_ids(page) == before


async def test_charging_is_stopped_and_started_and_the_webhook_says_so(voltly: Voltly, nora: Person) -> None:
    accounts = await voltly.sandbox.control("GET", "/accounts")
    (charger,) = next(account["devices"] for account in accounts if account["username"] == "nora@example.com")
    charging = {"car": "charging", "wants_kwh": 40.0, "next": time.time() + 86_400}
    await voltly.sandbox.change("easee", "nora@example.com", devices={charger["vendor_device_id"]: charging})
    await _link_charger(nora)
    await nora.press("Stop charging")
    await _until(nora, lambda page: "Start charging" in _buttons(page))
    page = await _until(nora, lambda page: "charger, confirmed" in page.text)
    assert "user:vendor-action:updated" in page.text
    await nora.press("Start charging")
    await _until(nora, lambda page: "Stop charging" in _buttons(page))


async def test_an_outage_asks_nothing_of_anybody(voltly: Voltly, nora: Person) -> None:
    await _link_charger(nora)
    page = await nora.press("Start an outage")
    assert "End the outage" in [button for form in page.forms for button in form.buttons]
    assert "Needs you" not in page.text
    assert "Reconnect" not in page.text


async def test_what_is_bought_and_sold_appears_and_disappears(voltly: Voltly, nora: Person) -> None:
    first = _device_ids(await _link_charger(nora))
    await nora.press("Buy a device")
    page = await _until(nora, lambda page: len(_device_ids(page)) == 2)
    assert first < _device_ids(page)
    page = await nora.press("Disconnect")
    assert "Nothing is linked yet" in page.text


async def test_who_turns_back_is_told_and_nothing_is_linked(voltly: Voltly, nora: Person) -> None:
    page = await nora.press("Link a vehicle")
    page = await nora.go(page.address)
    page = await nora.follow("Not now")
    assert page.address == f"{voltly.url}/"
    assert "Nothing is linked yet" in page.text
    assert any("/dismiss" in form.action for form in page.forms)


async def _link_charger(nora: Person) -> Page:
    page = await nora.press("Link a charger")
    await nora.go(page.address)
    await nora.press("Continue")
    await nora.press("E Easee")
    return await _sign_in(nora)


async def _sign_in(nora: Person) -> Page:
    """From the review on to the app, with its list of devices."""
    await nora.press("Sign in at Easee", username="nora@example.com", password="charge-at-home")
    await _until(nora, lambda page: page.refresh is None)
    page = await nora.follow("Back to Voltly")
    return await nora.go(page.address)


async def _until(person: Person, holds: Callable[[Page], bool]) -> Page:
    """Reload, as the page does by itself, until it shows what is awaited."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            if holds(page := await person.reload()):
                return page
            await asyncio.sleep(0.1)


def _buttons(page: Page) -> list[str]:
    return [words for form in page.forms for words in form.buttons]


def _device_ids(page: Page) -> set[str]:
    return {form.action.rpartition("/")[2] for form in page.forms if form.action.startswith("/refresh/")}
