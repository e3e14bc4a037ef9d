"""The live suite that comes with EVRYTHNG's own JavaScript SDK, unchanged, against a server at a root of its own."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.npm import NODE, install
from tests.support.stack import Stack, running_stack
from wattlink.base.clock import system_clock
from wattlink.domain.organizations.create import create_organization
from wattlink.domain.organizations.operators.create import create_operator_token

_PACKAGES = ("evrythng@5.4.0", "mocha@6.2.3", "chai@4.5.0", "chai-as-promised@7.1.2")

# Points the SDK at the server; and its own `fetch` takes a body with a GET, which Node's refuses.
_POINT = """
const f = global.fetch
global.fetch = (u, o = {}) => f(u, /^(get|head)$/i.test(o.method || 'get') ? { ...o, body: undefined } : o)
require('evrythng').setup({ apiUrl: process.env.EVRYTHNG_API_URL })
"""

_ABOUT_USERS = (
    "evrythng.js (as Application |as Device"
    "|as Operator (Accesses|Applications|Permissions|Projects|Roles|Secret Key|Application Users)"
    "|Misc (api|pages|Param))"
)
_ABOUT_RECORDS = (  # the first of them makes a user whom the others delete
    "evrythng.js (as Application |as (Trusted Application|Operator) (Actions|Action Types|Products|Thngs)"
    "|Misc (alias|find|rescope|upsert))"
)


class Stats(msgspec.Struct):
    passes: int
    failures: int
    pending: int


class Failed(msgspec.Struct, rename="camel"):
    full_title: str
    err: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.full_title}: {self.err.get('message')}"


class Report(msgspec.Struct):
    """What mocha's reporter writes."""

    stats: Stats
    failures: list[Failed]


@pytest.fixture(scope="module")
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    async with running_stack(new_database(), apart=True, at_root="evrythng") as running:
        yield running


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDK with its suite, installed."""
    folder = install(tmp_path_factory.getbasetemp(), *_PACKAGES).parent
    (folder / "point.js").write_text(_POINT)
    return folder


async def run(suite: Path, stack: Stack, which: str) -> Report:
    """What became of the tests whose titles fit."""
    async with stack.hub.db.transaction() as tx:
        organization_id = await create_organization(tx, "Voltly")
        operator = await create_operator_token(tx, organization_id, "suite", now=system_clock())
    process = await asyncio.create_subprocess_exec(
        NODE,
        "node_modules/mocha/bin/_mocha",
        *("--require", "./point.js", "--exit", "--timeout", "30000", "--reporter", "json"),
        *("node_modules/evrythng/test/e2e/index.spec.js", "-g", which),
        cwd=suite,
        env={**os.environ, "EVRYTHNG_API_URL": stack.root, "OPERATOR_API_KEY": operator.token},
        stdout=asyncio.subprocess.PIPE,
    )
    written, _ = await process.communicate()
    return msgspec.json.decode(written[written.index(b'{\n  "stats"') :], type=Report)


async def test_what_it_says_of_users_holds(suite: Path, stack: Stack) -> None:
    report = await run(suite, stack, _ABOUT_USERS)
    assert [str(failed) for failed in report.failures] == []
    assert report.stats.passes == 44


async def test_what_it_says_of_thngs_products_and_actions_holds(suite: Path, stack: Stack) -> None:
    report = await run(suite, stack, _ABOUT_RECORDS)
    assert [str(failed) for failed in report.failures] == []
    assert report.stats.passes == 57
