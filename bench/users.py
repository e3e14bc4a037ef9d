"""What application users cost: reading one by its key, and what a burst of log-ins does to everybody else.

Reading `GET /users/{id}` of the EVRYTHNG dialect is measured as `bench.reads` measures a device, against the same read
by bare Litestar, which doesn't look at the key. Then 500 users log in at once while one of them goes on reading: 99 %
of these reads must take less than half a second. Exit status 1: a limit was missed.

    python -m bench.users [--rounds N] [--seconds S] [--log-ins N] [--json FILE]
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from bench.reads import Stored, measure, told
from bench.serving import Contender, serving
from wattlink.base.clock import system_clock
from wattlink.base.ids import new_id
from wattlink.base.vault import Vault, new_master_key, parse_master_keys
from wattlink.db.database import Database, Transaction
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate
from wattlink.dialects.evrythng.ids import id_of
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.sharing.own.open import LoginKey, open_own
from wattlink.domain.users import store as users
from wattlink.domain.users.passwords.hashing import Passwords

_LIMITS = {"litestar": 1.4}
_MOST_SECONDS = 0.5
_PASSWORD = "correct horse"


def main() -> None:
    """Measure, tell, and exit with 1 if a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=2.0, help="of load per contender and round")
    parser.add_argument("--log-ins", type=int, default=500, help="at once")
    parser.add_argument("--json", type=Path, help="a file for the figures of reading")
    options = parser.parse_args()
    ring = new_master_key()
    with (
        tempfile.TemporaryDirectory(prefix="wattlink-bench-") as folder,
        EmbeddedPostgres(Path(folder, "postgres"), fsync=False) as running,
        contextlib.ExitStack() as stack,
    ):
        migrate(running.dsn)
        stored, public_key = asyncio.run(_store(running.dsn, ring, options.log_ins))
        environment = _environment(running.dsn, ring, stored)
        ours = stack.enter_context(serving("wattlink", "wattlink.server:create_app", "/evrythng", environment))
        bare = stack.enter_context(serving("litestar", "bench.bare_reads:litestar_app", "", environment))
        path = f"/users/{id_of(stored.vehicles[0])}"
        rounds = asyncio.run(measure([ours, bare], stored, lambda: path, options))
        is_missed = told("a user by key", rounds, _LIMITS, options.json)
        is_missed |= asyncio.run(_burst(ours, stored, public_key, path, options.log_ins))
    sys.exit(is_missed)


def _environment(dsn: str, ring: str, stored: Stored) -> Mapping[str, str]:
    return {
        **os.environ,
        "WATTLINK_DATABASE_URL": dsn,
        "WATTLINK_MASTER_KEYS": ring,
        "WATTLINK_LOG_LEVEL": "warning",
        "BENCH_APPLICATION": str(stored.application.application_id),
    }


async def _store(dsn: str, ring: str, number: int) -> tuple[Stored, str]:
    """An application with so many users of one password, the key of the first, and the application's public key."""
    vault, now = Vault(parse_master_keys(ring)), system_clock()
    with Passwords() as passwords:
        password_hash = await passwords.hash(_PASSWORD)
    async with Database(dsn) as db, db.transaction() as tx:
        application = await create_application(tx, "Bench")
        access = Access(applications=(application.application_id,))
        for at in range(number):
            await _add_user(tx, access, at, password_hash)
        user = await users.find_by_email(tx, access.application_id, "user0@example.com")
        assert user is not None
        opened = await open_own(tx, access, user, which=LoginKey.NEW, vault=vault, now=now)
        public = await issue.of_application(tx, access.application_id, KeyKind.APPLICATION, vault=vault, now=now)
    return Stored(application, opened.key, [user.user_id]), public


async def _add_user(tx: Transaction, access: Access, at: int, password_hash: str) -> None:
    await tx.execute(
        """
        INSERT INTO app_user (user_id, application_id, external_id, created_at, login, email, first_name, last_name,
                              password_hash, activated_at)
        VALUES (%(user_id)s, %(application_id)s, %(name)s, now(), 'active', %(name)s || '@example.com', 'Ada', 'Byron',
                %(password_hash)s, now())
        """,
        user_id=new_id(),
        application_id=access.application_id,
        name=f"user{at}",
        password_hash=password_hash,
    )


async def _burst(server: Contender, stored: Stored, public_key: str, path: str, number: int) -> bool:
    """All users log in at once while one reads; whether the reads took too long."""
    took: list[float] = []
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        began = time.perf_counter()
        log_ins = asyncio.gather(*(_log_in(session, server, public_key, at) for at in range(number)))
        while not log_ins.done():
            read_at = time.perf_counter()
            async with session.get(server.address + path, headers={"authorization": stored.token}) as answer:
                await answer.read()
                answer.raise_for_status()
            took.append(time.perf_counter() - read_at)
            await asyncio.sleep(0.01)
        await log_ins
    rate = number / (time.perf_counter() - began)
    worst = statistics.quantiles(took, n=100)[98]
    verdict = "MISSED" if worst > _MOST_SECONDS else "kept"
    print(f"{number} log-ins at once: {rate:.0f}/s; meanwhile a read takes {statistics.median(took) * 1000:.0f} ms,")
    print(f"99 % of {len(took)} less than {worst * 1000:.0f} ms (limit {_MOST_SECONDS * 1000:.0f} ms): {verdict}")
    return worst > _MOST_SECONDS


async def _log_in(session: aiohttp.ClientSession, server: Contender, public_key: str, at: int) -> None:
    said = {"email": f"user{at}@example.com", "password": _PASSWORD}
    headers = {"authorization": public_key}
    async with session.post(f"{server.address}/auth/evrythng", json=said, headers=headers) as answer:
        if answer.status != 201:
            raise RuntimeError(f"a log-in was answered {answer.status}: {await answer.text()}")


if __name__ == "__main__":
    main()
