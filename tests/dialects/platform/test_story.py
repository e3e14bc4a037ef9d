"""An app's whole life as its operator leads it over HTTP: made, registered at a vendor, linked by a person, ended."""

import asyncio
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.support.linking import Login
from tests.support.stack import Stack
from tests.support.walk import walk
from wattlink.base.ids import new_id
from wattlink.connectors.registry import manifests, simulator
from wattlink.domain.organizations.create import create_organization
from wattlink.domain.organizations.operators.create import create_operator_token

_PATIENCE_SECONDS = 60.0
_REDIRECTING = sorted(vendor for vendor, manifest in manifests().items() if manifest.sign_in.way == "redirect")


class Backend:
    """Who calls the server with a token."""

    def __init__(self, stack: Stack, base: str, token: str) -> None:
        self._stack = stack
        self._base = base
        self._headers = {"authorization": f"Bearer {token}"}

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and the JSON that is answered."""
        data = None if body is None else msgspec.json.encode(body)
        url = f"{self._stack.url}{self._base}{path}"
        async with self._stack.http.request(method, url, data=data, headers=self._headers) as answer:
            content = await answer.read()
            return answer.status, msgspec.json.decode(content) if content else None


@pytest.mark.parametrize("vendor", _REDIRECTING)
async def test_an_app_lives_and_ends_by_its_operator_s_hand(stack: Stack, vendor: str) -> None:
    operator = await new_operator(stack)
    made = await granted(operator, "POST", "/applications", {"name": "Ampere", "redirectUris": ["ampere://done"]})
    path = f"/applications/{made['application']['id']}"
    client = simulator(vendor).DEMO_REGISTRATION
    registration = {
        "clientId": client.client_id,
        "clientSecret": client.client_secret,
        "options": dict(client.options),
        "hosts": stack.sandbox.hosts(vendor),
    }
    await granted(operator, "PUT", f"{path}/registrations/{vendor}", registration)
    enode = Backend(stack, "/enode", await fetch_token(stack, made))
    await link(stack, enode, vendor)

    status, problem = await operator.ask("DELETE", f"{path}/registrations/{vendor}")
    assert (status, problem["type"]) == (409, "urn:wattlink:problem:still-in-use")
    status, problem = await operator.ask("DELETE", path)
    assert (status, problem["type"]) == (409, "urn:wattlink:problem:still-in-use")
    await granted(enode, "DELETE", "/users/ada")
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while (await operator.ask("DELETE", path))[0] != 204:
            pass  # until the vendor has heard that its access is withdrawn
    assert (await operator.ask("GET", path))[0] == 404
    assert await left_over(stack, made["application"]["id"]) == {}


async def new_operator(stack: Stack) -> Backend:
    async with stack.hub.db.transaction() as tx:
        organization_id = await create_organization(tx, "Ampere & Sons")
        made = await create_operator_token(tx, organization_id, "console", now=stack.hub.clock())
    return Backend(stack, "/platform", made.token)


async def granted(backend: Backend, method: str, path: str, body: Any = None) -> Any:
    status, answer = await backend.ask(method, path, body)
    assert status < 300, answer
    return answer


async def fetch_token(stack: Stack, made: dict[str, Any]) -> str:
    basic = aiohttp.encode_basic_auth(made["clientId"], made["clientSecret"])
    url, form = f"{stack.url}/platform/oauth2/token", {"grant_type": "client_credentials"}
    async with stack.http.post(url, headers={"authorization": basic}, data=form) as answer:
        token: str = (await answer.json())["access_token"]
        return token


async def link(stack: Stack, enode: Backend, vendor: str) -> None:
    manifest = manifests()[vendor]
    login = Login(f"{new_id()}@example.com", "right")
    await stack.sandbox.open(vendor, login.username, login.password)
    session = {
        "vendor": next(iter(manifest.names["enode"].values())),
        "scopes": [scope for scope in manifest.scopes if scope.endswith(":read:data")],
        "language": "en-US",
        "redirectUri": "ampere://done",
    }
    opened = await granted(enode, "POST", "/users/ada/link", session)
    await walk(opened["linkUrl"], login, stack.hub.outbound)
    assert (await granted(enode, "GET", "/users/ada"))["linkedVendors"]


async def left_over(stack: Stack, application_id: str) -> dict[str, int]:
    """How many rows of each table are still the application's, save what happened and what was delivered of it."""
    async with stack.hub.db.read() as reader:
        tables = await reader.all(
            str,
            """
            SELECT relname::text FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
             WHERE attname = 'application_id' AND relkind IN ('r', 'p') AND NOT relispartition
               AND relname NOT IN ('event', 'delivery')
            """,
        )
        assert "device" in tables
        found = {}
        for table in tables:
            sql: Any = f"SELECT count(*) FROM {table} WHERE application_id = %(application_id)s"  # noqa: S608
            found[table] = await reader.one(int, sql, application_id=application_id)
    return {table: number for table, number in found.items() if number}
