"""The guide to application users can be copied and pasted: every example is run in one shell, in its order."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable

import msgspec
import pytest

from tests.house.source import ROOT
from tests.support.processes import plain_environment
from tests.support.stack import Stack, running_stack
from wattlink.domain.organizations.create import create_organization
from wattlink.domain.organizations.operators.create import create_operator_token

_GUIDE = (ROOT / "docs" / "application-users.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SHOWN = "\necho\n"  # answers have no line end of their own


@pytest.fixture
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    async with running_stack(new_database(), at_root="evrythng") as running:
        yield running


async def test_the_examples_do_what_the_guide_says(stack: Stack) -> None:
    async with stack.hub.db.transaction() as tx:
        organization_id = await create_organization(tx, "Voltly")
        operator = await create_operator_token(tx, organization_id, "console", now=stack.hub.clock())
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-e",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=plain_environment(EVRYTHNG=stack.root, OPERATOR_KEY=operator.token),
    )
    printed, said = await process.communicate(_SHOWN.join([*_BLOCK.findall(_GUIDE), ""]).encode())
    assert (process.returncode, said) == (0, b"")
    answers = [msgspec.json.decode(part) for part in re.split(rb"\n(?=[{\[])|(?<=})(?={)", printed) if part.strip()]
    anna, anonymous, carla, came_in, with_access, changed, things, for_anna, permissions = answers
    assert (anna["firstName"], anonymous["status"], carla["status"]) == ("Anna", "anonymous", "inactive")
    assert (came_in["evrythngUser"], with_access["access"]["actor"]) == (anna["id"], anna["id"])
    assert (changed["customFields"], things) == ({"tariff": "night"}, [])
    assert for_anna["id"] == for_anna["access"]["user"] == anna["id"] != for_anna["access"]["actor"]
    assert permissions[-1] == {"path": "/thngs", "access": "r"}
