"""Every API of ours is also a page: complete, its links lead somewhere, and nothing is loaded from anywhere."""

import re
from collections.abc import Mapping
from typing import Any, Literal

import pytest

from tests.support.chromium import chromium, is_fine
from tests.support.in_process import client_of
from wattlink.dialects.registry import DIALECTS
from wattlink.sandbox.api.app import make_app as make_sandbox_app
from wattlink.web.docs.page import page_of
from wattlink.web.docs.shapes import bounds, shape
from wattlink.wiring import Hub

_MAKERS = {**DIALECTS, "platform/sandbox": make_sandbox_app}


@pytest.mark.parametrize("name", _MAKERS)
async def test_a_page_tells_the_whole_document(hub: Hub, name: str) -> None:
    http = client_of(_MAKERS[name](hub), None)
    document = (await http.get("/openapi.json")).json()
    answer = await http.get("/docs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    ids = set(re.findall(r' id="([^"]+)"', answer.text))
    operations = {one["operationId"] for methods in document["paths"].values() for one in methods.values()}
    assert operations | set(document["components"]["schemas"]) <= ids
    links = re.findall(r'href="([^"]+)"', answer.text)
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= ids
    assert [link for link in links if not link.startswith("#")] == [f"https://link.example.com/{name}/openapi.json"]
    assert (await http.get("/docs")).text == answer.text


async def test_a_page_says_how_a_key_is_sent_and_where_none_is_needed(hub: Hub) -> None:
    page = (await client_of(_MAKERS["evrythng"](hub), None).get("/docs")).text
    assert "A key, as it is, in the header <code>Authorization</code>." in page
    assert "getTime; takes no token" in re.sub(r"<[^>]+>", "", page)


@pytest.mark.parametrize("name", _MAKERS)
async def test_a_page_loads_and_runs_nothing(hub: Hub, name: str) -> None:
    answer = await client_of(_MAKERS[name](hub), None).get("/docs")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search(r"<(script|img|link|iframe|form)|\bsrc=|\bstyle=|\bon\w+=|@import|url\(", answer.text)


@pytest.mark.browser
async def test_a_page_reads_well_on_a_phone_and_on_a_desk(hub: Hub) -> None:
    pages = {name: (await client_of(make(hub), None).get("/docs")) for name, make in _MAKERS.items()}
    async with chromium() as browser:
        for width in (360, 1280):
            scheme: Literal["light", "dark"] = "light" if width == 360 else "dark"
            context = await browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
            for name, answer in pages.items():
                page = await context.new_page()
                await page.set_content(answer.text)
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
                if width == 360 or name == "podero":  # one page has the colours of all
                    await is_fine(page)
                await page.close()


def test_what_a_document_says_can_t_become_markup() -> None:
    document: dict[str, Any] = {
        "info": {"title": "<b>", "version": "1"},
        "servers": [{"url": "https://a.example/<x>"}],
        "components": {"schemas": {"A<i>": {"type": "object", "description": "`<u>` & <s>"}}},
        "paths": {"/<p>": {"get": {"operationId": "x", "description": "<em>", "responses": {}}}},
    }
    html = page_of(document).content
    assert "<code>&lt;u&gt;</code> &amp; &lt;s&gt;" in html
    assert not any(f"<{tag}>" in html for tag in ("b", "x", "i", "u", "s", "em"))


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"$ref": "#/components/schemas/Vehicle"}, "Vehicle"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Vehicle"}}, "list of Vehicle"),
        ({"oneOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}, "date-time or null"),
        ({"enum": ["a", "b", None]}, "a | b | null"),
        ({"type": ["integer", "null"]}, "integer or null"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "map of names to number"),
        ({"type": "object", "additionalProperties": False}, "object"),
        ({}, "anything"),
    ],
)
def test_a_schema_is_told_in_words(schema: Mapping[str, Any], told: str) -> None:
    assert "".join(part.text for part in shape(schema)) == told


def test_bounds_are_told_too() -> None:
    assert bounds({"type": "integer", "minimum": 1.0, "default": 0}) == ["at least 1", "0 if it isn't given"]
    assert bounds({"oneOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]}) == ["at most 5 letters"]
    assert bounds({"type": "array", "minItems": 1, "items": {"pattern": "^a"}}) == ["at least 1 of them", "matches ^a"]
