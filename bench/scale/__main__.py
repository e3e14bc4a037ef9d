"""With 1,000, 100,000 and 1,000,000 accounts stored, the same work costs the same.

    python -m bench.scale [--accounts 1000 100000 1000000] [--rounds 4] [--json FILE] [--svg FILE] [--plans FILE]

A server, a worker, PostgreSQL (fsync on), a simulated vendor and a receiver are processes of their own; this one makes
the work, one kind after the other: 200 visits/s fall due, 100 reads/s, 100 events/s to deliver. What an operation costs
is the CPU time of the server, the worker and PostgreSQL together, waiting included. Then everything is done once, and
the plan of every statement looked at. Exits with 1 when something costs more than 1.25 times as much as with the fewest
accounts, or a plan would read more with every account.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvloop

from bench.scale import load, plans
from bench.scale.filling import LOGINS, Filling, Known
from bench.scale.ground import APPLICATIONS, opened, vault
from bench.scale.load import Ground, Spent
from bench.scale.plans import Finding
from bench.scale.plot import drawn
from bench.scale.tour import tour
from bench.simulated import Login, running_simulator, signed_in
from wattlink.base.clock import system_clock
from wattlink.base.log import set_up_logs
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate

ACCOUNTS = (1_000, 100_000, 1_000_000)
MOST_RATIO = 1.25
LEAST_PLANNED = 50_000
"""Accounts from which on plans are looked at: few rows are best read one after the other."""

_SECONDS = 5
_POSTGRES = {
    "shared_buffers": "6GB",  # a quarter of the memory, as one with a million accounts would have
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "maintenance_work_mem": "256MB",
}


@dataclass(frozen=True)
class Stage:
    """What the work cost with so many accounts: of each kind the rounds."""

    accounts: int
    spent: dict[str, list[Spent]]
    scanned: dict[str, int]

    def cost(self, kind: str) -> float:
        """CPU microseconds of an operation, the median of the rounds."""
        return statistics.median(each.total for each in self.spent[kind])


async def measured(
    dsn: str, data: Path, base: str, logins: Sequence[Login], options: argparse.Namespace
) -> tuple[list[Stage], list[Finding]]:
    """Stage by stage, on the same processes; and the plans with the most accounts."""
    async with opened(dsn, data, base) as (ground, owners):
        with closing(Filling(dsn, owners)) as filling:
            filling.fill(range(LOGINS))
            await load.visits(ground, _group(filling, LOGINS, logins)[0])  # finds the devices
            stages, stored = [], LOGINS
            for accounts in options.accounts:
                began = time.perf_counter()
                filling.fill(range(stored, accounts))
                stored = accounts
                print(f"{accounts} accounts stored ({time.perf_counter() - began:.0f} s)", flush=True)
                stages.append(await _stage(ground, dsn, accounts, _group(filling, accounts, logins), options.rounds))
            with plans.Log(dsn, data) as log:
                await tour(ground, _group(filling, stored, logins)[0])
            return stages, plans.findings(dsn, log.statements) if stored >= LEAST_PLANNED else []


def _group(filling: Filling, stored: int, logins: Sequence[Login]) -> list[list[Known]]:
    return filling.known(stored, logins, vault=vault(), expires_at=system_clock() + timedelta(days=1))


async def _stage(ground: Ground, dsn: str, accounts: int, groups: list[list[Known]], rounds: int) -> Stage:
    devices = [(known, place_of(known.number)) for group in groups for known in group]
    spent: dict[str, list[Spent]] = {"visits": [], "reads": [], "deliveries": []}
    scanned = plans.scans(dsn)
    for at in range(rounds + 1):
        found = {
            "visits": await load.visits(ground, groups[at % len(groups)]),
            "reads": await load.reads(ground, devices, load.READS_PER_SECOND * _SECONDS),
            "deliveries": await load.deliveries(ground, load.DELIVERIES_PER_SECOND * _SECONDS),
        }
        if at > 0:  # the first warms up
            for kind, each in found.items():
                spent[kind].append(each)
    after = plans.scans(dsn)
    stage = Stage(accounts, spent, {name: after[name] - scanned.get(name, 0) for name in after})
    for kind, each_round in spent.items():
        shares = "  ".join(
            f"{name} {statistics.median(each.cpu[name] for each in each_round):5.0f}" for name in each_round[0].cpu
        )
        print(f"  {kind:10} {stage.cost(kind):6.0f} us of CPU   ({shares})", flush=True)
    return stage


def place_of(number: int) -> int:
    """The application of the account of this number, as `filling` spreads them."""
    return number % 2 * (number % APPLICATIONS)


def main() -> int:
    """Measure, tell, and say whether the limits hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, nargs="+", default=list(ACCOUNTS), help="thousands, the fewest first")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--svg", type=Path, help="also draw them here")
    parser.add_argument("--plans", type=Path, help="also write every finding with its statement here")
    options = parser.parse_args()
    set_up_logs(as_json=False, level="warning")
    now = system_clock()
    logins = [signed_in(number, now) for number in range(LOGINS)]
    with (
        running_simulator(LOGINS, now) as base,
        tempfile.TemporaryDirectory(prefix="wattlink-bench-") as folder,
        EmbeddedPostgres(Path(folder, "data"), options=_POSTGRES) as server,
    ):
        migrate(server.dsn)
        stages, found = uvloop.run(measured(server.dsn, Path(folder, "data"), base, logins, options))
    return _told(stages, found, options)


def _told(stages: Sequence[Stage], found: Sequence[Finding], options: argparse.Namespace) -> int:
    figures = {
        kind: {stage.accounts: round(stage.cost(kind), 1) for stage in stages}
        for kind in ("visits", "reads", "deliveries")
    }
    worst = max(max(costs.values()) / costs[stages[0].accounts] for costs in figures.values())
    scanned = {name: n for stage in stages if stage.accounts >= LEAST_PLANNED for name, n in stage.scanned.items() if n}
    for finding in found:
        print(f"{finding.what}: {' '.join(finding.statement.split())[:160]}")
    if scanned:
        print(f"sequential scans while it was measured: {scanned}")
    print(f"at most {worst:.2f} times the cost (limit {MOST_RATIO})")
    print(json.dumps(figures))
    for path, content in (
        (options.json, json.dumps(figures, indent=2) + "\n"),
        (options.svg, drawn(figures)),
        (options.plans, json.dumps([each.__dict__ for each in found], indent=2) + "\n"),
    ):
        if path:
            path.write_text(content)
    holds = worst <= MOST_RATIO and not found and not scanned
    print("limits hold" if holds else "a limit is missed")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
