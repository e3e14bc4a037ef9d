"""The dialect alone, with a stand-in for Facebook and one for an OpenID provider."""

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from tests.dialects.evrythng.conftest import World
from tests.support.answering import Answering, answering
from tests.support.clock import StillClock
from tests.support.graph import APP_ID, APP_SECRET, StubGraph
from wattlink.settings.model import Settings
from wattlink.wiring import Hub, open_hub


@pytest.fixture
def graph() -> StubGraph:
    return StubGraph()


@pytest.fixture
async def graph_server(graph: StubGraph) -> AsyncIterator[Answering]:
    async with answering(graph) as running:
        yield running


@pytest.fixture
async def hub(dsn: str, clock: StillClock, graph_server: Answering) -> AsyncIterator[Hub]:
    settings = Settings(
        database_url=dsn,
        master_keys={"k1": bytes(32)},
        public_url="https://link.example.com",
        outbound_allow=[ip_network("127.0.0.0/8")],
        facebook_graph_url=graph_server.url,
    )
    async with open_hub(settings, clock=clock) as opened:
        yield opened


async def give_facebook(world: World) -> str:
    """The application has our stand-in's Facebook app; the path of its document."""
    path = f"/projects/{world.project}/applications/{world.application}"
    await world.operator.put(path, {"socialNetworks": {"facebook": {"appId": APP_ID, "appSecret": APP_SECRET}}})
    return path
