"""A vendor's simulator on a free port, and its connector on the other side of real HTTP."""

from collections.abc import AsyncIterator, Callable
from ipaddress import ip_network

import pytest

from tests.conformance.vendors import LOGIN
from tests.support.clock import StillClock
from tests.support.linking import connect
from tests.support.sandbox import RunningSandbox, running_sandbox
from wattlink.base.outbound import Outbound
from wattlink.connectors.contract import Connector


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def sandbox(clock: StillClock) -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(clock=clock) as running:
        yield running


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with Outbound(allowed=[ip_network("127.0.0.0/8")]) as running:
        yield running


@pytest.fixture
async def connector(vendor: str, sandbox: RunningSandbox, outbound: Outbound, clock: StillClock) -> Connector:
    """The connector of a vendor where somebody has an account with two devices."""
    await sandbox.open(vendor, LOGIN.username, LOGIN.password, devices=2)
    return connect(vendor, outbound, sandbox.hosts(vendor), clock)


@pytest.fixture
def impatient(vendor: str, sandbox: RunningSandbox, outbound: Outbound, clock: StillClock) -> Callable[[], Connector]:
    """The same connector with little patience, for what never ends."""
    return lambda: connect(vendor, outbound, sandbox.hosts(vendor), clock, patience=0.5)
