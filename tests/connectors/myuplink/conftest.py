"""myUplink's cloud on a free port, somebody's heat pumps there, and the connector on the other side of real HTTP."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from tests.support.clock import StillClock
from tests.support.linking import CALLBACK, Login, connect, sign_in_request
from tests.support.sandbox import RunningSandbox
from tests.support.vendor_pages import sign_in
from wattlink.base.outbound import Answer, Outbound
from wattlink.connectors.commands import Command
from wattlink.connectors.contract import Connector, Credential, Grant, SignInAnswer
from wattlink.connectors.devices import Document, Hvac, Kind
from wattlink.connectors.registry import manifest_of

LOGIN = Login("somebody@example.com", "the-right-password")
SCOPES = frozenset(manifest_of("myuplink").scopes)


class Home:
    """An account with heat pumps, and us with the connector."""

    def __init__(self, connector: Connector, outbound: Outbound, sandbox: RunningSandbox) -> None:
        self.connector = connector
        self.outbound = outbound
        self.sandbox = sandbox

    async def link(self, scopes: frozenset[str] = SCOPES, without: frozenset[str] = frozenset()) -> Grant:
        """Sign in on the vendor's pages, and leave these boxes unticked."""
        request, _ = sign_in_request("myuplink", scopes)
        address = self.connector.sign_in_address(request)
        back = await sign_in(self.outbound, address, **LOGIN._asdict(), without=without)
        return await self.connector.exchange(SignInAnswer(code=back["code"], redirect_uri=CALLBACK, scopes=scopes))

    async def read(
        self, credential: Credential, last: Mapping[str, Document] | None = None, scopes: frozenset[str] = SCOPES
    ) -> dict[str, Hvac]:
        """The heat pumps by id."""
        readings = await self.connector.read(credential, frozenset({Kind.HVAC}), scopes, last or {})
        pumps = {reading.vendor_device_id: reading.document for reading in readings}
        assert all(isinstance(pump, Hvac) for pump in pumps.values())
        return pumps  # type: ignore[return-value]

    async def only(self, credential: Credential, last: Mapping[str, Document] | None = None) -> tuple[str, Hvac]:
        """The account's one heat pump."""
        (pump,) = (await self.read(credential, last)).items()
        return pump

    async def send(self, credential: Credential, command: Command) -> None:
        """Tell the account's one heat pump what to do."""
        device_id, pump = await self.only(credential)
        await self.connector.send(credential, device_id, command, pump)

    async def turn(self, device_id: str, **knobs: Any) -> None:
        """Turn knobs of one heat pump."""
        await self.sandbox.change("myuplink", LOGIN.username, devices={device_id: knobs})

    async def ask(self, credential: Credential, method: str, path: str, body: Any = None) -> Answer:
        """A request of a foreign client."""
        headers = {"authorization": f"Bearer {credential.access_token}", "content-type": "application/json"}
        sent = msgspec.json.encode(body) if body is not None else None
        url = f"{self.sandbox.hosts('myuplink')['api']}{path}"
        return await self.outbound.send(method, url, headers=headers, body=sent)


@pytest.fixture
async def home(sandbox: RunningSandbox, outbound: Outbound, clock: StillClock) -> Home:
    """One heat pump that follows its schedule."""
    await sandbox.open("myuplink", LOGIN.username, LOGIN.password)
    return Home(connect("myuplink", outbound, sandbox.hosts("myuplink"), clock), outbound, sandbox)
