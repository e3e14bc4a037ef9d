"""The guide to signing in elsewhere can be copied and pasted: every example is run, in its order."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest

from tests.house.source import ROOT
from tests.support.answering import answering
from tests.support.graph import StubGraph
from tests.support.processes import plain_environment
from tests.support.stack import Stack, running_stack
from wattlink.dialects.evrythng.ids import uuid_of
from wattlink.domain.organizations.create import create_organization
from wattlink.domain.organizations.operators.create import create_operator_token

_GUIDE = (ROOT / "docs" / "signing-in-elsewhere.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^ *```(sh|json)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


@pytest.fixture
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    graph = StubGraph(app_secret="...")
    graph.sign_in("EAAB...", "1020")
    async with answering(graph) as server, running_stack(new_database(), facebook_graph_url=server.url) as running:
        yield running


async def environment_of(stack: Stack) -> dict[str, str]:
    """What the examples suppose."""
    hub = stack.hub
    async with hub.db.transaction() as tx:
        organization_id = await create_organization(tx, "Voltly")
        token = await create_operator_token(tx, organization_id, "console", now=hub.clock())

    async def post(path: str, body: Any) -> Any:
        headers = {"authorization": token.token}
        async with stack.http.post(f"{stack.url}/evrythng{path}", json=body, headers=headers) as answer:
            return await answer.json()

    project = await post("/projects", {"name": "Cars"})
    app = await post(f"/projects/{project['id']}/applications", {"name": "Voltly", "socialNetworks": {}})
    return plain_environment(
        WATTLINK=stack.url,
        EVRYTHNG=f"{stack.url}/evrythng",
        OPERATOR_TOKEN=token.token,
        PROJECT=project["id"],
        APPLICATION=app["id"],
        APPLICATION_ID=str(uuid_of("application", app["id"])),
        APP_KEY=app["appApiKey"],
    )


async def test_the_examples_do_what_the_guide_says(stack: Stack) -> None:
    environment = await environment_of(stack)
    answers: list[dict[str, Any]] = []
    for kind, text in _BLOCK.findall(_GUIDE):
        if kind == "json":
            expected = msgspec.json.decode(text)
            if answers[-1].get("status") != 403:  # codes can't be copied from a page
                assert answers[-1].keys() == expected.keys()
            continue
        process = await asyncio.create_subprocess_shell(text, env=environment, stdout=asyncio.subprocess.PIPE)
        printed, _ = await process.communicate()
        answers.append(msgspec.json.decode(printed))
    provider, application, by_facebook, begun, by_code, by_token = answers
    assert provider["callbackUrl"].startswith(f"{stack.url}/link/signed-in/")
    assert application["socialNetworks"] == {"facebook": {"appId": "138483919580948"}}
    assert by_facebook["socialNetworkId"] == "1020"
    assert begun["url"].startswith(f"{stack.url}/link/sign-in/")
    assert [by_code["status"], by_token["status"]] == [403, 400]  # `...` is no nonce
