"""A disk without room: PostgreSQL answers, and refuses whatever writes, as it does then."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import psycopg
from psycopg import sql

_REFUSE = """
    CREATE SEQUENCE refused;
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM nextval('refused');
        RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END $$
"""
_TABLES = """
    SELECT relname FROM pg_class
     WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
"""


@contextmanager
def full_disk(dsn: str) -> Iterator[Callable[[], int]]:
    """Nothing can be added or changed until the block ends; gives what tells how often somebody tried."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_REFUSE)
        try:
            for (table,) in connection.execute(_TABLES).fetchall():
                made = "CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION no_room()"
                connection.execute(sql.SQL(made).format(sql.Identifier(table)))
            yield lambda: _refused(connection)
        finally:
            connection.execute("DROP FUNCTION no_room() CASCADE; DROP SEQUENCE refused")


@asynccontextmanager
async def disk_full_meanwhile(dsn: str) -> AsyncIterator[None]:
    """The same, for whoever works on in this thread: it waits for transactions that are under way."""
    with ExitStack() as stack:
        await asyncio.to_thread(stack.enter_context, full_disk(dsn))
        try:
            yield
        finally:
            await asyncio.to_thread(stack.close)


def _refused(connection: psycopg.Connection) -> int:
    # A sequence goes on though the transaction doesn't.
    [number] = connection.execute("SELECT last_value FROM refused WHERE is_called").fetchone() or (0,)
    return int(number)
