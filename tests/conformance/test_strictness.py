"""The simulators take no request that the vendors' clouds wouldn't: who works with one works with the other."""

from collections.abc import Callable
from typing import Any

from tests.conformance.world import World, every_vendor_with_tokens, failure
from tests.support.linking import connect
from tests.support.sandbox import RunningSandbox
from wattlink.base.outbound import Answer, Outbound
from wattlink.connectors.errors import CredentialsRejected


class _Careless(Outbound):
    """A way to the vendor on which one header is changed."""

    def __init__(self, way: Outbound, name: str, change: Callable[[str], str]) -> None:
        super().__init__()
        self._way, self._name, self._change = way, name, change

    async def send(self, method: str, url: str, *, headers: Any = None, **more: Any) -> Answer:
        changed = {name: self._change(text) if name == self._name else text for name, text in (headers or {}).items()}
        return await self._way.send(method, url, headers=changed, **more)


@every_vendor_with_tokens
async def test_a_body_that_is_not_sent_as_what_it_is_is_not_read(
    vendor: str, world: World, sandbox: RunningSandbox, outbound: Outbound
) -> None:
    credential = (await world.link()).credential
    careless = _Careless(outbound, "content-type", lambda _: "text/plain")
    connector = connect(vendor, careless, sandbox.hosts(vendor), world.clock)
    assert await failure(connector.refresh(credential)) is not None
    assert await failure(world.connector.refresh(credential)) is None


@every_vendor_with_tokens
async def test_a_token_that_is_not_said_to_be_one_opens_nothing(
    vendor: str, world: World, sandbox: RunningSandbox, outbound: Outbound
) -> None:
    credential = (await world.link()).credential
    careless = _Careless(outbound, "authorization", lambda text: text.removeprefix("Bearer "))
    connector = connect(vendor, careless, sandbox.hosts(vendor), world.clock)
    assert isinstance(await failure(world.read(credential, by=connector)), CredentialsRejected)
