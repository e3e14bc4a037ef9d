"""Tesla's clouds on a free port, somebody's garage there, and the connector on the other side of real HTTP."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from aiohttp import web

from tests.support.clock import StillClock
from tests.support.linking import Login, connect, link
from tests.support.sandbox import RunningSandbox
from wattlink.base.outbound import Answer, Outbound
from wattlink.connectors.contract import Connector, Credential, Grant
from wattlink.connectors.devices import Document, Kind, Vehicle
from wattlink.connectors.registry import manifest_of
from wattlink.sandbox.server import serving

LOGIN = Login("somebody@example.com", "the-right-password")
SCOPES = frozenset(manifest_of("tesla").scopes)


Told = Mapping[str, tuple[int, Any]]
Vendor = Callable[..., AbstractAsyncContextManager[Connector]]

FORM = {"content-type": "application/x-www-form-urlencoded"}
HOME = (Kind.BATTERY, Kind.INVERTER, Kind.METER)


class Garage:
    """An account with cars, and us with the connector."""

    def __init__(self, connector: Connector, outbound: Outbound, sandbox: RunningSandbox) -> None:
        self.connector = connector
        self.outbound = outbound
        self.sandbox = sandbox

    async def link(self, scopes: frozenset[str] = SCOPES) -> Grant:
        """Sign in on the vendor's pages and allow everything."""
        return await link("tesla", self.connector, self.outbound, LOGIN, scopes)

    async def read(
        self, credential: Credential, last: Mapping[str, Document] | None = None, scopes: frozenset[str] = SCOPES
    ) -> dict[str, Vehicle]:
        """The cars by VIN."""
        readings = await self.connector.read(credential, frozenset({Kind.VEHICLE}), scopes, last or {})
        cars = {reading.vendor_device_id: reading.document for reading in readings}
        assert all(isinstance(car, Vehicle) for car in cars.values())
        return cars  # type: ignore[return-value]

    async def read_home(
        self, credential: Credential, last: Mapping[str, Document] | None = None, scopes: frozenset[str] = SCOPES
    ) -> dict[str, Document]:
        """The devices of the account's homes."""
        readings = await self.connector.read(credential, frozenset(HOME), scopes, last or {})
        return {reading.vendor_device_id: reading.document for reading in readings}

    async def knobs(self, **knobs: Any) -> None:
        """Turn knobs of the account."""
        await self.sandbox.change("tesla", LOGIN.username, knobs=knobs)

    async def car_knobs(self, vin: str, **knobs: Any) -> None:
        """Turn knobs of one car, or of one device of a home."""
        await self.sandbox.change("tesla", LOGIN.username, devices={vin: knobs})

    async def send(self, credential: Credential, method: str, path: str, body: Any = None) -> Answer:
        """A request of a foreign client to the European API."""
        headers = {"authorization": f"Bearer {credential.access_token}", "content-type": "application/json"}
        sent = msgspec.json.encode(body) if body is not None else None
        url = f"{self.sandbox.hosts('tesla')['api_eu']}{path}"
        return await self.outbound.send(method, url, headers=headers, body=sent)


@pytest.fixture
async def garage(sandbox: RunningSandbox, outbound: Outbound, clock: StillClock) -> Garage:
    """Two cars that were just plugged in."""
    await sandbox.open("tesla", LOGIN.username, LOGIN.password, devices=2)
    return Garage(connect("tesla", outbound, sandbox.hosts("tesla"), clock), outbound, sandbox)


@pytest.fixture
async def home(garage: Garage) -> Garage:
    """The same two cars, and a home with Powerwall, roof and meter."""
    for kind in HOME:
        await garage.sandbox.change("tesla", LOGIN.username, add_devices=1, kind=kind)
    return garage


@pytest.fixture
def credential(clock: StillClock) -> Credential:
    extra = {"region": "eu", "asked": " ".join(SCOPES)}
    return Credential(access_token="a", expires_at=clock() + timedelta(hours=8), refresh_token="r", extra=extra)


@pytest.fixture
def vendor(outbound: Outbound, clock: StillClock) -> Vendor:
    """A connector whose vendor answers each path as told and 404 otherwise."""

    @contextlib.asynccontextmanager
    async def answering(told: Told, **headers: str) -> AsyncIterator[Connector]:
        async def answer(request: web.Request) -> web.Response:
            status, body = told.get(request.path, (404, {"error": "not_found"}))
            content = body if isinstance(body, bytes) else msgspec.json.encode(body)
            return web.Response(status=status, body=content, headers={**headers, "content-type": "application/json"})

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        async with serving(app) as base:
            yield connect("tesla", outbound, dict.fromkeys(manifest_of("tesla").hosts, base), clock)

    return answering
