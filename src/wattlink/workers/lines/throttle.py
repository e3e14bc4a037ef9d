"""Who dials with wrong passwords is refused unheard for a while."""

import asyncio
from collections import OrderedDict

_TRIES, _WITHIN_SECONDS = 5, 60.0
_MOST_KEPT = 10_000


class Throttle:
    """Counts failures by whoever makes them; only so many of those are remembered."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def wait(self, address: str, name: str) -> int:
        """For how many seconds nobody of this address and name is heard; 0: now."""
        until, failures = self._failures.get((address, name), (0.0, 0))
        left = until - asyncio.get_running_loop().time()
        return int(left) + 1 if failures >= _TRIES and left > 0 else 0

    def note(self, address: str, name: str) -> None:
        """It was a wrong password."""
        now = asyncio.get_running_loop().time()
        until, failures = self._failures.pop((address, name), (0.0, 0))
        begins = until <= now
        self._failures[address, name] = (now + _WITHIN_SECONDS if begins else until, 1 if begins else failures + 1)
        if len(self._failures) > _MOST_KEPT:
            self._failures.popitem(last=False)
