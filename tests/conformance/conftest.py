"""A vendor's simulator on a free port, and its connector on the other side of real HTTP."""

import pytest

from tests.conformance.world import LOGIN, World
from tests.support.clock import StillClock
from tests.support.sandbox import RunningSandbox
from wattlink.base.outbound import Outbound
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifest_of


@pytest.fixture
def kind(vendor: str) -> Kind:
    """The kind of the account's devices: the vendor's first, where a test has no parameter of this name."""
    return manifest_of(vendor).kinds[0]


@pytest.fixture
async def world(vendor: str, kind: Kind, sandbox: RunningSandbox, outbound: Outbound, clock: StillClock) -> World:
    """The vendor of the parameter, served."""
    await sandbox.open(vendor, LOGIN.username, LOGIN.password, devices=2, kind=kind)
    return World(vendor, outbound, sandbox.hosts(vendor), clock)
