"""Connections to PostgreSQL. Reads are single statements without BEGIN; only what is in this file commits."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, LiteralString, TypeVar

import msgspec
import psycopg
import psycopg.types.json
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool

T = TypeVar("T")

_CONNECTION_OPTIONS = "-c transaction_timeout=10s -c statement_timeout=8s -c lock_timeout=5s -c timezone=UTC"
_AGAIN_SECONDS = 0.5
_AWAY_TOO = (  # which psycopg doesn't call operational errors
    psycopg.errors.ReadOnlySqlTransaction,  # a standby now, or a disk so full that whoever runs it forbids writing
    psycopg.errors.TransactionTimeout,
)


class Json(psycopg.types.json.Jsonb):
    """A parameter that goes into a jsonb column."""


class Reader:
    """Statements on one connection. Rows become the struct that is asked for, column by column of the same name."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection

    async def all(self, row: type[T], sql: LiteralString, **params: Any) -> list[T]:
        """Every row; `row` is a struct, or a plain type for a single column."""
        cursor = await self._run(sql, params)
        return _converted(row, cursor, await cursor.fetchall())

    async def all_from_json(self, row: type[T], sql: LiteralString, **params: Any) -> list[T]:
        """Every row of a statement whose only column is a JSON text: cheaper where rows are wide and many."""
        cursor = await self._run(sql, params)
        return [msgspec.json.decode(found[0], type=row, strict=False) for found in await cursor.fetchall()]

    async def one_or_none(self, row: type[T], sql: LiteralString, **params: Any) -> T | None:
        """The first row, or None."""
        cursor = await self._run(sql, params)
        found = await cursor.fetchone()
        return None if found is None else _converted(row, cursor, [found])[0]

    async def one(self, row: type[T], sql: LiteralString, **params: Any) -> T:
        """The first row; a statement without one is a bug of ours."""
        found = await self.one_or_none(row, sql, **params)
        if found is None:
            raise LookupError("a statement that always gives a row gave none")
        return found

    async def _run(self, sql: LiteralString, params: dict[str, Any]) -> AsyncCursor[Any]:
        cursor = self._connection.cursor(row_factory=tuple_row, binary=True)
        await cursor.execute(sql, params, prepare=True)
        return cursor


class Transaction(Reader):
    """A reader that may also write; everything in it happens together or not at all."""

    async def execute(self, sql: LiteralString, **params: Any) -> int:
        """Run a statement; the number of rows that it touched."""
        return (await self._run(sql, params)).rowcount


class OneStatement(Transaction):
    """A transaction that is a single statement."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        super().__init__(connection)
        self._is_used = False

    async def _run(self, sql: LiteralString, params: dict[str, Any]) -> AsyncCursor[Any]:
        if self._is_used:
            raise RuntimeError("a second statement needs a transaction around both")
        self._is_used = True
        return await super()._run(sql, params)


class Database:
    """A pool of connections. Use as an async context manager."""

    def __init__(self, dsn: str, *, size: int = 10) -> None:
        self.dsn = dsn
        self._pool = AsyncConnectionPool(
            dsn,
            kwargs={"autocommit": True, "options": _CONNECTION_OPTIONS},
            min_size=1,
            max_size=size,
            timeout=5.0,
            open=False,
            configure=_configured,
        )
        self._checking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Database":
        await self._pool.open(wait=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.close()

    async def answers(self) -> bool:
        """Whether the database can be used now."""
        try:
            async with self._pool.connection(timeout=2.0) as connection:
                await connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Reader]:
        """A reader for single statements, each seeing what is committed when it starts."""
        async with self._connection() as connection:
            yield Reader(connection)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """All or nothing: commits at the end of the block, rolls back when it raises."""
        async with self._connection() as connection, connection.transaction():
            yield Transaction(connection)

    @contextlib.asynccontextmanager
    async def one_statement(self) -> AsyncIterator[Transaction]:
        """A transaction of exactly one statement, which commits by itself: two round trips less."""
        async with self._connection() as connection:
            yield OneStatement(connection)

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection[Any]]:
        async with self._pool.connection() as connection:
            try:
                yield connection
            except _AWAY_TOO as error:
                await connection.close()  # the next one may lead to a server that writes
                raise psycopg.OperationalError(str(error)) from error
            except psycopg.OperationalError:
                if connection.closed and (self._checking is None or self._checking.done()):
                    # The server went away: the idle connections are as dead, and each would fail one caller more.
                    self._checking = asyncio.create_task(self._pool.check())
                raise

    async def notify(self, channel: str, payload: str = "") -> None:
        """Wake those who listen; never inside a writing transaction, whose commit it would serialize."""
        async with self._pool.connection() as connection:
            await connection.execute("SELECT pg_notify(%s, %s)", (channel, payload))

    async def listen(self, channels: Sequence[str]) -> AsyncIterator[tuple[str, str]]:
        """(channel, payload) of each notification, on a connection of its own; ends when the connection does."""
        async with await AsyncConnection.connect(self.dsn, autocommit=True) as connection:
            for channel in channels:
                await connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
            async for notification in connection.notifies():
                yield notification.channel, notification.payload


async def or_again(work: Callable[[], Awaitable[T]]) -> T:
    """What `work` gives; begun once more where the database failed it: a deadlock, or a server that restarts."""
    try:
        return await work()
    except psycopg.OperationalError:
        await asyncio.sleep(_AGAIN_SECONDS)
        return await work()


class Notifier:
    """Gathers notifications: at most one per channel and 10 ms, after the commit, on a connection of its own."""

    def __init__(self, db: Database, *, gather_seconds: float = 0.01) -> None:
        self._db = db
        self._gather_seconds = gather_seconds
        self._waiting: set[tuple[str, str]] = set()
        self._sending: asyncio.Task[None] | None = None

    def wake(self, channel: str, payload: str = "") -> None:
        """Ask for a notification; losing one costs at most the second until the next poll."""
        self._waiting.add((channel, payload))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._gather_seconds)
            batch, self._waiting = self._waiting, set()
            for channel, payload in batch:
                with contextlib.suppress(psycopg.Error):
                    await self._db.notify(channel, payload)


async def _configured(connection: AsyncConnection[Any]) -> None:
    psycopg.types.json.set_json_loads(msgspec.json.decode, connection)
    psycopg.types.json.set_json_dumps(msgspec.json.encode, connection)


def _converted(row: type[T], cursor: AsyncCursor[Any], rows: Sequence[tuple[Any, ...]]) -> list[T]:
    if not (isinstance(row, type) and issubclass(row, msgspec.Struct)):
        return [found[0] for found in rows]
    names = _names(cursor)
    return [msgspec.convert(dict(zip(names, found, strict=True)), row, strict=False) for found in rows]


def _names(cursor: AsyncCursor[Any]) -> list[str]:
    """The columns' names; `cursor.description` would make an object of each, which costs as much as the rest."""
    result = cursor.pgresult
    assert result is not None
    return [(result.fname(at) or b"").decode() for at in range(result.nfields)]
