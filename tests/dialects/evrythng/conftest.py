"""The dialect alone, called in this process with keys of every kind."""

from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from tests.support.in_process import client_of
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.access.ids import OrganizationId
from wattlink.domain.organizations.create import create_organization
from wattlink.domain.organizations.operators.create import create_operator_token
from wattlink.wiring import Hub


class Refused(Exception):
    """A failure that was answered."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Caller:
    """Who calls with a key; None: with none."""

    def __init__(self, app: Litestar, key: str | None) -> None:
        self.key = key
        self.http = client_of(app, key)

    async def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        content = None if body is None else msgspec.json.encode(body)
        return await self.http.request(method, path, content=content, headers={"content-type": "application/json"})

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON, None where it has no body; raises Refused."""
        answer = await self.send(method, path, body)
        found = msgspec.json.decode(answer.content) if answer.content else None
        if answer.status_code >= 400:
            raise Refused(answer.status_code, found)
        return found

    async def get(self, path: str) -> Any:
        return await self.call("GET", path)

    async def post(self, path: str, body: Any = None) -> Any:
        return await self.call("POST", path, body)

    async def put(self, path: str, body: Any) -> Any:
        return await self.call("PUT", path, body)

    async def delete(self, path: str) -> Any:
        return await self.call("DELETE", path)

    async def status(self, method: str, path: str, body: Any = None) -> int:
        return (await self.send(method, path, body)).status_code


@dataclass(frozen=True)
class World:
    """An organization with a project and an application, and whoever may call for it."""

    hub: Hub
    app: Litestar
    organization_id: OrganizationId
    operator: Caller
    project: str
    application: str
    public: Caller
    trusted: Caller

    def caller(self, key: str | None) -> Caller:
        return Caller(self.app, key)


@pytest.fixture
def app(hub: Hub) -> Litestar:
    return DIALECTS["evrythng"](hub)


@pytest.fixture
async def ours(hub: Hub, app: Litestar) -> World:
    """An organization."""
    return await new_world(hub, app, "Voltly")


@pytest.fixture
async def theirs(hub: Hub, app: Litestar) -> World:
    """Another one, of the same installation."""
    return await new_world(hub, app, "Amply")


async def new_world(hub: Hub, app: Litestar, name: str) -> World:
    """A new organization, and an application made through the API."""
    async with hub.db.transaction() as tx:
        organization_id = await create_organization(tx, name)
        token = await create_operator_token(tx, organization_id, "console", now=hub.clock())
    operator = Caller(app, token.token)
    project = (await operator.post("/projects", {"name": name}))["id"]
    made = await operator.post(f"/projects/{project}/applications", {"name": name, "socialNetworks": {}})
    secret = await operator.get(f"/projects/{project}/applications/{made['id']}/secretKey")
    return World(
        hub=hub,
        app=app,
        organization_id=organization_id,
        operator=operator,
        project=project,
        application=made["id"],
        public=Caller(app, made["appApiKey"]),
        trusted=Caller(app, secret["secretApiKey"]),
    )
