"""One PostgreSQL per run, a migrated template in it, and a database that every test finds empty; and what stories of
all kinds are told with: a clock that stands still, simulated vendors, the door to the outside, a receiver.

Where pytest-xdist runs several workers, each is a run of its own in this sense.
"""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import gettempdir, mkdtemp

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.support.chromium import chromium_path
from tests.support.clock import StillClock
from tests.support.loopback import LOOPBACK
from tests.support.receiver import Receiver
from tests.support.sandbox import RunningSandbox, running_sandbox
from wattlink.base.ids import new_id
from wattlink.base.outbound import Outbound
from wattlink.db.database import Database
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate

_NO_CHROMIUM = "no Chromium here"
_BROWSER_TESTS_MISSING = 3  # the exit code when all that did run went well
_KEPT = ("migration", "epoch")  # what migrations put there


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no worker begins them when the others are about to finish.

    Without a Chromium the browser tests don't run; that is told at the end, and never counts as success.
    """
    slow = {test.path for test in items if test.get_closest_marker("slow") is not None}
    items.sort(key=lambda test: test.path not in slow)
    if chromium_path() is None:
        for test in items:
            if test.get_closest_marker("browser") is not None:
                test.add_marker(pytest.mark.skip(reason=_NO_CHROMIUM))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK and _skipped_for_chromium(session.config):
        session.exitstatus = _BROWSER_TESTS_MISSING


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if number := _skipped_for_chromium(terminalreporter.config):
        terminalreporter.write_line(f"{number} browser tests did not run: there is no Chromium.", yellow=True)


def _skipped_for_chromium(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    return sum(_NO_CHROMIUM in str(report.longrepr) for report in skipped)


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedPostgres]:
    """The run's PostgreSQL; its database `wattlink` is the migrated template, in which nobody stays connected."""
    data = Path(
        gettempdir(), f"wattlink-tests-{new_id()}"
    )  # a folder that PostgreSQL's user could reach, whoever that is
    try:
        with EmbeddedPostgres(data, fsync=False) as running:
            migrate(running.dsn)
            yield running
    finally:
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def new_database(cluster: EmbeddedPostgres) -> Callable[[], str]:
    """Makes a database of its own for a test that can't share, migrated and empty; gives its dsn."""
    numbers = count(1)
    return lambda: _create_database(cluster, f"test_{next(numbers)}", template="wattlink")


@pytest.fixture(scope="session")
def new_empty_database(cluster: EmbeddedPostgres) -> Callable[[], str]:
    """Makes a database in which nothing is, not even our schema; gives its dsn."""
    numbers = count(1)
    return lambda: _create_database(cluster, f"empty_{next(numbers)}", template="template0")


def _create_database(cluster: EmbeddedPostgres, name: str, *, template: str) -> str:
    with psycopg.connect(make_conninfo(cluster.dsn, dbname="postgres"), autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    return make_conninfo(cluster.dsn, dbname=name)


@pytest.fixture(scope="session")
def shared_dsn(new_database: Callable[[], str]) -> str:
    """The database that tests share one after the other."""
    return new_database()


@pytest.fixture(scope="session")
async def shared_db(shared_dsn: str) -> AsyncIterator[Database]:
    """The connections to it that tests share."""
    async with Database(shared_dsn) as database:
        yield database


@pytest.fixture
def dsn(shared_dsn: str) -> str:
    """A migrated database without a row of anybody's."""
    with psycopg.connect(shared_dsn, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)",
            (list(_KEPT),),
        ).fetchall()
        names = sql.SQL(", ").join(sql.Identifier(name) for (name,) in tables)
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(names))
    return shared_dsn


@pytest.fixture
def db(dsn: str, shared_db: Database) -> Database:
    """Connections to the empty database."""
    return shared_db


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder that other users of this machine may enter."""
    folder = Path(mkdtemp(prefix="wattlink-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def sandbox(clock: StillClock) -> AsyncIterator[RunningSandbox]:
    """The simulated vendors, served."""
    async with running_sandbox(clock=clock) as running:
        yield running


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    """The door, open to this machine."""
    async with Outbound(allowed=LOOPBACK) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """An app's server, which takes webhooks."""
    async with Receiver() as running:
        yield running
