"""Who comes with keys that nobody has: counted by network and in all, in this process.

Nobody guesses a key of 77 random letters; whoever tries is told to wait all the same. A key counts once, so that an app
which goes on with an ended one is still told that it is ended; and who has a right one is never kept waiting.
"""

from collections import OrderedDict
from datetime import datetime

from wattlink.base.clock import Clock
from wattlink.base.ids import digest
from wattlink.domain.errors import TooManyAttempts
from wattlink.domain.users.throttling.model import KEYS_OF_A_NETWORK, KEYS_OF_ALL, Limit

_MOST_KEPT = 10_000
_ALL = None  # is no network's name


class Strangers:
    """Counts wrong keys; only so many keys and networks are remembered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._keys: OrderedDict[bytes, None] = OrderedDict()
        self._used_until: OrderedDict[str | None, datetime] = OrderedDict()

    def met(self, key: str, network: str) -> None:
        """Nobody has this key; raises TooManyAttempts where there were too many others before."""
        name = digest(key)
        if name in self._keys:
            return
        self._count(network, KEYS_OF_A_NETWORK)
        self._count(_ALL, KEYS_OF_ALL)
        self._keys[name] = None
        if len(self._keys) > _MOST_KEPT:
            self._keys.popitem(last=False)

    def _count(self, name: str | None, limit: Limit) -> None:
        now = self._clock()
        used_until = max(self._used_until.get(name, now), now) + limit.every
        if used_until > now + limit.window:
            wait = used_until - now - limit.window
            raise TooManyAttempts("too many unknown keys", retry_after=wait.total_seconds())
        self._used_until[name] = used_until
        self._used_until.move_to_end(name)
        if len(self._used_until) > _MOST_KEPT:
            self._used_until.popitem(last=False)
