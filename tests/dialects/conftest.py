"""What every dialect stands on that is called in this process."""

from collections.abc import AsyncIterator

import pytest

from tests.support.clock import StillClock
from wattlink.settings.model import Settings
from wattlink.wiring import Hub, open_hub


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def hub(dsn: str, clock: StillClock) -> AsyncIterator[Hub]:
    settings = Settings(database_url=dsn, master_keys={"k1": bytes(32)}, public_url="https://link.example.com")
    async with open_hub(settings, clock=clock) as opened:
        yield opened
