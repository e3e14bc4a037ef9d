"""Pages within a frame: for the sites that an application lists, for its sessions, and for nobody else."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest

from tests.link.conftest import BACK, CHARGER, VEHICLE, World
from tests.support.framing import may_be_framed_by
from tests.support.person import Page, Person
from wattlink.connectors.devices import Kind
from wattlink.db.database import Database
from wattlink.domain.access.model import Access
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.model import NewLinkSession
from wattlink.domain.organizations.change import ApplicationChanges, change_application
from wattlink.domain.organizations.create import create_application
from wattlink.link.app import make_app
from wattlink.settings.model import Settings
from wattlink.wiring import open_hub

_SITES = ("https://app.example.com", "http://localhost:3000")
_IN_FRAME = {"sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}


def _is_unframed(page: Page) -> bool:
    headers = {name.lower(): value for name, value in page.headers.items()}
    return "frame-ancestors 'none';" in headers["content-security-policy"] and headers["x-frame-options"] == "DENY"


async def test_every_page_of_a_session_names_the_sites_and_only_them(world: World, person: Person) -> None:
    await may_be_framed_by(world.app, *_SITES)
    pages = [await person.go(await world.link()), await person.press("Continue")]
    pages += [await person.press("E Easee"), await person.press("Sign in", username=world.username, password="wrong")]
    async with Person() as other:
        pages.append(await other.go(await world.link()))
        other.http.cookie_jar.clear()
        pages.append(await other.press("Continue"))  # refused
    for page in pages:
        assert f"frame-ancestors {' '.join(_SITES)};" in page.headers["content-security-policy"]
        assert "x-frame-options" not in {name.lower() for name in page.headers}


async def test_nobody_else_s_pages_can_be_framed(world: World, person: Person) -> None:
    assert _is_unframed(await person.go(await world.link()))
    await may_be_framed_by(world.app, *_SITES)
    stranger = World(world.stack, await world.stack.new_app("Amply"))
    assert _is_unframed(await person.go(await stranger.link()))
    assert _is_unframed(await person.go(f"{world.stack.url}/link/unknown"))
    assert _is_unframed(await person.go(f"{world.stack.url}/brands"))
    await may_be_framed_by(world.app)
    assert _is_unframed(await person.go(await world.link()))


async def test_the_vendor_is_never_within_the_frame(world: World, person: Person) -> None:
    await may_be_framed_by(world.app, *_SITES)
    await person.go(await world.link(*VEHICLE, vendor="TESLA"))
    page = await person.press("Continue")
    assert 'rel="noreferrer" target="_top"' in page.html
    async with person.http.get(
        f"{world.stack.url}{page.link('Sign in at Tesla')}",
        headers={**_IN_FRAME, "sec-fetch-site": "same-origin"},
        allow_redirects=False,
    ) as answer:
        assert answer.headers["location"].startswith("/link/session/")


async def test_the_way_out_of_a_frame_is_worth_nothing_to_another_site_or_in_a_mail(
    world: World, person: Person
) -> None:
    """Else somebody's own session could be planted in another person's browser, past its welcome."""
    await may_be_framed_by(world.app, *_SITES)
    await person.go(await world.link(*VEHICLE, vendor="TESLA"))
    page = await person.press("Continue")
    way_out = f"{world.stack.url}{page.link('Sign in at Tesla')}"
    ours = {"sec-fetch-dest": "document", "sec-fetch-site": "same-origin"}
    for told in (
        {},
        {**ours, "sec-fetch-site": "none"},
        {**ours, "sec-fetch-site": "cross-site"},
        {**ours, "sec-fetch-site": "same-site"},
        {**ours, "sec-fetch-dest": "iframe"},
    ):
        async with Person(**told) as other, other.http.get(way_out, allow_redirects=False) as answer:
            assert answer.status == 403, told
            assert "set-cookie" not in answer.headers
    async with Person(**ours) as outside:
        for spoilt in (way_out[:-2], way_out.replace("outside=", "outside=A"), way_out.partition("&outside=")[0]):
            async with outside.http.get(spoilt, allow_redirects=False) as answer:
                assert answer.status == 403
        async with outside.http.get(way_out, allow_redirects=False) as answer:
            assert answer.headers["location"].startswith(f"{world.sandbox.base}/tesla/auth/")
        await may_be_framed_by(world.app)
    async with Person(**ours) as late, late.http.get(way_out, allow_redirects=False) as answer:
        assert answer.status == 403


class Shown(NamedTuple):
    """The first page over https, and a session's address."""

    client: httpx.AsyncClient
    path: str


@pytest.fixture
async def shown(db: Database, dsn: str) -> AsyncIterator[Shown]:
    """Behind a proxy that ends TLS; the application lists a site."""
    settings = Settings(database_url=dsn, master_keys={"k1": bytes(32)}, public_url="https://link.example.com")
    async with open_hub(settings) as hub:
        async with hub.db.transaction() as tx:
            made = await create_application(tx, "Voltly")
            access = Access(applications=(made.application_id,))
            await change_application(tx, access, ApplicationChanges(frame_origins=_SITES[:1]))
        asked = NewLinkSession(kinds=(Kind.CHARGER,), scopes=CHARGER, language="en", redirect_uri=BACK)
        session = await create(hub.db, access, "kari", asked, now=hub.clock())
        transport = httpx.ASGITransport(make_app(hub))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://behind.the.proxy") as client:
            yield Shown(client, f"/{session.token}")


async def test_a_cookie_within_a_frame_is_of_that_site_s_frames_only(shown: Shown) -> None:
    framed = (await shown.client.get(shown.path, headers=_IN_FRAME)).headers["set-cookie"]
    parts = {part.strip().lower() for part in framed.split(";")}
    assert {"samesite=none", "secure", "httponly", "partitioned", "path=/"} <= parts
    assert framed.startswith("__Host-wattlink-")
    alone = (await shown.client.get(shown.path)).headers["set-cookie"].lower()
    assert "samesite=lax" in alone
    assert "partitioned" not in alone


async def test_a_browser_that_keeps_no_cookie_in_frames_is_led_out(shown: Shown) -> None:
    opened = await shown.client.get(shown.path, headers=_IN_FRAME)
    fields = Page(200, "", opened.headers, opened.text).form("Continue").fields
    shown.client.cookies.clear()
    told = {**_IN_FRAME, "sec-fetch-site": "same-origin"}
    answer = await shown.client.post(shown.path, data=fields, headers=told)
    page = Page(answer.status_code, "", answer.headers, answer.text)
    assert page.forms == []
    assert page.link("Continue") == ""  # the same address once more
    assert 'href="" target="_top"' in page.html
    assert (await shown.client.post(shown.path, data=fields)).status_code == 403
