"""The whole way through a link session, as a person who has nothing against it walks it."""

import asyncio
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.support.linking import Login
from tests.support.person import Page, Person
from tests.support.vendor_pages import sign_in
from wattlink.base.outbound import Outbound

_PATIENCE_SECONDS = 60.0


async def walk(
    link_url: str,
    login: Login,
    outbound: Outbound,
    *,
    pairs: bool = False,
    brand: str = "no brand is asked for",
    without: frozenset[str] = frozenset(),
) -> Page:
    """Consent, sign in, wait, and end on the last page; `pairs` says "I have done this" when asked for a pairing.

    Where a brand must be chosen, it is the one whose button begins with `brand`. `without` are the vendor's scopes
    that are left out on its own page.
    """
    pairing = "I have done this" if pairs else "Do it later"
    async with Person() as person, asyncio.timeout(_PATIENCE_SECONDS):
        page = await person.go(link_url)
        while not _is_last(page):
            if leaving := _leaving(page):
                page = await _at_vendor(person, await person.follow(leaving), login, outbound, without=without)
            else:
                page = await _step(person, page, login, choices=("Continue", "Sign in", brand, pairing))
        return page


def _is_last(page: Page) -> bool:
    """Whether there is nothing to do but to go back to the app."""
    return page.refresh is None and not page.forms


def _leaving(page: Page) -> str | None:
    """The words of the link to the vendor's own pages; None where our form asks for the password."""
    if any("password" in form.fields for form in page.forms):
        return None
    return next((link.text for link in page.links if link.text.startswith("Sign in at")), None)


async def _step(person: Person, page: Page, login: Login, *, choices: Sequence[str]) -> Page:
    buttons = [words for form in page.forms for words in form.buttons]
    if any("password" in form.fields for form in page.forms):
        return await person.press("Sign in", username=login.username, password=login.password)
    for words in choices:
        if any(button.startswith(words) for button in buttons):
            return await person.press(words)
    if page.refresh is None:
        raise AssertionError(f"nowhere to go from {page.heading!r}: {page.text[:300]}")
    await asyncio.sleep(0.05)
    return await person.reload()


async def _at_vendor(person: Person, left: Page, login: Login, outbound: Outbound, *, without: frozenset[str]) -> Page:
    """Sign in on the vendor's own pages and come back through our callback."""
    home = dict(parse_qsl(urlsplit(left.address).query))["redirect_uri"]
    answer = await sign_in(outbound, left.address, username=login.username, password=login.password, without=without)
    return await person.go(f"{home}?{urlencode(answer)}")
