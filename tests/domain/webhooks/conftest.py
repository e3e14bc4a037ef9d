"""A desk, and a receiver for what leaves it."""

from collections.abc import AsyncIterator

import pytest

from tests.support.webhooks import Desk, open_desk
from wattlink.db.database import Database


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    async with open_desk(db) as opened:
        yield opened


@pytest.fixture
async def other_desk(db: Database) -> AsyncIterator[Desk]:
    """Another application's."""
    async with open_desk(db) as opened:
        yield opened
