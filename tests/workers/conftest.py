"""What stories of workers are told on: a desk, and for those of processes that die a village on a durable database."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.support.killing import Village, open_village
from tests.support.webhooks import Desk, open_desk
from wattlink.base.ids import new_id
from wattlink.db.database import Database
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    """An application and its webhooks, now."""
    async with open_desk(db) as opened:
        opened.clock.now = datetime.now(UTC)
        yield opened


@pytest.fixture(scope="module")
def durable() -> Iterator[EmbeddedPostgres]:
    """A server that writes to disk before it says so."""
    folder = Path(tempfile.mkdtemp(prefix="wattlink-kills-"))
    try:
        with EmbeddedPostgres(folder / "data") as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def village(durable: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[Village]:
    """In a database of its own."""
    async with open_village(new_database(durable), tmp_path) as opened:
        yield opened


def new_database(durable: EmbeddedPostgres) -> str:
    """A migrated database; its DSN."""
    name = f"village_{new_id().hex}"
    with psycopg.connect(make_conninfo(durable.dsn, dbname="postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    dsn = make_conninfo(durable.dsn, dbname=name)
    migrate(dsn)
    return dsn
