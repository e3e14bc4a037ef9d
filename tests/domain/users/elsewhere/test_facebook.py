"""A Facebook token opens the door to whom Facebook says it is, for our own app only; and nobody else."""

from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any

import pytest

from tests.support.answering import Answering, answering
from tests.support.clock import StillClock
from tests.support.graph import APP_ID, APP_SECRET, StubGraph
from wattlink.base.ids import new_id
from wattlink.base.outbound import Outbound
from wattlink.domain.access.ids import ApplicationId, IdentityServiceId
from wattlink.domain.errors import SignInRefused, SignInUnavailable
from wattlink.domain.users.elsewhere.facebook import Graph
from wattlink.domain.users.elsewhere.model import IdentityService, Person, ServiceKind

_CLOCK = StillClock()
_ADA = "10207059"


@pytest.fixture
def stub() -> StubGraph:
    return StubGraph()


@pytest.fixture
async def server(stub: StubGraph) -> AsyncIterator[Answering]:
    async with answering(stub) as running:
        yield running


@pytest.fixture
async def graph(server: Answering) -> AsyncIterator[Graph]:
    async with Outbound(allowed=[ip_network("127.0.0.0/8")]) as outbound:
        yield Graph(outbound, server.url)


SERVICE = IdentityService(
    service_id=IdentityServiceId(new_id()),
    application_id=ApplicationId(new_id()),
    name="facebook",
    kind=ServiceKind.FACEBOOK,
    issuer=None,
    client_id=APP_ID,
    sealed_secret=b"",
    scopes=[],
    redirect_uris=[],
    created_at=_CLOCK(),
)


async def person_of(graph: Graph, token: str, secret: str = APP_SECRET) -> Person:
    return (await graph.inspect(SERVICE, secret, token, now=_CLOCK())).person


async def test_what_permissions_show_is_told_and_the_rest_left_out(graph: Graph, stub: StubGraph) -> None:
    stub.sign_in("all", _ADA, email="ada@example.com", first_name="Ada", last_name="Lovelace", birthday="12/10/1915",
                 gender="female", locale="en_GB",
                 picture={"data": {"url": "https://pictures.example.com/1.jpg", "is_silhouette": False}})  # fmt: skip
    stub.sign_in("little", _ADA, birthday="12/10", gender="custom", locale={}, picture="none", first_name=7)
    namespace = f"facebook:{APP_ID}"
    assert await person_of(graph, "all") == Person(
        namespace=namespace,
        subject=_ADA,
        email="ada@example.com",
        first_name="Ada",
        last_name="Lovelace",
        profile={
            "birthday": {"day": 10, "month": 12, "year": 1915},
            "gender": "female",
            "locale": "en-GB",
            "photo": "https://pictures.example.com/1.jpg",
        },
    )
    assert await person_of(graph, "little") == Person(namespace=namespace, subject=_ADA)


@pytest.mark.parametrize(
    "debug",
    [
        {"app_id": "999"},
        {"app_id": None},
        {"is_valid": False},
        {"is_valid": "true"},
        {"expires_at": int(_CLOCK().timestamp())},
        {"expires_at": "soon"},
        {"type": "PAGE"},
        {"user_id": None},
        {"user_id": ""},
    ],
)
async def test_a_token_of_another_app_or_none_any_more_is_refused(
    graph: Graph, stub: StubGraph, server: Answering, debug: dict[str, Any]
) -> None:
    """What is shown of the person isn't even asked for."""
    stub.sign_in("token", _ADA, debug=debug)
    with pytest.raises(SignInRefused):
        await person_of(graph, "token")
    assert [path for path, _ in server.asked] == ["/debug_token"]


@pytest.mark.parametrize("token", ["unknown", "", "x" * 5000, "sp ace", "t\u00f6ken", "a\nb"])
async def test_what_is_no_token_is_refused(graph: Graph, token: str) -> None:
    with pytest.raises(SignInRefused):
        await person_of(graph, token)


async def test_a_wrong_app_secret_lets_nobody_in(graph: Graph, stub: StubGraph) -> None:
    stub.sign_in("token", _ADA)
    with pytest.raises(SignInRefused):
        await person_of(graph, "token", secret="old")


@pytest.mark.parametrize(
    "says",
    [
        (500, {}),
        (503, b"<html>"),
        (200, b"<html>"),
        (200, []),
        (200, {"data": []}),
        (200, b"[" * 100_000),
        (200, b'{"data": "' + b"x" * 400_000 + b'"}'),
        (400, {"error": {"code": 4, "message": "Application request limit reached"}}),
        (400, {"error": "no"}),
        (302, {}),
        (429, {}),
    ],
)
async def test_an_outage_or_nonsense_is_nobodys_fault(graph: Graph, stub: StubGraph, says: tuple[int, Any]) -> None:
    stub.says = says
    with pytest.raises(SignInUnavailable):
        await person_of(graph, "token")


async def test_one_who_turns_into_somebody_else_is_nobody(graph: Graph, stub: StubGraph) -> None:
    stub.sign_in("token", _ADA)
    stub.people["token"] = {"id": "42"}
    with pytest.raises(SignInUnavailable):
        await person_of(graph, "token")


async def test_nobody_listens(graph: Graph, server: Answering) -> None:
    async with Outbound(allowed=[ip_network("127.0.0.0/8")]) as outbound:
        with pytest.raises(SignInUnavailable):
            await person_of(Graph(outbound, "http://127.0.0.1:1"), "token")
