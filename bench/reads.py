"""What a read costs: `GET /vehicles/{id}` of the Enode dialect, against the same read by bare Litestar and bare ASGI.

Each server is one process of granian; the load comes from this process, in rounds that take turns. The cost of a
request is the CPU time that its server spends on it; requests per second are shown beside it. Exit status 1: a limit
was missed.

    python -m bench.reads [--rounds N] [--seconds S] [--json FILE]
"""

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

import aiohttp
import msgspec

from bench.serving import Contender, cpu_seconds, serving
from tests.support.users import get_or_create
from wattlink.base.clock import system_clock
from wattlink.base.ids import new_id
from wattlink.base.vault import new_master_key
from wattlink.connectors import devices as normal
from wattlink.db.database import Database, Json, Transaction
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate
from wattlink.domain.access.model import Access
from wattlink.domain.organizations.authenticate import Authenticator
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.model import NewApplication

_VEHICLES = 1000
_IN_FLIGHT = 8
_LIMITS = {"litestar": 1.4, "asgi": 2.2}


class Stored(msgspec.Struct, frozen=True):
    """What the database holds for the measurement."""

    application: NewApplication
    token: str
    vehicles: Sequence[UUID]


class Round(msgspec.Struct, frozen=True):
    """What one contender did in one round; `cost` in microseconds of its CPU time per request."""

    rate: float
    cost: float


class Figure(msgspec.Struct, frozen=True):
    """Our cost over another's: the median of the rounds, and what it may be."""

    against: str
    ratio: float
    limit: float

    @property
    def is_missed(self) -> bool:
        """Whether the promise is broken."""
        return self.ratio > self.limit


def main() -> None:
    """Measure, tell, and exit with 1 if a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=2.0, help="of load per contender and round")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wattlink-bench-") as folder:
        data = Path(folder, "postgres")
        with EmbeddedPostgres(data, fsync=False) as running:
            migrate(running.dsn)
            stored = asyncio.run(store(running.dsn))
            with contextlib.ExitStack() as stack:
                contenders = [stack.enter_context(server) for server in servers(running.dsn, stored)]
                rounds = asyncio.run(
                    measure(contenders, stored, lambda: f"/vehicles/{random.choice(stored.vehicles)}", options)
                )
    sys.exit(told("a read", rounds, _LIMITS, options.json))


async def store(dsn: str) -> Stored:
    """An application, its token, and a thousand vehicles."""
    async with Database(dsn) as db:
        async with db.transaction() as tx:
            application = await create_application(tx, "Bench")
            vehicles = await _add_vehicles(tx, Access(applications=(application.application_id,)))
        issued = await Authenticator(db=db, clock=system_clock).issue(
            str(application.client_id), application.client_secret
        )
    return Stored(application, issued.token, vehicles)


async def _add_vehicles(tx: Transaction, access: Access) -> list[UUID]:
    now, registration_id, account_id = system_clock(), new_id(), new_id()
    user = await get_or_create(tx, access, "ada", now=now)
    vehicles = [new_id() for _ in range(_VEHICLES)]
    shared = {"application_id": access.application_id, "user_id": user.user_id, "account_id": account_id, "now": now}
    await tx.execute(
        "INSERT INTO registration (registration_id, vendor, sealed) VALUES (%(registration_id)s, 'some', '')",
        registration_id=registration_id,
    )
    await tx.execute(
        """
        INSERT INTO account (account_id, application_id, user_id, registration_id, vendor, subject, state, kinds,
                             scopes, asked_scopes, created_at)
        VALUES (%(account_id)s, %(application_id)s, %(user_id)s, %(registration_id)s, 'some', 'ada', 'good',
                '{vehicle}', '{vehicle:read:data}', '{vehicle:read:data}', %(now)s)
        """,
        registration_id=registration_id,
        **shared,
    )
    await tx.execute(
        """
        INSERT INTO device (device_id, application_id, user_id, account_id, vendor, kind, vendor_device_id, scopes,
                            is_published, created_at)
        SELECT device_id, %(application_id)s, %(user_id)s, %(account_id)s, 'some', 'vehicle', device_id,
               '{vehicle:read:data}', true, %(now)s
          FROM unnest(%(vehicles)s::uuid[]) AS device_id
        """,
        vehicles=vehicles,
        **shared,
    )
    await tx.execute(
        """
        INSERT INTO device_state (device_id, document, updated_at)
        SELECT device_id, %(document)s, %(now)s FROM unnest(%(vehicles)s::uuid[]) AS device_id
        """,
        vehicles=vehicles,
        document=Json(_vehicle()),
        now=now,
    )
    return vehicles


def _vehicle() -> normal.Vehicle:
    now = system_clock()
    return normal.Vehicle(
        last_seen=now,
        is_reachable=True,
        information=normal.VehicleInformation(
            vin="5YJ3E1EA7KF000316", brand="Some", model="Long Range", year=2022, display_name="Blue"
        ),
        charge_state=normal.VehicleChargeState(
            battery_level=64,
            range=310.5,
            is_plugged_in=True,
            is_charging=False,
            is_fully_charged=False,
            battery_capacity=75,
            charge_limit=80,
            max_current=16,
            power_delivery=normal.PowerDelivery.STOPPED,
            last_updated=now,
        ),
        location=normal.Position(longitude=10.74, latitude=59.91, last_updated=now),
        odometer=normal.Odometer(distance=12345.6, last_updated=now),
        capabilities=normal.VehicleCapabilities(
            information=normal.CAPABLE,
            charge_state=normal.CAPABLE,
            location=normal.CAPABLE,
            odometer=normal.CAPABLE,
            start_charging=normal.blocked(str(new_id())),
            stop_charging=normal.blocked(str(new_id())),
        ),
    )


def servers(dsn: str, stored: Stored) -> list[contextlib.AbstractContextManager[Contender]]:
    """Ours and the bare ones."""
    environment = {
        **os.environ,
        "WATTLINK_DATABASE_URL": dsn,
        "WATTLINK_MASTER_KEYS": new_master_key(),
        "WATTLINK_LOG_LEVEL": "warning",
        "BENCH_APPLICATION": str(stored.application.application_id),
    }
    return [
        serving("wattlink", "wattlink.server:create_app", "/enode", environment),
        serving("litestar", "bench.bare_reads:litestar_app", "", environment),
        serving("asgi", "bench.bare_reads:asgi_app", "", environment),
    ]


async def measure(
    contenders: Sequence[Contender], stored: Stored, path: Callable[[], str], options: argparse.Namespace
) -> dict[str, list[Round]]:
    """Rounds of every contender, in turns; the first of each warms up and doesn't count."""
    found: dict[str, list[Round]] = {contender.name: [] for contender in contenders}
    async with aiohttp.ClientSession(headers={"authorization": f"Bearer {stored.token}"}) as session:
        for at in range(options.rounds + 1):
            for contender in contenders:
                measured = await _round(session, contender, path, options.seconds)
                if at > 0:
                    found[contender.name].append(measured)
    return found


async def _round(
    session: aiohttp.ClientSession, contender: Contender, path: Callable[[], str], seconds: float
) -> Round:
    busy, began = cpu_seconds(contender.pid), time.perf_counter()

    async def one_after_the_other() -> int:
        done = 0
        while time.perf_counter() - began < seconds:
            async with session.get(contender.address + path()) as answer:
                body = await answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"{contender.name} answered {answer.status}: {body[:200]!r}")
            done += 1
        return done

    done = sum(await asyncio.gather(*(one_after_the_other() for _ in range(_IN_FLIGHT))))
    cost = (cpu_seconds(contender.pid) - busy) / done * 1e6
    return Round(rate=done / (time.perf_counter() - began), cost=cost)


def told(what: str, rounds: dict[str, list[Round]], limits: Mapping[str, float], file: Path | None) -> bool:
    """Print the figures, keep them in a file if one is given, and say whether a limit was missed."""
    figures = _figures(rounds, limits)
    _tell(what, rounds, figures)
    if file:
        file.write_bytes(msgspec.json.format(msgspec.json.encode({"rounds": rounds, "figures": figures})))
    return any(figure.is_missed for figure in figures)


def _figures(rounds: dict[str, list[Round]], limits: Mapping[str, float]) -> list[Figure]:
    ours = rounds["wattlink"]
    return [
        Figure(name, statistics.median(a.cost / b.cost for a, b in zip(ours, rounds[name], strict=True)), limit)
        for name, limit in limits.items()
    ]


def _tell(what: str, rounds: dict[str, list[Round]], figures: Sequence[Figure]) -> None:
    for name, measured in rounds.items():
        rate = statistics.median(each.rate for each in measured)
        cost = statistics.median(each.cost for each in measured)
        print(f"{name:10} {rate:8.0f} requests/s {cost:8.0f} us of CPU per request")
    for figure in figures:
        verdict = "MISSED" if figure.is_missed else "kept"
        print(f"{what} costs {figure.ratio:.2f} times that of {figure.against} (limit {figure.limit}): {verdict}")


if __name__ == "__main__":
    main()
