"""The demo app beside a whole stack, as `wattlink demo` runs them, in this process."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.support.processes import free_ports
from tests.support.sandbox import KEY, RunningSandbox
from tests.support.stack import App, running_stack
from wattlink.base.outbound import Outbound
from wattlink.sandbox.demo_app.app import DemoConfig, serving


@dataclass(frozen=True)
class Voltly:
    """The app's address, the knobs of the world behind it, and the way to the vendors' pages."""

    url: str
    sandbox: RunningSandbox
    outbound: Outbound
    app: App


@pytest.fixture
def port() -> int:
    """A port where nothing listens."""
    return free_ports(1)


@pytest.fixture
async def voltly(dsn: str, port: int) -> AsyncIterator[Voltly]:
    """The app, with one virtual account at each vendor: a garage with two cars, a house with a charger."""
    async with running_stack(dsn) as stack:
        await stack.sandbox.open("tesla", "anna@example.com", "drive-electric", devices=2)
        await stack.sandbox.open("easee", "nora@example.com", "charge-at-home")
        app = await stack.new_app()
        config = DemoConfig(
            enode_base_url=stack.enode,
            token_url=f"{stack.enode}/oauth2/token",
            client_id=str(app.credentials.client_id),
            client_secret=app.credentials.client_secret,
            app_url=f"http://localhost:{port}",
            sandbox_url=stack.sandbox.base,
            sandbox_key=KEY,
        )
        async with serving(config, port=port):
            yield Voltly(config.app_url, stack.sandbox, stack.hub.outbound, app)
