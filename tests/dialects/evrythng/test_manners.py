"""How every call is made and answered, whatever it is about."""

from urllib.parse import quote

import httpx
import pytest

from tests.dialects.evrythng.acting import user_of
from tests.dialects.evrythng.conftest import Caller, World
from tests.support.clock import StillClock
from wattlink.domain.users.throttling.model import KEYS_OF_A_NETWORK

_PAGE = {"origin": "https://app.example"}
_ERROR = {"status", "errors", "moreInfo"}


async def test_a_slash_at_the_end_changes_nothing(ours: World) -> None:
    made = await ours.operator.send("POST", "/projects/", {"name": "Cars"})
    assert (made.status_code, made.json()["name"]) == (201, "Cars")
    path = f"/projects/{ours.project}/applications/"
    assert (await ours.operator.send("GET", path)).status_code == 200
    assert (await ours.public.send("POST", "/auth/evrythng/users/?anonymous=true")).status_code == 201


async def test_a_body_that_is_announced_may_be_missing(ours: World) -> None:
    user = await user_of(ours)
    assert await user.post("/auth/all/logout") == {"logout": "ok"}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("PATCH", "/projects"), ("GET", "/projects/a/b/c/d")]
)
async def test_what_is_not_there_is_told_in_evrythngs_words(ours: World, method: str, path: str) -> None:
    answer = await ours.operator.send(method, path)
    assert (answer.status_code, answer.json()["status"]) in ((404, 404), (405, 405))
    assert set(answer.json()) == _ERROR
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("content", [b"{", b"[]", b"null", b'{"name": "\\u0000"}', b"\xff", b'{"name": 1}'])
async def test_a_body_that_cannot_be_read_is_told_in_evrythngs_words(ours: World, content: bytes) -> None:
    answer = await ours.operator.http.post("/projects", content=content)
    assert (answer.status_code, set(answer.json())) == (400, _ERROR)


async def test_a_page_of_any_origin_may_call_and_read_where_a_list_goes_on(ours: World) -> None:
    wanted = {"access-control-request-method": "PUT", "access-control-request-headers": "authorization,content-type"}
    asked = await ours.caller(None).http.options(f"/users/{ours.project}", headers={**_PAGE, **wanted})
    assert asked.status_code in (200, 204)
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "PUT" in asked.headers["access-control-allow-methods"]
    assert {"authorization", "content-type"} <= {
        name.strip().lower() for name in asked.headers["access-control-allow-headers"].split(",")
    }
    for caller, status in ((ours.operator, 200), (ours.caller(None), 401)):
        answer = await caller.http.get("/projects", headers=_PAGE)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, "*")
        exposed = answer.headers["access-control-expose-headers"].lower()
        assert {"link", "x-result-count", "location"} <= {name.strip() for name in exposed.split(",")}


async def test_no_cache_keeps_an_answer_and_no_browser_takes_it_for_a_page(ours: World) -> None:
    user = await user_of(ours)
    secret = f"/projects/{ours.project}/applications/{ours.application}/secretKey"
    for caller, path in (
        (user, "/accesses"),
        (ours.operator, secret),
        (ours.public, "/applications/me"),
        (ours.public, "/users"),
        (ours.caller(None), "/access"),
        (ours.operator, "/nothing"),
    ):
        headers = (await caller.send("GET", path)).headers
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff"), path
    page = await ours.caller(None).http.get("/docs")
    assert page.headers.get_list("cache-control") == ["no-cache"]
    assert page.headers.get_list("x-content-type-options") == ["nosniff"]


async def test_who_tries_many_keys_is_told_to_wait_and_who_has_one_is_not(ours: World, clock: StillClock) -> None:
    gone = await user_of(ours)
    await gone.post("/auth/all/logout")
    for number in range(KEYS_OF_A_NETWORK.most - 1):
        assert await ours.caller(f"wlk{number:077}").status("GET", "/access") == 403
        assert await gone.status("GET", "/access") == 403  # the same wrong key again is no guess
    answer = await ours.caller("no key of ours").send("GET", "/access")
    assert (answer.status_code, answer.headers["retry-after"], set(answer.json())) == (429, "9", _ERROR)
    assert await gone.status("GET", "/access") == 403
    assert [await caller.status("GET", "/access") for caller in (ours.operator, ours.public)] == [200, 200]
    clock.forward(seconds=9)
    assert await ours.caller("no key of ours").status("GET", "/access") == 403


async def test_what_was_made_is_found_where_the_answer_says(ours: World) -> None:
    served = Caller(ours.app, ours.operator.key)
    served.http = httpx.AsyncClient(
        transport=httpx.ASGITransport(ours.app, root_path="/evrythng"),  # type: ignore[arg-type]
        base_url="http://api",
        headers={"authorization": ours.operator.key or ""},
    )
    for caller, prefix in ((ours.operator, ""), (served, "/evrythng")):
        for path, body in (
            ("/projects", {"name": "Cars"}),
            (f"/projects/{ours.project}/applications", {"name": "Voltly", "socialNetworks": {}}),
            ("/roles", {"name": f"Reader{prefix}", "type": "userInApp", "version": 2}),
            ("/thngs", {"name": "Kettle"}),
            ("/products", {"name": "Kettle"}),
        ):
            made = await caller.send("POST", path, body)
            assert made.status_code == 201, made.text
            assert made.headers["location"] == f"{prefix}{path}/{made.json()['id']}"
            assert await caller.status("GET", made.headers["location"].removeprefix(prefix)) == 200


async def test_a_list_is_asked_for_by_filters_ids_and_order(ours: World) -> None:
    names = ["a&b=c", "a", "(x), y!"]
    made = {name: (await ours.operator.post("/projects", {"name": name, "tags": [name]}))["id"] for name in names}

    async def listed(query: str) -> list[str]:
        return [found["name"] for found in await ours.operator.get(f"/projects?{query}")]

    for name in names:
        escaped = "".join(f"\\{letter}" if letter in "&|!><=~(),\\" else letter for letter in name)
        assert await listed(f"filter={quote(f'name={escaped}')}") == [name]
        assert await listed(f"filter={quote(f'tags={escaped}')}&perPage=") == [name]
    both = f"ids={made['a']}%2C{made['a&b=c']}"
    assert await listed(both) == ["a", "a&b=c"]
    assert await listed(f"{both}&sortOrder=ASCENDING") == ["a&b=c", "a"]
    shown = await ours.operator.get(f"/projects/{made['a']}?withScopes=true")
    assert shown["scopes"]["projects"] == [made["a"]]


@pytest.mark.parametrize("query", ["perPage=0", "perPage=101", "perPage=x", "page=0", "sortOrder=UP", "filter=name"])
async def test_a_query_that_cannot_be_used_names_its_key(ours: World, query: str) -> None:
    answer = await ours.operator.send("GET", f"/projects?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith(query.partition("=")[0])


@pytest.mark.parametrize("order", ["ASCENDING", "DESCENDING"])
async def test_a_token_that_leads_nowhere_is_named_as_it_was_sent(ours: World, order: str) -> None:
    answer = await ours.operator.send("GET", f"/thngs?nextPageToken=x&sortOrder={order}")
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        ["nextPageToken: isn't a cursor that was given to you"],
    )
