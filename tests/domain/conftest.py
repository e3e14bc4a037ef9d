"""A world to link accounts in."""

from collections.abc import AsyncIterator

import pytest

from tests.support.accounts import World, open_world
from wattlink.db.database import Database


@pytest.fixture
async def world(db: Database, dsn: str) -> AsyncIterator[World]:
    async with open_world(dsn) as opened:
        yield opened
