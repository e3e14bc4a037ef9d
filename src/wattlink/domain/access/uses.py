"""When a key was last used: noted now and then, and no reason for a request to fail."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import psycopg

from wattlink.base.log import get_logger
from wattlink.db.database import Database, Transaction

_log = get_logger(__name__)


class Uses:
    """Notes uses, each key's once in `every`."""

    def __init__(self, db: Database, *, every: timedelta) -> None:
        self._db = db
        self._every = every

    async def note(self, last: datetime | None, now: datetime, write: Callable[[Transaction], Awaitable[None]]) -> None:
        """`last` was noted before. What finds no room on the disk isn't noted: reading needs none."""
        if last is not None and now - last < self._every:
            return
        try:
            async with self._db.transaction() as tx:
                await write(tx)
        except psycopg.OperationalError as error:
            _log.warning("the use of a key can't be noted", error=str(error))
