"""The dialect alone, called in this process by a partner's backend."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from tests.support.clock import YEAR
from tests.support.in_process import client_of
from tests.support.stack import Stack, running_stack
from wattlink.dialects.podero import BASE
from wattlink.dialects.podero.app import make_app
from wattlink.domain.access.model import Access
from wattlink.domain.organizations.create import create_application, create_organization
from wattlink.domain.organizations.model import NewApplication
from wattlink.wiring import Hub


class Partner:
    """A partner's backend; paths are below its organization."""

    def __init__(self, app: Litestar, hub: Hub, org_id: str, client: NewApplication, token: str) -> None:
        self.hub = hub
        self.org_id = org_id
        self.client = client
        self.token = token
        self.access = Access(applications=(client.application_id,))
        self.http = client_of(app, f"Bearer {token}")

    async def send(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        content = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        return await self.http.request(method, f"{BASE}/org/{self.org_id}{path}", content=content, params=query or None)

    async def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The answer's JSON, of what has to succeed."""
        answer = await self.send(method, path, body, **query)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def refusal(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        """The status and the detail of what has to fail."""
        answer = await self.send(method, path, body, **query)
        assert answer.headers["content-type"] == "application/json"
        return answer.status_code, answer.json()["detail"]

    async def new_user(self, email: str = "customer@example.com", **said: Any) -> Any:
        """A new user."""
        return await self.call("POST", "/users", {"role": "user", "email": email, **said})


@pytest.fixture(scope="session")
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    """A `wattlink serve` with workers and simulated vendors; tests share it, each with applications of its own."""
    async with running_stack(new_database(), apart=True, dialect_hosts={"podero.example": "podero"}) as running:
        yield running


@pytest.fixture
async def partner(hub: Hub) -> Partner:
    """A partner's backend."""
    return await new_partner(hub, "Voltly")


@pytest.fixture
async def other_partner(hub: Hub) -> Partner:
    """Another one's."""
    return await new_partner(hub, "Amply")


async def new_partner(hub: Hub, name: str) -> Partner:
    """The backend of a new organization."""
    async with hub.db.transaction() as tx:
        organization_id = await create_organization(tx, name)
        made = await create_application(tx, name, organization_id=organization_id)
    issued = await hub.authenticator.issue(str(made.client_id), made.client_secret, seconds=YEAR)
    return Partner(make_app(hub), hub, str(organization_id), made, issued.token)
