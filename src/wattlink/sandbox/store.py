"""What the sandbox has in PostgreSQL: its shelf, and the time of applications."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from wattlink.connectors.simulation import State
from wattlink.db.database import Database, Json
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations.clock import store as clocks
from wattlink.sandbox.control import Ahead


class _Row(msgspec.Struct, frozen=True):
    vendor: str
    username: str
    state: dict[str, Any]


class DatabaseShelf:
    """Virtual accounts as one JSON row each."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def load_all(self) -> Iterable[tuple[str, str, State]]:
        async with self._db.read() as reader:
            rows = await reader.all(_Row, "SELECT vendor, username, state FROM virtual_account")
        return [(row.vendor, row.username, row.state) for row in rows]

    async def save(self, vendor: str, username: str, state: State) -> None:
        async with self._db.transaction() as tx:
            await tx.execute(
                """
                INSERT INTO virtual_account (vendor, username, state, changed_at)
                VALUES (%(vendor)s, %(username)s, %(state)s, now())
                    ON CONFLICT (vendor, username)
                    DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at
                """,
                vendor=vendor,
                username=username,
                state=Json(state),
            )

    async def delete(self, vendor: str, username: str) -> None:
        async with self._db.transaction() as tx:
            await tx.execute(
                "DELETE FROM virtual_account WHERE vendor = %(vendor)s AND username = %(username)s",
                vendor=vendor,
                username=username,
            )


def ahead_in(db: Database) -> Ahead:
    """Tells the time of applications, as the database has it now."""

    async def ahead(application: str) -> timedelta:
        async with db.read() as reader:
            try:
                return (await clocks.get(reader, ApplicationId(UUID(application)))).clock_ahead
            except NotFound:  # deleted since
                return timedelta()

    return ahead
