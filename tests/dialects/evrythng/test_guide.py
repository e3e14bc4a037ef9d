"""The guides to application users and thngs can be copied and pasted: every example is run in one shell, in order."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest

from tests.house.source import ROOT
from tests.support.processes import plain_environment
from tests.support.stack import Stack, running_stack
from wattlink.domain.organizations.create import create_organization
from wattlink.domain.organizations.operators.create import create_operator_token

_GUIDE = (ROOT / "docs" / "application-users.md").read_text(encoding="utf-8")
_THNGS = (ROOT / "docs" / "thngs.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SHOWN = "\necho\n"  # answers have no line end of their own


@pytest.fixture
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    async with running_stack(new_database(), at_root="evrythng") as running:
        yield running


async def test_the_examples_do_what_the_guide_says(stack: Stack) -> None:
    answers = await ran(stack, [*_BLOCK.findall(_GUIDE)])
    anna, anonymous, carla, came_in, with_access, changed, things, for_anna, permissions = answers
    assert (anna["firstName"], anonymous["status"], carla["status"]) == ("Anna", "anonymous", "inactive")
    assert (came_in["evrythngUser"], with_access["access"]["actor"]) == (anna["id"], anna["id"])
    assert (changed["customFields"], things) == ({"tariff": "night"}, [])
    assert for_anna["id"] == for_anna["access"]["user"] == anna["id"] != for_anna["access"]["actor"]
    assert permissions[-1] == {"path": "/thngs", "access": "r"}


async def test_the_examples_of_thngs_go_on_from_there(stack: Stack) -> None:
    answers = await ran(stack, [*_BLOCK.findall(_GUIDE), *_BLOCK.findall(_THNGS)])
    scan, kettles, kettle, session = answers[-4:]
    assert (scan["type"], scan["thng"]) == ("scans", kettle["id"])
    assert [found["id"] for found in kettles] == [kettle["id"]]
    assert kettles[0]["scopes"]["users"] == [scan["user"]]
    assert session["linkSession"]["state"] == "created"


async def ran(stack: Stack, examples: list[str]) -> list[Any]:
    """What a shell prints that runs these examples, one after the other."""
    async with stack.hub.db.transaction() as tx:
        organization_id = await create_organization(tx, "Voltly")
        operator = await create_operator_token(tx, organization_id, "console", now=stack.hub.clock())
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-e",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=plain_environment(EVRYTHNG=stack.root, WATTLINK=stack.url, OPERATOR_KEY=operator.token),
    )
    printed, said = await process.communicate(_SHOWN.join([*examples, ""]).encode())
    assert (process.returncode, said) == (0, b"")
    return [msgspec.json.decode(part) for part in re.split(rb"\n(?=[{\[])|(?<=})(?=[{\[])", printed) if part.strip()]
