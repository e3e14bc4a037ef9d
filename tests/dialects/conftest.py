"""What every dialect stands on that is called in this process."""

from collections.abc import AsyncIterator, Sequence

import pytest

from tests.support.clock import StillClock
from wattlink.base.outbound import Network
from wattlink.settings.model import Settings
from wattlink.wiring import Hub, open_hub


@pytest.fixture
def outbound_allow() -> Sequence[Network]:
    """Whom the hub reaches beyond the public networks: nobody, unless a story is of deliveries."""
    return ()


@pytest.fixture
async def hub(dsn: str, clock: StillClock, outbound_allow: Sequence[Network]) -> AsyncIterator[Hub]:
    settings = Settings(
        database_url=dsn,
        master_keys={"k1": bytes(32)},
        public_url="https://link.example.com",
        outbound_allow=outbound_allow,
    )
    async with open_hub(settings, clock=clock) as opened:
        yield opened
