"""The attacks on linking of the threat model; `docs/security.md` says which test is which, and what else there is."""

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from psycopg import AsyncConnection

from tests.link.conftest import BACK, CHARGER, VEHICLE, World, arrived, new_world, until
from tests.support.confirming import brought_back
from tests.support.person import Page, Person
from tests.support.platform import PlatformApp
from tests.support.stack import Stack
from wattlink.base.ids import new_secret
from wattlink.base.vault import Vault
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import clouds
from wattlink.db.database import Database
from wattlink.domain.access.model import Access
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.model import NewLinkSession
from wattlink.domain.organizations.create import create_application
from wattlink.domain.vendors import store as vendors
from wattlink.link.app import make_app
from wattlink.settings.model import Settings
from wattlink.wiring import open_hub

_WAITS = "One last step in Voltly"
_TOKEN = "/oauth2/v3/token"
_PASSWORD = "S3NT1NEL-passw0rd"


async def _confirmed_link(world: World, *scopes: str, **more: str) -> tuple[str, str]:
    """The id and the URL of a session that its app has to confirm."""
    asked = {"userId": world.user, "scopes": scopes, "redirectUri": BACK, "linkBinding": "confirm", **more}
    made = await PlatformApp(world.app).post("/link-sessions", asked)
    return made["linkSession"]["id"], made["url"]


async def _nothing_is_linked(world: World) -> None:
    assert await world.chargers() == []
    assert await world.vehicles() == []
    assert (await PlatformApp(world.app).get("/accounts"))["data"] == []


async def test_whose_own_link_is_opened_by_a_victim_gets_nothing(world: World) -> None:
    """T1: the attacker's link, the victim's sign-in. She comes back to the app as herself."""
    session_id, url = await _confirmed_link(world, *CHARGER, vendor="easee")
    before = await world.sandbox.last_request()
    async with Person() as victim:
        await world.at_form(victim, url)
        await victim.press("Sign in", username=world.username, password="right")
        code = brought_back(await arrived(victim, _WAITS)).code
        given = {"linkCode": code, "userId": "victim"}
        answer = await PlatformApp(world.app).send("POST", f"/link-sessions/{session_id}/confirm", given)
        assert (answer.status, answer.json["type"]) == (409, "urn:wattlink:problem:link-user-mismatch")
    seen = await PlatformApp(world.app).get(f"/link-sessions/{session_id}")
    assert (seen["state"], seen["reason"], seen["deviceIds"]) == ("failed", "not_confirmed", [])

    async def is_withdrawn() -> bool:
        return await world.asked("easee", "/api/accounts/logout", after=before) == 1

    await until(is_withdrawn)
    await _nothing_is_linked(world)


async def test_who_opens_a_victims_leaked_link_links_nothing_to_her(world: World) -> None:
    """T2: the victim's link, the attacker's sign-in. The attacker can't come back to the app as the victim."""
    session_id, url = await _confirmed_link(world, *CHARGER, vendor="easee")
    async with Person() as attacker, Person() as victim:
        await world.at_form(attacker, url)
        page = await victim.go(url)
        assert (page.status, page.heading) == (403, "Opened in another browser")
        await attacker.press("Sign in", username=world.username, password="right")
        code = brought_back(await arrived(attacker, _WAITS)).code
        given = {"linkCode": code, "userId": "attacker"}
        answer = await PlatformApp(world.app).send("POST", f"/link-sessions/{session_id}/confirm", given)
        assert answer.status == 409
    await _nothing_is_linked(world)


async def _left(world: World, person: Person) -> dict[str, str]:
    """What the browser takes along to the vendor."""
    await person.go(await world.link(*VEHICLE, vendor="TESLA"))
    await person.press("Continue")
    left = await person.follow("Sign in at Tesla")
    return {"address": left.address, **dict(parse_qsl(urlsplit(left.address).query))}


async def test_a_code_that_was_used_is_worthless_in_another_flow(stack: Stack) -> None:
    """T5: somebody finds the code of a sign-in, in a history or a log, and puts it into his own."""
    world, thief = await new_world(stack), await new_world(stack)  # by the same registration
    async with Person() as one, Person() as other:
        callback = await world.answer((await _left(world, one))["address"])
        stolen = parse_qs(urlsplit(callback).query)["code"][0]
        await one.go(callback)
        await arrived(one, "Your 2 cars are linked")
        left = await _left(thief, other)
        page = await other.go(f"{left['redirect_uri']}?{urlencode({'state': left['state'], 'code': stolen})}")
        assert page.heading == "The sign-in was interrupted"
    await _nothing_is_linked(thief)
    assert len(await world.vehicles()) == 2


async def test_a_state_is_good_at_its_own_callback_only(world: World, person: Person) -> None:
    """T6, T7: an evil vendor bounces the browser to an honest one's callback, or the other way round."""
    left = await _left(world, person)
    before = await world.sandbox.last_request()
    async with world.stack.hub.db.read() as reader:
        registered = await vendors.list_registrations(reader)
    own = urlsplit(left["redirect_uri"]).path.rpartition("/")[2]
    ours = (None, world.app.credentials.application_id)
    others = [found for found in registered if found.application_id in ours and str(found.registration_id) != own]
    assert len(others) >= len(clouds()) - 1
    for other in others:
        brought = urlencode({"state": left["state"], "code": "honest"})
        page = await person.go(f"{world.stack.url}/link/callback/{other.registration_id}?{brought}")
        assert page.status == 403, other.vendor
        assert await world.asked(other.vendor, "", after=before) == 0
    assert await world.asked("tesla", _TOKEN, after=before) == 0
    await person.go(await world.answer(left["address"]))
    await arrived(person, "Your 2 cars are linked")


async def test_another_applications_registration_is_out_of_reach(stack: Stack, person: Person) -> None:
    """T8: the callback of A's own registration doesn't take B's state, and A's flow doesn't use the one for all."""
    world, theirs = await new_world(stack), await new_world(stack)
    own = await stack.register("tesla", theirs.app.credentials.application_id)
    left = await _left(world, person)
    assert str(own) not in left["redirect_uri"]
    before = await world.sandbox.last_request()
    page = await person.go(
        f"{world.stack.url}/link/callback/{own}?{urlencode({'state': left['state'], 'code': 'stolen'})}"
    )
    assert page.status == 403
    async with Person() as somebody:
        their_left = await _left(theirs, somebody)
        assert their_left["redirect_uri"].endswith(str(own))
        swapped = their_left["redirect_uri"].replace(str(own), urlsplit(left["redirect_uri"]).path.rpartition("/")[2])
        page = await somebody.go(f"{swapped}?{urlencode({'state': their_left['state'], 'code': 'stolen'})}")
        assert page.status == 403
    assert await world.asked("tesla", _TOKEN, after=before) == 0


async def test_guessed_links_all_look_alike(world: World) -> None:
    """T9: 256 random bits behind every link; whoever guesses learns nothing from the answers."""
    async with Person() as guesser:
        pages = [await guesser.go(f"{world.stack.url}/link/{new_secret()}") for _ in range(100)]
    assert {page.status for page in pages} == {404}
    assert len({re.sub(r'nonce="[^"]+"', "", page.html) for page in pages}) == 1
    assert {page.headers.get("set-cookie") for page in pages} == {None}


async def test_the_logs_know_no_secret(world: World, person: Person, capsys: pytest.CaptureFixture[str]) -> None:
    """T10, T20: neither the link's token, nor states, codes and what was typed."""
    session_id, url = await _confirmed_link(world, *CHARGER, vendor="easee")
    await world.sandbox.change("easee", world.username, password=_PASSWORD)
    await world.at_form(person, url)
    await person.press("Sign in", username=world.username, password=_PASSWORD)
    code = brought_back(await arrived(person, _WAITS)).code
    given = {"linkCode": code, "userId": world.user}
    await PlatformApp(world.app).post(f"/link-sessions/{session_id}/confirm", given)
    async with Person() as other:
        left = await _left(world, other)
        callback = await world.answer(left["address"])
        await other.go(callback)
        await arrived(other, "Your 2 cars are linked")
    logged = "".join(capsys.readouterr())
    assert "/session/{session_id}/sign-in" in logged
    secrets = [url.rpartition("/")[2], code, _PASSWORD, left["state"], parse_qs(urlsplit(callback).query)["code"][0]]
    assert [secret for secret in secrets if secret in logged] == []


async def test_what_comes_back_to_the_app_is_a_code_and_nothing_else(world: World, person: Person) -> None:
    """T13: whoever registers the app's scheme gets no token, no name and no user id."""
    session_id, url = await _confirmed_link(world, *CHARGER, vendor="easee")
    await world.at_form(person, url)
    await person.press("Sign in", username=world.username, password="right")
    page = await arrived(person, _WAITS)
    added = page.link("Continue in").removeprefix(f"{BACK}&")
    assert list(parse_qs(added)) == ["link_session", "link_code"]
    stranger = PlatformApp(await world.stack.new_app("Amply"))
    given = {"linkCode": brought_back(page).code, "userId": world.user}
    assert (await stranger.send("POST", f"/link-sessions/{session_id}/confirm", given)).status == 404


async def test_a_planted_cookie_makes_no_browser_the_sessions(db: Database, dsn: str) -> None:
    """T16: a neighbouring host can plant plain cookies, but none that begins with __Host-; only such a one counts."""
    settings = Settings(database_url=dsn, master_keys={"k1": bytes(32)}, public_url="https://link.example.com")
    async with open_hub(settings) as hub:
        async with hub.db.transaction() as tx:
            made = await create_application(tx, "Voltly")
            asked = NewLinkSession(kinds=(Kind.CHARGER,), scopes=CHARGER, language="en", redirect_uri=BACK)
            access = Access(applications=(made.application_id,))
        session = await create(hub.db, access, "kari", asked, now=hub.clock())
        planted = {"cookie": f"wattlink-{session.session_id.hex}=known"}
        transport = httpx.ASGITransport(make_app(hub))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://behind.the.proxy") as victim:
            opened = await victim.get(f"/{session.token}", headers=planted)
            name, _, secret = opened.headers["set-cookie"].partition(";")[0].partition("=")
            assert name == f"__Host-wattlink-{session.session_id.hex}"
            assert secret != "known"
            page = Page(opened.status_code, str(opened.url), opened.headers, opened.text)
            fields = page.form("Continue").fields
            victim.cookies.clear()
            refused = await victim.post(f"/{session.token}", data=fields, headers=planted)
            assert refused.status_code == 403
            clicked = await victim.post(f"/{session.token}", data=fields, headers={"cookie": f"{name}={secret}"})
            assert clicked.status_code == 303
            known = await victim.get(f"/session/{session.session_id}", headers=planted)
            assert known.status_code == 403


async def test_every_session_has_a_browser_secret_of_its_own(world: World, person: Person) -> None:
    """T16: what one session's cookie is known to somebody says nothing about another's."""
    secrets = set()
    for _ in range(3):
        await person.go(await world.link())
        secrets |= {cookie.value for cookie in person.http.cookie_jar}
    assert len(secrets) == 3
    assert all(len(secret) >= 43 for secret in secrets)


async def test_no_password_is_kept_where_the_vendor_gives_tokens(world: World, person: Person) -> None:
    """T21: all that is sealed is opened and looked through, also what is held back until the app confirms."""
    await world.sandbox.change("easee", world.username, password=_PASSWORD)
    for _ in range(2):
        _, url = await _confirmed_link(world, *CHARGER, vendor="easee")
        await world.at_form(person, url)
        await person.press("Sign in", username=world.username, password=_PASSWORD)
        await arrived(person, _WAITS)
    opened = await everything_sealed(world.stack.hub.settings.database_url, world.stack.hub.vault)
    assert "access_token" in opened
    assert _PASSWORD not in opened


async def everything_sealed(dsn: str, vault: Vault) -> str:
    """What credentials, held grants and steps of sessions hold, in the open."""
    async with await AsyncConnection.connect(dsn) as connection:
        rows = await connection.execute(
            """
            SELECT 'credential.sealed:' || credential_id, sealed FROM credential
            UNION ALL SELECT 'held_grant.sealed.' || session_id, sealed FROM held_grant
            UNION ALL SELECT 'link_session.sealed_step.' || session_id, sealed_step FROM link_session
                       WHERE sealed_step IS NOT NULL
            """
        )
        return "".join([vault.open(sealed, context=context).decode() async for context, sealed in rows])
