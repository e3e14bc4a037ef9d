"""The pages for everybody: every brand and every intervention in every language, kept, listed, and nobody on them."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from tests.link.conftest import VEHICLE, World, arrived
from tests.support.person import Person
from tests.support.stack import running_stack
from wattlink.connectors.registry import clouds
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.interventions import catalogue
from wattlink.domain.interventions.catalogue import LINK_AGAIN
from wattlink.link.texts.languages import spoken


def _paths() -> Iterator[str]:
    yield "/brands"
    yield from (f"/brands/{vendor}" for vendor in clouds())
    yield from (f"/interventions/{found.entry.id}" for found in catalogue.entries())


@pytest.mark.parametrize("language", sorted(spoken()))
async def test_every_brand_and_every_intervention_has_its_page(world: World, person: Person, language: str) -> None:
    for path in _paths():
        page = await person.go(f"{world.stack.url}{path}?lang={language}")
        assert page.status == 200, path
        assert page.headers["content-language"].startswith(language)
        assert f'<html lang="{language}' in page.html
        assert page.html.count("<h1>") == page.html.count("<main>") == 1
        assert "set-cookie" not in page.headers
        assert "<script" not in page.html
        assert [
            link.address for link in page.links if link.address.startswith("/") and "lang=" not in link.address
        ] == []


async def test_a_brand_leads_to_what_may_need_somebody(world: World, person: Person) -> None:
    page = await person.go(f"{world.stack.url}/brands")
    assert page.heading == "Brands that can be linked"
    page = await person.follow("T Tesla")
    assert page.heading == "Tesla"
    for sentence in (
        "You go to auth.tesla.com, sign in there, and come back.",
        "We never see your password.",
        "Start and stop charging your car",
        "Unlock, start or drive your car",
        "Norway",
    ):
        assert sentence in page.text
    page = await person.follow("Mobile access is switched off in the car")
    assert page.heading == "Mobile access is switched off in the car"
    assert "<strong>Allow Mobile Access</strong>" in page.html
    assert "Who has to act You yourself Where it is done At the device itself What it is about Your device" in page.text
    assert (await person.follow("Tesla")).heading == "Tesla"
    page = await person.follow("Sign in to your account again")
    assert urlsplit(page.address).path == f"/interventions/{LINK_AGAIN}"
    assert "With every brand" in page.text


async def test_what_is_typed_on_our_page_is_told_as_it_is(world: World, person: Person) -> None:
    page = await person.go(f"{world.stack.url}/brands/easee")
    assert "You type your user name and password on our page, and we sign you in at Easee." in page.text
    assert "Your password goes to Easee once, to sign you in. Then we forget it." in page.text


async def test_the_browser_s_language_is_spoken_until_another_is_chosen(world: World) -> None:
    async with Person(language="de-AT,en;q=0.5") as somebody:
        page = await somebody.go(f"{world.stack.url}/brands/tesla?lang=xx")
        assert (page.headers["content-language"], page.headers["vary"]) == ("de-AT", "Accept-Language")
        assert page.links[0].address == "/brands"
        page = await somebody.follow("français")
        assert page.headers["content-language"] == "fr"
        page = await somebody.follow("Toutes les marques")
        assert (page.headers["content-language"], urlsplit(page.address).query) == ("fr", "lang=fr")


async def test_search_engines_find_each_language_once(world: World, person: Person) -> None:
    page = await person.go(f"{world.stack.url}/brands/tesla")
    public_url = world.stack.hub.settings.public_url
    assert f'<link rel="canonical" href="{public_url}/brands/tesla?lang=en">' in page.html
    assert f'<link rel="alternate" hreflang="x-default" href="{public_url}/brands/tesla">' in page.html
    for language in spoken():
        address = f"{public_url}/brands/tesla?lang={language}"
        assert f'<link rel="alternate" hreflang="{language}" href="{address}">' in page.html
    assert "noindex" not in page.html + page.headers["x-robots-tag"]


@pytest.mark.parametrize("path", ["/brands", "/brands/tesla", f"/interventions/{LINK_AGAIN}"])
async def test_a_page_is_kept_and_asked_for_again_in_vain(world: World, path: str) -> None:
    async with Person() as first:
        page = await first.go(f"{world.stack.url}{path}")
    assert page.headers["cache-control"].startswith("public, max-age=")
    async with Person(**{"if-none-match": f'"other", W/{page.headers["etag"]}'}) as again:
        same = await again.go(f"{world.stack.url}{path}")
        assert (same.status, same.html, same.headers["etag"]) == (304, "", page.headers["etag"])
        assert (await again.go(f"{world.stack.url}{path}?lang=de")).status == 200


@pytest.mark.parametrize("path", ["/brands", "/brands/tesla", f"/interventions/{LINK_AGAIN}"])
async def test_what_only_looks_whether_a_page_is_there_is_told(world: World, path: str) -> None:
    async with world.stack.http.head(f"{world.stack.url}{path}") as answer:
        assert (answer.status, await answer.read()) == (200, b"")
        assert answer.headers["etag"]


async def test_headers_are_as_strict_as_the_link_ui_s_and_let_no_script_run(world: World, person: Person) -> None:
    headers = (await person.go(f"{world.stack.url}/brands")).headers
    assert "script-src" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path",
    [
        "/brands/acme",
        "/brands/Tesla/more",
        "/interventions",
        "/interventions/nonsense",
        "/interventions/00000000-0000-4000-8000-000000000000",
        "/brands/%3Cscript%3E",
    ],
)
async def test_what_is_not_there_says_so_in_plain_words(world: World, person: Person, path: str) -> None:
    page = await person.go(f"{world.stack.url}{path}?lang=de")
    assert (page.status, page.heading) == (404, "Diese Seite gibt es nicht")
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    assert "script" not in page.html
    assert (
        await person.go(f"{world.stack.url}{page.links[0].address}")
    ).heading == "Marken, die verbunden werden können"


async def test_an_intervention_s_id_is_good_in_any_case(world: World, person: Person) -> None:
    assert (await person.go(f"{world.stack.url}/interventions/{LINK_AGAIN.upper()}")).status == 200


async def test_where_a_dialect_has_a_host_of_its_own_these_are_its_addresses(new_database: Callable[[], str]) -> None:
    async with running_stack(new_database(), dialect_hosts={"enode-api.example.com": "enode"}) as stack:
        async with stack.http.get(f"{stack.url}/interventions", headers={"host": "enode-api.example.com"}) as answer:
            assert answer.content_type != "text/html"
        async with stack.http.get(f"{stack.url}/interventions/{LINK_AGAIN}") as answer:
            assert answer.content_type == "text/html"


async def test_nobody_is_on_them(world: World, person: Person) -> None:
    async with Person() as linking:
        await world.at_vendor(linking, await world.link(*VEHICLE, vendor="TESLA"))
        await arrived(linking, "Your 2 cars are linked")
    vehicles = await world.vehicles()
    private = [world.user, "Voltly", str(world.app.credentials.application_id), *(each["id"] for each in vehicles)]
    for path in _paths():
        html = (await person.go(f"{world.stack.url}{path}")).html
        assert [word for word in private if word in html] == [], path


async def test_programs_find_every_api_and_every_page_that_the_index_names(world: World, person: Person) -> None:
    index = await person.go(f"{world.stack.url}/llms.txt")
    assert index.headers["content-type"] == "text/plain; charset=utf-8"
    links = re.findall(r"^- \[[^\]]+\]\(([^)]+)\): .+$", index.html, re.MULTILINE)
    assert {urlsplit(link).path.split("/")[1] for link in links} == {*DIALECTS, "brands"}
    for link in links:
        assert link.startswith(f"{world.stack.url}/")
        assert (await person.go(link)).status == 200, link


async def test_who_is_lost_is_told_where_the_index_is(world: World, person: Person) -> None:
    page = await person.go(f"{world.stack.url}/")
    assert page.status == 404
    assert "/llms.txt" in page.html
