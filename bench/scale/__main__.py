"""With 1,000, 100,000 and 1,000,000 accounts stored, the same work costs the same.

    python -m bench.scale [--accounts 1000 100000 1000000] [--rounds 6] [--json FILE] [--svg FILE] [--plans FILE]

Each number of accounts has a server, a worker and PostgreSQL (fsync on) of its own, all side by side. They take turns,
and a cost is compared with the one of the same round: the CPU time that the same work takes drifts by a third within
minutes where a machine is shared. All at once, 200 visits/s fall due, and 100 reads/s and 100 events/s to deliver are
made here. What an operation costs is the CPU time of the three processes, waiting included. Then everything is done
once, and the plan of every statement looked at. Exits with 1 when an operation costs any of the processes more than
1.25 times as much as with the fewest accounts, or a plan would read more with every account.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import uvloop

from bench.scale import load, plans
from bench.scale.filling import GROUPS, LOGINS, Filling, Known
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

_WARMING_UP = GROUPS  # every account that is visited is visited once before
_POSTGRES = {
    "shared_buffers": "6GB",  # a quarter of the memory, as one with a million accounts would have
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "maintenance_work_mem": "256MB",
}


class Stage:
    """A server, a worker and PostgreSQL of its own with so many accounts, and what each round of work cost."""

    def __init__(self, accounts: int, ground: Ground, dsn: str, groups: list[list[Known]]) -> None:
        self.accounts = accounts
        self.ground = ground
        self.dsn = dsn
        self.groups = groups
        self.spent: list[Spent] = []
        self._devices = [(known, place_of(known.number)) for group in groups for known in group]
        self._scanned = plans.scans(dsn)

    async def work(self, at: int) -> Spent:
        """What is done in round `at`."""
        return await load.everything(self.ground, self.groups[at % len(self.groups)], self._devices)

    def cost(self, process: str) -> float:
        """CPU microseconds of an operation that a process takes, the median of the rounds."""
        return statistics.median(each.cpu[process] for each in self.spent)

    def ratios(self, least: "Stage") -> dict[str, float]:
        """How much more it costs than with the fewest accounts, round by round: the median, in all and by process."""
        pairs = list(zip(self.spent, least.spent, strict=True))
        ratios = {"together": statistics.median(each.total / other.total for each, other in pairs)}
        for name in pairs[0][0].cpu:
            ratios[name] = statistics.median(each.cpu[name] / other.cpu[name] for each, other in pairs)
        return {name: round(ratio, 2) for name, ratio in ratios.items()}

    def scans(self) -> list[Finding]:
        """Sequential scans since it began, of tables that grow with the accounts."""
        found = {name: n - self._scanned.get(name, 0) for name, n in plans.scans(self.dsn).items()}
        return [Finding(f"{n} sequential scans of {name}", "while it was measured") for name, n in found.items() if n]


@asynccontextmanager
async def staged(accounts: int, folder: Path, base: str, logins: Sequence[Login]) -> AsyncIterator[Stage]:
    """A stage, filled and running until the block ends."""
    data = folder / str(accounts)
    with EmbeddedPostgres(data, options=_POSTGRES) as server:
        migrate(server.dsn)
        async with opened(server.dsn, data, base) as (ground, owners):
            with closing(Filling(server.dsn, owners)) as filling:
                began = time.perf_counter()
                filling.fill(range(LOGINS))
                group = _group(filling, LOGINS, logins)[0]
                await load.visits(ground, group, load.fall_due(ground, group))  # finds the devices
                filling.fill(range(LOGINS, accounts))
                print(f"{accounts} accounts stored ({time.perf_counter() - began:.0f} s)", flush=True)
                groups = _group(filling, accounts, logins)
            yield Stage(accounts, ground, server.dsn, groups)


async def measured(
    folder: Path, base: str, logins: Sequence[Login], options: argparse.Namespace
) -> tuple[list[Stage], list[Finding]]:
    """All stages side by side, their rounds in turns; and the plans with the most accounts."""
    async with AsyncExitStack() as stack:
        stages = [
            await stack.enter_async_context(staged(accounts, folder, base, logins)) for accounts in options.accounts
        ]
        for at in range(_WARMING_UP + options.rounds):
            for stage in stages[:: -1 if at % 2 else 1]:  # none is always the first
                spent = await stage.work(at)
                if at >= _WARMING_UP:
                    stage.spent.append(spent)
        for stage in stages:
            _tell(stage, stages[0])
        last = stages[-1]
        if last.accounts < LEAST_PLANNED:
            return stages, []
        scanned = last.scans()
        with plans.Log(last.dsn, folder / str(last.accounts)) as log:
            await tour(last.ground, last.groups[0])
        return stages, [*scanned, *plans.findings(last.dsn, log.statements)]


def _tell(stage: Stage, least: Stage) -> None:
    told = statistics.median(each.told for each in stage.spent)
    shares = "  ".join(f"{name} {stage.cost(name):4.0f}" for name in stage.spent[0].cpu)
    print(f"{stage.accounts} accounts: us of CPU per operation: {shares}  ({told:.0f} deliveries a round)")
    print(f"  times the cost with {least.accounts}: {stage.ratios(least)}", flush=True)


def _group(filling: Filling, stored: int, logins: Sequence[Login]) -> list[list[Known]]:
    return filling.known(stored, logins, vault=vault(), expires_at=system_clock() + timedelta(days=1))


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
    ):
        stages, found = uvloop.run(measured(Path(folder), base, logins, options))
    return _told(stages, found, options)


def _told(stages: Sequence[Stage], found: Sequence[Finding], options: argparse.Namespace) -> int:
    figures = {
        name: {stage.accounts: round(stage.cost(name), 1) for stage in stages} for name in stages[0].spent[0].cpu
    }
    worst = max(max(stage.ratios(stages[0]).values()) for stage in stages)
    for finding in found:
        print(f"{finding.what}: {' '.join(finding.statement.split())[:160]}")
    print(f"at most {worst:.2f} times the cost (limit {MOST_RATIO})")
    print(json.dumps(figures))
    for path, content in (
        (options.json, json.dumps(figures, indent=2) + "\n"),
        (options.svg, drawn(figures)),
        (options.plans, json.dumps([each.__dict__ for each in found], indent=2) + "\n"),
    ):
        if path:
            path.write_text(content)
    holds = worst <= MOST_RATIO and not found
    print("limits hold" if holds else "a limit is missed")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
