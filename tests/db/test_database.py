"""Connections that die are replaced, and a transaction is all or nothing."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest

from wattlink.db.database import Database

_ADD = "INSERT INTO organization (organization_id, name) VALUES (gen_random_uuid(), 'Voltly')"


async def use_four_at_once(db: Database) -> list[int]:
    """Makes the pool open four connections; gives their servers' process ids."""
    ready = asyncio.Barrier(4)

    async def one() -> int:
        async with db.read() as reader:
            await ready.wait()
            return await reader.one(int, "SELECT pg_backend_pid()")

    return await asyncio.gather(*(one() for _ in range(4)))


async def test_after_the_server_went_away_one_caller_notices_not_each(new_database: Callable[[], str]) -> None:
    dsn = new_database()
    async with Database(dsn, size=4) as db:
        victims = await use_four_at_once(db)
        with psycopg.connect(dsn, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", (victims,))
        with pytest.raises(psycopg.OperationalError):
            await use_one(db)
        await use_four_at_once(db)


async def use_one(db: Database) -> int:
    async with db.read() as reader:
        return await reader.one(int, "SELECT 1")


async def test_a_server_that_only_reads_is_away_until_it_writes_again(new_database: Callable[[], str]) -> None:
    dsn = new_database()
    name = psycopg.sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]))
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute(psycopg.sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
        async with Database(dsn, size=1) as db:
            with pytest.raises(psycopg.OperationalError):
                await add_an_organization(db)
            other.execute(psycopg.sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(name))
            await add_an_organization(db)


async def test_a_transaction_that_takes_too_long_is_a_matter_of_the_database(db: Database) -> None:
    with pytest.raises(psycopg.OperationalError):
        await take_too_long(db)
    assert await use_one(db) == 1


async def take_too_long(db: Database) -> None:
    async with db.transaction() as tx:
        for limit in ("0", "10ms"):  # one that runs already isn't shortened
            await tx.execute("SELECT set_config('transaction_timeout', %(limit)s, true)", limit=limit)
        await tx.execute("SELECT pg_sleep(5)")


async def test_a_transaction_that_raises_leaves_nothing(db: Database) -> None:
    with pytest.raises(RuntimeError):
        await add_an_organization_and_fail(db)
    async with db.read() as reader:
        assert await reader.one(int, "SELECT count(*) FROM organization") == 0


async def add_an_organization_and_fail(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute(_ADD)
        raise RuntimeError


async def add_an_organization(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute(_ADD)
