"""A server with an app, and a process that takes the calls of its users' devices."""

from collections.abc import AsyncIterator

import pytest

from tests.support.dialled_in import taking_calls
from tests.support.stack import App, Stack, running_stack


@pytest.fixture
async def stack(dsn: str) -> AsyncIterator[Stack]:
    async with running_stack(dsn) as running:
        yield running


@pytest.fixture
async def app(stack: Stack) -> App:
    return await stack.new_app()


@pytest.fixture
async def url(stack: Stack) -> AsyncIterator[str]:
    """Where devices call."""
    async with taking_calls(stack.hub) as listening:
        yield listening
