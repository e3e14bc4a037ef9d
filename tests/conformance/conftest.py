"""A vendor's simulator on a free port, and its connector on the other side of real HTTP."""

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from tests.conformance.world import LOGIN, World
from tests.support.clock import StillClock
from tests.support.sandbox import RunningSandbox, running_sandbox
from wattlink.base.outbound import Outbound


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
async def world(vendor: str, sandbox: RunningSandbox, outbound: Outbound, clock: StillClock) -> World:
    """The vendor of the parameter, served."""
    await sandbox.open(vendor, LOGIN.username, LOGIN.password, devices=2)
    return World(vendor, outbound, sandbox.hosts(vendor), clock)
