"""Creating link sessions through the API, beside bare inserts of the same rows with a commit each, in one run.

    python -m bench.link_sessions [--open 10000] [--sessions 2000] [--rounds 5] [--json FILE]

Ours is `POST /users/{id}/link` of the Enode dialect, for a new user each time: one process of granian, PostgreSQL with
fsync on. The bare loop inserts the same two rows in one transaction, statements prepared, as many at once. 10,000 open
sessions are stored already. Then it is told how many onboarding sessions of the Podero dialect a second begins, of 100
users. Exits with 1 when link sessions come less than half as fast as bare rows.
"""

import argparse
import asyncio
import base64
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import psycopg
import uvloop
from psycopg_pool import AsyncConnectionPool

from bench.serving import serving
from wattlink.base.clock import system_clock
from wattlink.base.ids import digest, new_id, new_secret
from wattlink.db.database import Database
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate
from wattlink.domain.organizations import store
from wattlink.domain.organizations.authenticate import Authenticator
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.model import NewApplication

OPEN = 10_000
LEAST_RATIO = 0.5
_IN_FLIGHT = 16
_USERS = 100
_BACK = "https://app.example.com/linked"
_SCOPES = ["vehicle:read:data"]
_BODY = {"vendorType": "vehicle", "scopes": _SCOPES, "language": "en-US", "redirectUri": _BACK}
_ONBOARDING = {
    "language": "de",
    "price_zone_default": "DE_LU",
    "success_url": _BACK,
    "cancel_url": _BACK,
    "device_type": "ev",
}
_USER = """
    INSERT INTO app_user (user_id, application_id, external_id, created_at)
    VALUES (%(user_id)s, %(application_id)s, %(external_id)s, %(now)s)
"""
_SESSION = """
    INSERT INTO link_session (session_id, application_id, user_id, token_digest, state, purpose, kinds, scopes,
                              language, color_scheme, redirect_uri, step_started_at, steps, created_at, expires_at)
    VALUES (%(session_id)s, %(application_id)s, %(user_id)s, %(token_digest)s, 'created', 'link', '{vehicle}',
            %(scopes)s, 'en-US', 'system', %(back)s, %(now)s, link_step('created', %(now)s, NULL), %(now)s,
            %(expires_at)s)
"""


def _rows(application_id: Any) -> dict[str, Any]:
    """Two rows that nobody else has."""
    now, user_id = system_clock(), new_id()
    return {
        "application_id": application_id,
        "user_id": user_id,
        "external_id": str(user_id),
        "session_id": new_id(),
        "token_digest": digest(new_secret()),
        "scopes": _SCOPES,
        "back": _BACK,
        "now": now,
        "expires_at": now + timedelta(days=1),
    }


async def _prepared(dsn: str, application: NewApplication, open_sessions: int) -> str:
    """Sessions that are open, and a token."""
    async with Database(dsn) as db:
        issued = await Authenticator(db=db, clock=system_clock).issue(
            str(application.client_id), application.client_secret
        )
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        rows = [_rows(application.application_id) for _ in range(open_sessions)]
        cursor.executemany(_USER, rows)
        cursor.executemany(_SESSION, rows)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    return issued.token


async def _application(dsn: str) -> NewApplication:
    async with Database(dsn) as db, db.transaction() as tx:
        return await create_application(tx, "Bench")


async def _organization_of(dsn: str, application: NewApplication) -> UUID:
    async with Database(dsn) as db, db.read() as reader:
        return (await store.get_application(reader, application.application_id)).organization_id


async def _rate(sessions: int, one: Callable[[], Awaitable[None]]) -> float:
    """How many per second, 16 at once."""
    begun = time.perf_counter()

    async def loop() -> None:
        for _ in range(sessions // _IN_FLIGHT):
            await one()

    await asyncio.gather(*(loop() for _ in range(_IN_FLIGHT)))
    return sessions // _IN_FLIGHT * _IN_FLIGHT / (time.perf_counter() - begun)


async def measured(dsn: str, options: argparse.Namespace) -> dict[str, float]:
    """All figures; bare and ours take turns, and the median of the rounds counts."""
    application = await _application(dsn)
    organization_id = await _organization_of(dsn, application)
    token = await _prepared(dsn, application, options.open)
    pool = AsyncConnectionPool[Any](dsn, min_size=_IN_FLIGHT, max_size=_IN_FLIGHT, open=False)
    with serving("wattlink", "wattlink.server:create_app", "", _environment(dsn)) as server:
        async with pool, aiohttp.ClientSession(headers={"authorization": f"Bearer {token}"}) as session:

            async def bare() -> None:
                rows = _rows(application.application_id)
                async with pool.connection() as connection:
                    await connection.execute(_USER, rows, prepare=True)
                    await connection.execute(_SESSION, rows, prepare=True)

            async def ours() -> None:
                await _posted(session, f"{server.address}/enode/users/{new_id()}/link", _BODY)

            await _rate(options.sessions // 4, ours)  # so that all is warm
            await _rate(options.sessions // 4, bare)
            pairs = []
            for _ in range(options.rounds):
                pairs.append((await _rate(options.sessions, bare), await _rate(options.sessions, ours)))
                print(f"  bare {pairs[-1][0]:6.0f}/s   ours {pairs[-1][1]:6.0f}/s   {pairs[-1][1] / pairs[-1][0]:.2f}")
            onboarding = await _onboarding(session, server.address, organization_id, options)
    return {**_figures(pairs, options.open), "onboarding_sessions_per_second": onboarding}


async def _onboarding(
    session: aiohttp.ClientSession, server: str, organization_id: UUID, options: argparse.Namespace
) -> float:
    """How many onboarding sessions begin in a second, the median of the rounds."""
    base = f"{server}/podero/api/partners/v2.0"
    people = [
        {"role": "user", "email": f"person{number}@example.com", "external_user_id": str(number)}
        for number in range(_USERS)
    ]
    users = [(await _posted(session, f"{base}/org/{organization_id}/users", person))["id"] for person in people]

    async def one() -> None:
        await _posted(session, f"{base}/device-onboarding", {**_ONBOARDING, "user_id": random.choice(users)})

    await _rate(options.sessions // 4, one)
    return statistics.median([await _rate(options.sessions, one) for _ in range(options.rounds)])


async def _posted(session: aiohttp.ClientSession, url: str, body: Mapping[str, Any]) -> Any:
    async with session.post(url, json=body) as answer:
        if answer.status != 200:
            raise RuntimeError(f"answered {answer.status}: {await answer.text()}")
        return await answer.json()


def _figures(pairs: Sequence[tuple[float, float]], open_sessions: int) -> dict[str, float]:
    return {
        "open_sessions": open_sessions,
        "bare_per_second": statistics.median(bare for bare, _ in pairs),
        "sessions_per_second": statistics.median(ours for _, ours in pairs),
        "ratio": statistics.median(ours / bare for bare, ours in pairs),
        "ratio_limit": LEAST_RATIO,
    }


def _environment(dsn: str) -> dict[str, str]:
    return {
        **os.environ,
        "WATTLINK_DATABASE_URL": dsn,
        "WATTLINK_MASTER_KEYS": f"k1:{base64.b64encode(b'k' * 32).decode()}",
        "WATTLINK_LOG_LEVEL": "warning",
    }


def main() -> int:
    """Measure, print, and say whether the limit holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--open", type=int, default=OPEN, help="sessions that are open already")
    parser.add_argument("--sessions", type=int, default=2_000, help="to create per side and round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="wattlink-bench-") as folder,
        EmbeddedPostgres(Path(folder, "data")) as server,
    ):
        migrate(server.dsn)
        figures = uvloop.run(measured(server.dsn, options))
    for name, figure in figures.items():
        print(f"{name:32} {figure:10.2f}")
    print(json.dumps(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    holds = figures["ratio"] >= LEAST_RATIO
    print("the limit holds" if holds else "the limit is missed")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
