"""The embedded PostgreSQL: one server per folder, ended with whoever started it, reaching nobody else's files."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.support.processes import descendants, gone, wait_until
from wattlink.db.embedded import EmbeddedPostgres, EmbeddedPostgresError

_OWNER = """
import signal, sys
from pathlib import Path
from wattlink.db.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.dsn, flush=True)
    sys.stdin.read()
"""
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root may become another user")


@contextmanager
def another_process_with(data: Path, *, path: str | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that runs a server of its own, and the dsn; it ends with its input."""
    environ = {**os.environ, **({"PATH": path} if path else {})}
    command = (sys.executable, "-c", _OWNER, str(data))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as owner:
        assert owner.stdout is not None
        dsn = owner.stdout.readline().strip()
        assert dsn, "the server did not start"
        try:
            yield owner, dsn
        finally:
            if owner.stdin is not None:
                owner.stdin.close()
            owner.wait(60)


def server_of(dsn: str) -> int:
    """The process id of the server behind a dsn."""
    with psycopg.connect(dsn) as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    return int(Path(folder, "postmaster.pid").read_text().splitlines()[0])


def test_what_was_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "data", fsync=False) as server, psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Grünau' AS name")
    with EmbeddedPostgres(tmp_path / "data", fsync=False) as server, psycopg.connect(server.dsn) as connection:
        assert connection.execute("SELECT name FROM kept").fetchall() == [("Grünau",)]


def test_a_start_leaves_nothing_fatal_in_the_log(tmp_path: Path) -> None:
    for _ in range(2):
        with EmbeddedPostgres(tmp_path / "data"):
            wait_until(_nobody_is_connected)  # whoever still is when it stops is thrown out, which is fatal to him
    assert "FATAL" not in (tmp_path / "data" / "postgres.log").read_text()


def _nobody_is_connected() -> bool:
    return not any("[local]" in words for words in descendants(os.getpid()).values())


def test_it_is_durable_unless_told_otherwise_and_listens_on_no_port(tmp_path: Path) -> None:
    settings = "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'listen_addresses')"
    with EmbeddedPostgres(tmp_path / "data") as server, psycopg.connect(server.dsn) as connection:
        assert dict(connection.execute(settings).fetchall()) == {
            "fsync": "on",
            "synchronous_commit": "on",
            "listen_addresses": "",
        }


def test_others_reach_neither_the_data_nor_the_socket_and_no_mode_is_changed(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    with EmbeddedPostgres(tmp_path / "new" / "data", fsync=False) as server:
        sockets = Path(str(conninfo_to_dict(server.dsn)["host"]))
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "new" / "data" / "cluster").stat().st_mode & 0o777 == 0o700
    assert tmp_path.stat().st_mode & 0o777 == 0o750
    assert not sockets.exists()


def test_a_folder_in_use_is_refused_at_once(tmp_path: Path) -> None:
    with another_process_with(tmp_path / "data") as (owner, dsn):
        with pytest.raises(EmbeddedPostgresError, match=f"in use by process {owner.pid}"):
            EmbeddedPostgres(tmp_path / "data").__enter__()
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_server_ends_with_an_owner_that_is_killed_and_the_next_owner_takes_over(tmp_path: Path) -> None:
    with another_process_with(tmp_path / "data") as (owner, dsn):
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        server, sockets = server_of(dsn), Path(str(conninfo_to_dict(dsn)["host"]))
        owner.send_signal(signal.SIGKILL)
        owner.wait(60)
        with EmbeddedPostgres(tmp_path / "data") as again, psycopg.connect(again.dsn) as connection:
            assert gone(server)
            assert connection.execute("SELECT number FROM kept").fetchall() == [(1,)]
    assert not sockets.exists()


def test_a_server_that_died_can_be_started_again_at_the_same_address(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "data") as server:
        os.kill(server_of(server.dsn), signal.SIGKILL)
        wait_until(lambda: not server.running)
        server.start()
        with psycopg.connect(server.dsn) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_folder_whose_making_was_interrupted_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "data" / "cluster.unfinished").mkdir(parents=True)
    (tmp_path / "data" / "cluster.unfinished" / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(tmp_path / "data", fsync=False) as server, psycopg.connect(server.dsn) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("wattlink",)


def test_a_cluster_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "data", fsync=False):
        pass
    (tmp_path / "data" / "cluster" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 16, this is 18"):
        EmbeddedPostgres(tmp_path / "data").__enter__()
    assert (tmp_path / "data" / "cluster" / "PG_VERSION").read_text() == "16\n"


def test_a_wrong_option_says_what_the_server_said(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        EmbeddedPostgres(tmp_path / "data", fsync=False, options={"no_such_setting": "1"}).__enter__()
    with EmbeddedPostgres(tmp_path / "data", fsync=False):
        pass


@pytest.fixture
def forbid() -> Iterator[Callable[..., str]]:
    """Gives a PATH on which these programs fail when they are called with these words."""
    folder = Path(mkdtemp(prefix="wattlink-tests-"))
    folder.chmod(0o755)

    def make(**words: str) -> str:
        for name, word in words.items():
            real = shutil.which(name)
            (folder / name).write_text(f'#!/bin/sh\ncase "$*" in *{word}*) exit 1 ;; esac\nexec {real} "$@"\n')
            (folder / name).chmod(0o755)
        return f"{folder}:{os.environ['PATH']}"

    yield make
    shutil.rmtree(folder)


@as_root
def test_root_without_namespaces_runs_it_as_nobody(open_folder: Path, forbid: Callable[..., str]) -> None:
    with another_process_with(open_folder / "data", path=forbid(unshare="-U")) as (_, dsn):
        assert Path("/proc", str(server_of(dsn))).stat().st_uid == (open_folder / "data").stat().st_uid != 0
    assert open_folder.stat().st_uid == 0
    with another_process_with(open_folder / "data") as (_, dsn):  # its owner stays, also where namespaces are allowed
        assert Path("/proc", str(server_of(dsn))).stat().st_uid != 0


@as_root
def test_nobody_gets_through_folders_that_only_root_may_pass(open_folder: Path, forbid: Callable[..., str]) -> None:
    open_folder.chmod(0o700)
    with another_process_with(open_folder / "data", path=forbid(unshare="-U")) as (owner, dsn):
        server = server_of(dsn)
        assert Path("/proc", str(server)).stat().st_uid != 0
        owner.kill()
        wait_until(lambda: gone(server))
    assert open_folder.stat().st_mode & 0o777 == 0o700


@as_root
def test_root_is_told_when_there_is_no_way(open_folder: Path, forbid: Callable[..., str]) -> None:
    open_folder.chmod(0o700)
    told = subprocess.run(
        (sys.executable, "-c", _OWNER, str(open_folder / "data")),
        env={**os.environ, "PATH": forbid(unshare="-U", setpriv="caps")},
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "or put both where every user may go" in told.stderr
