"""What keys and tokens were found to reach, kept for a second.

So an ended one is dead in every process within that time, and at once in the one that is told to `forget`.
"""

import time
from collections.abc import Awaitable, Callable

from wattlink.domain.access.model import Access

_SECONDS = 1.0
_AT_MOST = 10_000


class KeptAccess:
    """The verified keys or tokens of this process."""

    def __init__(self, verify: Callable[[str], Awaitable[Access]]) -> None:
        self._verify = verify
        self._kept: dict[str, tuple[float, Access]] = {}
        self._times_forgotten = 0

    async def of(self, key: str) -> Access:
        """What a key or token reaches; raises what verifying it raises, and keeps no refusal."""
        kept = self._kept.get(key)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        times_forgotten, until = self._times_forgotten, time.monotonic() + _SECONDS  # before it is looked at
        access = await self._verify(key)
        if times_forgotten == self._times_forgotten:  # none ended while it was verified
            if len(self._kept) >= _AT_MOST:
                self._kept.clear()
            self._kept[key] = (until, access)
        return access

    def forget(self) -> None:
        """One ended or changed: verify every one anew."""
        self._times_forgotten += 1
        self._kept.clear()
