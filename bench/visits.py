"""Visits beside a bare loop that asks the same simulator process the same and saves in batches, in one run.

    python -m bench.visits [--accounts 10000] [--rounds 5] [--json FILE]

The bare loop sends an account's requests one after the other, 128 accounts at a time, with the aiohttp settings of
`base/outbound.py`, and stores the raw answers of 200 accounts in one transaction (fsync on). Ours takes due visits,
opens credentials, keeps the vendor's budgets, maps and compares, and stores every state (each was last seen long ago).
The second figure renews every token first: bare stores the new ones in batches after use, ours confirms
its turn before and saves the new token before it is used. Exits with 1 when a limit is missed.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import uvloop

from bench.simulated import HOST, VENDOR, Login, Tokens, running_simulator, signed_in
from wattlink.base.clock import system_clock
from wattlink.base.ids import new_id
from wattlink.base.log import set_up_logs
from wattlink.base.memory import collect_seldom
from wattlink.connectors.contract import Credential
from wattlink.connectors.registry import simulator
from wattlink.db.database import Database, Json, Reader
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate
from wattlink.domain.access.ids import CredentialId
from wattlink.domain.accounts.credentials.sealing import seal
from wattlink.domain.organizations.create import create_application
from wattlink.domain.vendors.register import register
from wattlink.sandbox.server import hosts
from wattlink.settings.model import Settings
from wattlink.wiring import Hub, open_hub
from wattlink.workers.visits import Visits

ACCOUNTS = 10_000
AT_ONCE = 128
SAVED_AT_ONCE = 200
LEAST_RATIO = 0.5
_LONG_AGO = "2000-01-01T00:00:00Z"
_LOOPBACK = (ip_network("127.0.0.0/8"),)


class MovedClock:
    """The system's time, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self.ahead


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What both sides run on."""

    hub: Hub
    clock: MovedClock
    base: str
    logins: Sequence[Login]


async def bare(ground: Ground, *, rotating: bool) -> float:
    """Accounts per second of the bare loop."""
    connector = aiohttp.TCPConnector(limit=0, limit_per_host=64, ttl_dns_cache=30)
    waiting, saving, done = list(range(len(ground.logins))), list[asyncio.Task[None]](), list[tuple[int, Any]]()
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def loop() -> None:
            while waiting:
                number = waiting.pop()
                done.append((number, await _asked(session, ground, number, rotating=rotating)))
                if len(done) >= SAVED_AT_ONCE:
                    saving.append(asyncio.create_task(_stored(ground.hub.db, done[:SAVED_AT_ONCE])))
                    del done[:SAVED_AT_ONCE]

        begun = time.perf_counter()
        await asyncio.gather(*(loop() for _ in range(AT_ONCE)))
        await asyncio.gather(*saving, _stored(ground.hub.db, done))
        return len(ground.logins) / (time.perf_counter() - begun)


async def _asked(session: aiohttp.ClientSession, ground: Ground, number: int, *, rotating: bool) -> Any:
    """Everything that a visit asks, and what it answers."""
    url = f"{ground.base}/{VENDOR}/{HOST}/api"
    tokens = ground.logins[number].bare
    if rotating:
        async with session.post(
            f"{url}/accounts/refresh_token",
            json={"accessToken": tokens.access_token, "refreshToken": tokens.refresh_token},
        ) as answer:
            fresh = msgspec.json.decode(await answer.read(), type=Tokens)
            tokens.access_token, tokens.refresh_token = fresh.access_token, fresh.refresh_token
    headers = {"authorization": f"Bearer {tokens.access_token}", "accept": "application/json"}

    async def get(path: str) -> Any:
        async with session.get(f"{url}/{path}", headers=headers) as answer:
            answer.raise_for_status()
            return msgspec.json.decode(await answer.read())

    found = []
    for charger in await get("chargers"):
        found.append(
            [charger, await get(f"chargers/{charger['id']}/state"), await get(f"chargers/{charger['id']}/config")]
        )
    return {"chargers": found, "tokens": tokens if rotating else None}


async def _stored(db: Database, batch: Sequence[tuple[int, Any]]) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            """
            UPDATE bare SET document = found.document
              FROM unnest(%(numbers)s::integer[], %(documents)s::jsonb[]) AS found (number, document)
             WHERE bare.number = found.number
            """,
            numbers=[number for number, _ in batch],
            documents=[Json(document) for _, document in batch],
        )


async def ours(ground: Ground, *, rotating: bool) -> float:
    """Visits per second of the pump, from idle until the last has ended."""
    ground.clock.ahead += timedelta(minutes=11)
    begun_at = ground.clock()
    async with ground.hub.db.transaction() as tx:
        await tx.execute("UPDATE visit SET due_at = %(now)s, tries = 0", now=begun_at)
        await tx.execute("UPDATE device_state SET document = document || %(old)s", old=Json({"last_seen": _LONG_AGO}))
        await tx.execute(
            "UPDATE credential SET must_prove = %(rotating)s, saved_at = %(now)s", rotating=rotating, now=begun_at
        )
    visits, stop = Visits(ground.hub, confirm_after=timedelta(seconds=60)), asyncio.Event()
    begun = time.perf_counter()
    running = asyncio.create_task(visits.run(stop))
    async with ground.hub.db.read() as reader:
        while await _is_busy(reader, begun_at):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        seconds = time.perf_counter() - begun
        assert await reader.one(int, "SELECT count(*) FROM visit WHERE error IS NULL") == len(ground.logins)
    stop.set()
    visits.wake()
    await running
    return len(ground.logins) / seconds


async def _is_busy(reader: Reader, since: datetime) -> bool:
    """Whether a visit is due, or else in hand; only the first is asked often, and answered by an index."""
    if await reader.one(bool, "SELECT EXISTS (SELECT FROM visit WHERE due_at <= %(since)s)", since=since):
        return True
    return await reader.one(bool, "SELECT EXISTS (SELECT FROM visit WHERE busy_until > now())")


@asynccontextmanager
async def prepared(dsn: str, base: str, logins: Sequence[Login]) -> AsyncIterator[Ground]:
    """Every account linked, its devices found, and a table for the bare loop."""
    settings = Settings(
        database_url=dsn, master_keys={"k1": b"k" * 32}, public_url="http://localhost:1", outbound_allow=_LOOPBACK
    )
    clock = MovedClock()
    async with open_hub(settings, clock=clock) as hub:
        ground = Ground(hub=hub, clock=clock, base=base, logins=logins)
        await _link_all(ground)
        yield ground


async def _link_all(ground: Ground) -> None:
    hub, logins, now = ground.hub, ground.logins, ground.clock()
    async with hub.db.transaction() as tx:
        application = await create_application(tx, "Bench")
        registration_id = await register(
            tx,
            vendor=VENDOR,
            application_id=None,
            registration=simulator(VENDOR).DEMO_REGISTRATION,
            hosts=hosts(ground.base, VENDOR),
            is_sandbox=True,
            vault=hub.vault,
        )
    users, accounts, credentials = ([new_id() for _ in logins] for _ in range(3))
    sealed = [
        seal(_credential(login.ours, now), CredentialId(credential_id), hub.vault)
        for login, credential_id in zip(logins, credentials, strict=True)
    ]
    common = {"application_id": application.application_id, "registration_id": registration_id, "now": now}
    async with hub.db.transaction() as tx:
        await tx.execute("CREATE TABLE bare (number integer PRIMARY KEY, document jsonb)")
        await tx.execute("INSERT INTO bare SELECT generate_series(0, %(last)s)", last=len(logins) - 1)
        await tx.execute(_USERS, users=users, names=[login.username for login in logins], **common)
        await tx.execute(_ACCOUNTS, accounts=accounts, users=users, vendor=VENDOR, **common)
        await tx.execute(_CREDENTIALS, credentials=credentials, accounts=accounts, sealed=sealed, **common)
        await tx.execute(_VISITS, accounts=accounts, vendor=VENDOR, **common)


def _credential(tokens: Tokens, now: datetime) -> Credential:
    return Credential(
        access_token=tokens.access_token, refresh_token=tokens.refresh_token, expires_at=now + timedelta(days=1)
    )


_USERS = """
    INSERT INTO app_user (user_id, application_id, external_id, created_at)
    SELECT user_id, %(application_id)s, name, %(now)s
      FROM unnest(%(users)s::uuid[], %(names)s::text[]) AS new (user_id, name)
"""
_ACCOUNTS = """
    INSERT INTO account (account_id, application_id, user_id, registration_id, vendor, subject, state, kinds, scopes,
                         asked_scopes, created_at)
    SELECT account_id, %(application_id)s, user_id, %(registration_id)s, %(vendor)s, user_id::text, 'good',
           '{charger}', '{charger:read:data}', '{charger:read:data}', %(now)s
      FROM unnest(%(accounts)s::uuid[], %(users)s::uuid[]) AS new (account_id, user_id)
"""
_CREDENTIALS = """
    INSERT INTO credential (credential_id, account_id, sealed, saved_at)
    SELECT credential_id, account_id, sealed, %(now)s
      FROM unnest(%(credentials)s::uuid[], %(accounts)s::uuid[], %(sealed)s::bytea[])
        AS new (credential_id, account_id, sealed)
"""
_VISITS = """
    INSERT INTO visit (account_id, vendor, registration_id, due_at)
    SELECT unnest(%(accounts)s::uuid[]), %(vendor)s, %(registration_id)s, %(now)s
"""


async def measured(dsn: str, base: str, logins: Sequence[Login], rounds: int) -> dict[str, float]:
    """All figures; bare and ours take turns, and the median of the rounds counts."""
    figures: dict[str, float] = {"accounts": len(logins)}
    async with prepared(dsn, base, logins) as ground:
        collect_seldom()  # as every worker does; the bare loop profits too
        await ours(ground, rotating=False)  # finds the devices
        for name, rotating in (("reading", False), ("rotating", True)):
            pairs = []
            for _ in range(rounds):
                pairs.append((await bare(ground, rotating=rotating), await ours(ground, rotating=rotating)))
                print(
                    f"  {name}: bare {pairs[-1][0]:6.0f}/s   ours {pairs[-1][1]:6.0f}/s   "
                    f"ratio {pairs[-1][1] / pairs[-1][0]:.2f}"
                )
            figures[f"{name}_bare_per_second"] = statistics.median(pair[0] for pair in pairs)
            figures[f"{name}_visits_per_second"] = statistics.median(pair[1] for pair in pairs)
            figures[f"{name}_ratio"] = statistics.median(ours / bare for bare, ours in pairs)
    return {**figures, "ratio_limit": LEAST_RATIO}


def main() -> int:
    """Measure, print, and say whether the limits hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    set_up_logs(as_json=False, level="warning")
    now = system_clock()
    logins = [signed_in(number, now) for number in range(arguments.accounts)]
    with (
        running_simulator(arguments.accounts, now) as base,
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder) / "data") as server,
    ):
        migrate(server.dsn)
        figures = uvloop.run(measured(server.dsn, base, logins, arguments.rounds))
    for name, figure in figures.items():
        print(f"{name:32} {figure:10.2f}")
    print(json.dumps(figures))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")
    holds = min(figures["reading_ratio"], figures["rotating_ratio"]) >= LEAST_RATIO
    print("limits hold" if holds else "a limit is missed")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
