"""What stories of processes that die are told on: a database that writes to disk, and a village."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.support.killing import Village, open_village
from wattlink.base.ids import new_id
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate


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
