"""What an attacker finds: the same headers everywhere, no request without its page, nothing typed that is kept."""

import httpx
import msgspec
import pytest
from psycopg import AsyncConnection, sql

from tests.link.conftest import World, arrived
from tests.support.person import Person
from tests.support.stack import App, Stack
from wattlink.connectors.devices import Kind
from wattlink.db.database import Database
from wattlink.domain.access.model import Access
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.model import NewLinkSession
from wattlink.domain.organizations import store as organizations
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.model import Branding
from wattlink.link.app import make_app
from wattlink.settings.model import Settings
from wattlink.wiring import open_hub

_PASSWORD = "S3NT1NEL-passw0rd"
_TABLES = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"


async def _every_answer(world: World, person: Person) -> dict[str, tuple[int, dict[str, str]]]:
    """Status and headers of an answer of each sort."""
    page = await world.at_form(person, await world.link())
    session, assets = page.address, page.html.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    tried = {
        "page": ("GET", session),
        "redirect": ("POST", f"{session}/brand"),
        "refused": ("POST", f"{session}/cancel"),
        "progress": ("GET", f"{session}/progress"),
        "asset": ("GET", world.stack.url + assets),
        "unknown": ("GET", f"{world.stack.url}/link/unknown"),
        "deep": ("GET", f"{world.stack.url}/link/a/b/c"),
        "method": ("PUT", session),
        "root": ("GET", f"{world.stack.url}/link"),
        "callback": ("GET", f"{world.stack.url}/link/callback/x"),
    }
    fields = {**page.form("E Easee").fields, "vendor": "easee"}
    answers = {}
    for name, (method, url) in tried.items():
        data = fields if name == "redirect" else None
        async with person.http.request(method, url, data=data, allow_redirects=False) as answer:
            answers[name] = (answer.status, {key.lower(): value for key, value in answer.headers.items()})
    return answers


async def test_every_answer_carries_the_headers(world: World, person: Person) -> None:
    answers = await _every_answer(world, person)
    assert {name: status for name, (status, _) in answers.items()} == {
        "page": 200,
        "redirect": 303,
        "refused": 403,
        "progress": 200,
        "asset": 200,
        "unknown": 404,
        "deep": 404,
        "method": 405,
        "root": 404,
        "callback": 404,
    }
    for name, (_, headers) in answers.items():
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert headers["x-frame-options"] == "DENY", name
        assert headers["referrer-policy"] == "no-referrer", name
        assert headers["x-content-type-options"] == "nosniff", name
        assert headers["cross-origin-opener-policy"] == "same-origin", name
        assert headers["cross-origin-resource-policy"] == "same-origin", name
        assert "camera=()" in headers["permissions-policy"], name
        assert headers["cache-control"] == ("no-store" if name != "asset" else "public, max-age=31536000, immutable")
    assert "form-action 'self'" in answers["page"][1]["content-security-policy"]


async def test_nonces_differ_and_are_those_of_the_page(world: World, person: Person) -> None:
    link, nonces = await world.link(), set()
    for _ in range(3):
        page = await person.go(link)
        nonce = page.headers["content-security-policy"].partition("'nonce-")[2].partition("'")[0]
        assert page.html.count(f'nonce="{nonce}"') == page.html.count("nonce=") > 0
        assert " style=" not in page.html
        assert " onclick=" not in page.html
        nonces.add(nonce)
    assert len(nonces) == 3


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "null"},
    ],
)
async def test_another_sites_request_changes_nothing(world: World, person: Person, headers: dict[str, str]) -> None:
    page = await world.at_form(person, await world.link())
    fields = {**page.form("E Easee").fields, "vendor": "easee"}
    async with person.http.post(f"{page.address}/brand", data=fields, headers=headers) as answer:
        assert answer.status == 403
    assert (await person.go(page.address)).heading == "Which brand is it?"


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "null"}, {"sec-fetch-site": "same-origin", "origin": "null"}, {"sec-fetch-site": "none"}]
)
async def test_a_browser_that_says_little_is_not_refused(world: World, person: Person, headers: dict[str, str]) -> None:
    page = await world.at_form(person, await world.link())
    fields = {**page.form("E Easee").fields, "vendor": "easee"}
    async with person.http.post(f"{page.address}/brand", data=fields, headers=headers) as answer:
        assert "Sign in to Easee" in await answer.text()


@pytest.mark.parametrize("path", ["brand", "sign-in", "pairing", "cancel"])
@pytest.mark.parametrize("check", [None, "", "0" * 64, "é"])
async def test_without_the_pages_token_nothing_is_done(
    world: World, person: Person, path: str, check: str | None
) -> None:
    page = await world.at_form(person, await world.link())
    fields = {"vendor": "easee", "username": world.username, "password": "right", "done": "later"}
    if check is not None:
        fields["check"] = check
    async with person.http.post(f"{page.address}/{path}", data=fields) as answer:
        assert answer.status == 403
    assert (await person.go(page.address)).heading == "Which brand is it?"


async def test_leaving_for_the_vendor_needs_the_token_too(world: World, person: Person) -> None:
    await person.go(await world.link("vehicle:read:data", vendor="TESLA"))
    page = await person.press("Continue")
    for query in ("", "?check=", f"?check={'0' * 64}"):
        assert (await person.go(f"{page.address}/leave{query}")).status == 403
    headers = {"sec-fetch-site": "cross-site"}
    leave = world.stack.url + page.link("Sign in at Tesla")
    async with person.http.get(leave, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 403
    async with person.http.get(leave, allow_redirects=False) as answer:
        assert answer.status == 303


async def test_nobody_is_taken_past_what_is_consented_to(world: World, person: Person) -> None:
    await person.go(await world.link("vehicle:read:data", vendor="TESLA"))
    page = await person.press("Continue")
    page = await person.go(f"{page.address}?go")  # as the app may link to, which knows the session
    assert page.link("Sign in at Tesla")
    assert page.refresh is None


async def test_a_token_of_one_session_is_none_of_another(world: World, person: Person) -> None:
    first = await world.at_form(person, await world.link())
    second = await world.at_form(person, await world.link())
    fields = {**first.form("E Easee").fields, "vendor": "easee"}
    async with person.http.post(f"{second.address}/brand", data=fields) as answer:
        assert answer.status == 403


async def test_what_is_too_long_or_missing_is_not_tried(world: World, person: Person) -> None:
    page = await world.at_form(person, await world.link(vendor="EASEE"))
    fields, before = page.form("Sign in").fields, await world.sandbox.last_request()
    for username, password in (("", "x"), ("x", ""), ("x" * 255, "x"), ("x", "x" * 513)):
        typed = {**fields, "username": username, "password": password}
        async with person.http.post(f"{page.address}/sign-in", data=typed) as answer:
            assert "That did not match" not in await answer.text()
    async with person.http.post(f"{page.address}/sign-in", data={**fields, "password": "x" * 17_000}) as answer:
        assert answer.status == 413
    assert await world.asked("easee", "", after=before) == 0


@pytest.mark.parametrize(("encoding", "value"), [("nosuch", b"v"), ("utf-8", b"\xff")])
async def test_a_form_that_no_page_of_ours_sends_is_refused(
    world: World, person: Person, encoding: str, value: bytes
) -> None:
    page = await world.at_form(person, await world.link(vendor="EASEE"))
    named = f'Content-Disposition: form-data; name="check"\r\nContent-Type: text/plain; charset={encoding}'
    body = b"--x\r\n" + named.encode() + b"\r\n\r\n" + value + b"\r\n--x--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=x"}
    async with person.http.post(f"{page.address}/sign-in", data=body, headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    ("public_url", "is_https"), [("https://link.example.com", True), ("http://localhost:8080", False)]
)
async def test_the_public_url_decides_about_cookies_and_transport(
    db: Database, dsn: str, public_url: str, *, is_https: bool
) -> None:
    """Not the socket: TLS may end at a proxy, and the app behind it is spoken to over http."""
    settings = Settings(database_url=dsn, master_keys={"k1": bytes(32)}, public_url=public_url)
    async with open_hub(settings) as hub:
        async with hub.db.transaction() as tx:
            application = await create_application(tx, "Voltly")
            access = Access(applications=(application.application_id,))
            asked = NewLinkSession(
                kinds=(Kind.CHARGER,), scopes=("charger:read:data",), language="en", redirect_uri="yourapp://done"
            )
        session = await create(hub.db, access, "kari", asked, now=hub.clock())
        transport = httpx.ASGITransport(make_app(hub))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://behind.the.proxy") as client:
            page = await client.get(f"/{session.token}", headers={"x-forwarded-proto": "gopher"})
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-wattlink-" if is_https else "wattlink-")
    assert ("Secure" in cookie) == is_https
    for attribute in ("HttpOnly", "Path=/", "SameSite=lax", "Max-Age=86400"):
        assert attribute in cookie
    assert "Domain" not in cookie
    assert ("strict-transport-security" in page.headers) == is_https


async def test_what_is_typed_is_nowhere_but_at_the_vendor(
    world: World, person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    await world.at_form(person, await world.link(vendor="EASEE"))
    await world.sandbox.change("easee", world.username, password=_PASSWORD)
    for password in (f"{_PASSWORD}-wrong", _PASSWORD):
        page = await person.press("Sign in", username=world.username, password=password)
        assert _PASSWORD not in page.html
    await arrived(person, "Your 2 chargers are linked")
    async with await AsyncConnection.connect(world.stack.hub.settings.database_url) as connection:
        tables = await connection.execute(_TABLES)
        for (table,) in await tables.fetchall():
            rows = await connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
            kept = "".join(row for (row,) in await rows.fetchall())
            for typed in (_PASSWORD, world.username):
                assert typed not in kept, table
                assert typed.encode().hex() not in kept, table
    assert _PASSWORD not in caplog.text


_MARKUP = "<img src=x onerror=alert(1)>\"'&{{7*7}}"


async def test_names_from_outside_are_text(stack: Stack, person: Person) -> None:
    branding = Branding(
        name=_MARKUP,
        logo="https://evil.example/logo.svg",
        accent="red;}</style><script>",
        radius=10_000,
        privacy_url="javascript:alert(1)",
        support_url="data:text/html,x",
    )
    async with stack.hub.db.transaction() as tx:
        made = await create_application(tx, "Voltly")
        kept = await organizations.get_application(tx, made.application_id)
        await organizations.put_application(tx, msgspec.structs.replace(kept, branding=branding))  # kept unchecked
    app = App(stack, made)
    await app.sign_in()
    world = World(stack, app)
    account = await stack.sandbox.open("easee", world.username, "right", devices=1)
    (device,) = account["devices"]
    await stack.sandbox.change("easee", world.username, devices={device["vendor_device_id"]: {"name": _MARKUP}})
    pages = [await person.go(await world.link(vendor="EASEE"))]
    pages.append(await person.press("Continue"))
    await person.press("Sign in", username=_MARKUP, password="wrong")
    pages.append(person.page)
    await person.press("Sign in", username=world.username, password="right")
    pages.append(await arrived(person, "Your charger is linked"))
    for page in pages:
        assert _MARKUP in page.text
        assert "<img" not in page.html
        assert "<script>" not in page.html
        assert "evil.example" not in page.html
        assert not any(link.address.startswith(("javascript:", "data:")) for link in page.links)
        assert "--radius:24px" in page.html
    assert pages[2].form("Sign in").fields["username"] == _MARKUP


async def test_an_application_shows_its_own_looks(stack: Stack, person: Person) -> None:
    branding = Branding(
        name="Voltly Home",
        logo="data:image/png;base64,iVBORw0KGgo=",
        accent="#AA3300",
        radius=0,
        privacy_url="https://voltly.example/privacy",
        support_url="https://voltly.example/help",
    )
    async with stack.hub.db.transaction() as tx:
        made = await create_application(tx, "Voltly", branding=branding)
    app = App(stack, made)
    await app.sign_in()
    page = await person.go(await World(stack, app).link(colorScheme="dark"))
    assert page.heading == "Link your charger to Voltly Home"
    assert '<img src="data:image/png;base64,iVBORw0KGgo=" alt="Voltly Home">' in page.html
    assert 'data-scheme="dark"' in page.html
    assert "--radius:0px;--accent:#aa3300;" in page.html
    assert "prefers-color-scheme" not in page.html
    assert page.link("Privacy at Voltly Home") == "https://voltly.example/privacy"
    assert page.link("Help") == "https://voltly.example/help"
