"""How vendors do, asked of the database now and then and not for everybody who looks."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from wattlink.domain.accounts.listing.success import Success, look_from_outside
from wattlink.wiring import Hub

KEPT = timedelta(seconds=30)


class Standing:
    """What this process remembers of it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._looking = asyncio.Lock()
        self._looked_at: datetime | None = None
        self._found: Mapping[str, Success] = {}

    async def of_vendors(self) -> Mapping[str, Success]:
        """The vendors that every application can use, as they did half a minute ago at most."""
        async with self._looking:
            now = self._hub.clock()
            if self._looked_at is None or not timedelta() <= now - self._looked_at < KEPT:
                async with self._hub.db.read() as reader:
                    self._found = await look_from_outside(reader, now=now)
                self._looked_at = now
        return self._found
