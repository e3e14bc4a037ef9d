"""The dialect alone, called in this process, by operators of two organizations and by applications."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from tests.support.clock import YEAR
from tests.support.in_process import client_of
from tests.support.stack import Stack, running_stack
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.access.ids import OrganizationId
from wattlink.domain.organizations.create import create_application, create_organization
from wattlink.domain.organizations.model import NewApplication
from wattlink.domain.organizations.operators.create import create_operator_token
from wattlink.wiring import Hub


class Caller:
    """Who calls with a token. `path` is percent-encoded already."""

    def __init__(self, app: Litestar, token: str) -> None:
        self.token = token
        self.http = client_of(app, f"Bearer {token}")

    async def get(self, path: str, **query: str | int) -> httpx.Response:
        return await self.http.get(path, params=query or None)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.http.post(path, content=None if body is None else msgspec.json.encode(body))

    async def put(self, path: str, body: Any) -> httpx.Response:
        return await self.http.put(path, content=msgspec.json.encode(body))

    async def patch(self, path: str, body: Any) -> httpx.Response:
        return await self.http.patch(path, content=msgspec.json.encode(body))

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(path)


class Organization:
    """An organization, with an operator's token and a first application."""

    def __init__(self, organization_id: OrganizationId, operator: Caller, application: NewApplication) -> None:
        self.organization_id = organization_id
        self.operator = operator
        self.application = application


@pytest.fixture(scope="session")
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    """A `wattlink serve` with workers and simulated vendors; tests share it, each with an organization of its own."""
    async with running_stack(new_database(), apart=True, dialect_hosts={"platform.example": "platform"}) as running:
        yield running


@pytest.fixture
def app(hub: Hub) -> Litestar:
    return DIALECTS["platform"](hub)


@pytest.fixture
async def ours(hub: Hub, app: Litestar) -> Organization:
    """An organization."""
    return await new_organization(hub, app, "Voltly")


@pytest.fixture
async def theirs(hub: Hub, app: Litestar) -> Organization:
    """Another one, of the same installation."""
    return await new_organization(hub, app, "Amply")


async def new_organization(hub: Hub, app: Litestar, name: str) -> Organization:
    """A new organization."""
    async with hub.db.transaction() as tx:
        organization_id = await create_organization(tx, name)
        made = await create_application(tx, name, organization_id=organization_id)
        token = await create_operator_token(tx, organization_id, "console", now=hub.clock())
    return Organization(organization_id, Caller(app, token.token), made)


@pytest.fixture
def operator(ours: Organization) -> Caller:
    """Our operator."""
    return ours.operator


@pytest.fixture
async def application(hub: Hub, app: Litestar, ours: Organization) -> Caller:
    """Our application's backend."""
    return await application_of(hub, app, ours)


async def application_of(hub: Hub, app: Litestar, organization: Organization) -> Caller:
    """The backend of an organization's first application."""
    made = organization.application
    issued = await hub.authenticator.issue(str(made.client_id), made.client_secret, seconds=YEAR)
    return Caller(app, issued.token)
