"""What a page of 50 devices costs: `GET /vehicles?pageSize=50` of the Enode dialect, against bare Litestar.

Measured as `bench.reads` measures one device. The bare app reads the same columns of the same rows and dumps them as
they are; ours maps each to the dialect's shape and makes cursors. Exit status 1: it costs more than 1.4 times as much,
which is what a single read may cost.

    python -m bench.pages [--rounds N] [--seconds S] [--json FILE]
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from bench.reads import measure, servers, store, told
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate

_LIMITS = {"litestar": 1.4}
_PATH = "/vehicles?pageSize=50"


def main() -> None:
    """Measure, tell, and exit with 1 if the limit was missed."""
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
                contenders = [stack.enter_context(server) for server in servers(running.dsn, stored)[:2]]
                rounds = asyncio.run(measure(contenders, stored, lambda: _PATH, options))
    sys.exit(told("a page of 50", rounds, _LIMITS, options.json))


if __name__ == "__main__":
    main()
