"""Real processes: starting `wattlink`, waiting for what it does, seeing that it is gone."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from secrets import randbelow

from click.testing import CliRunner

from wattlink.cli.root import wattlink as program

_PATIENCE_SECONDS = 60.0


def wait_until(is_so: Callable[[], bool], *, seconds: float = _PATIENCE_SECONDS) -> None:
    """Wait for something that happens soon; fails if it doesn't."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether this process has ended; one that waits to be collected has."""
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def descendants(pid: int) -> dict[int, str]:
    """Every process that this one started, directly or not, with its command line."""
    found: dict[int, str] = {}
    wanted = [pid]
    while wanted:
        of = wanted.pop()
        children: set[int] = set()
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            listings = [listing.read_text() for listing in Path("/proc", str(of), "task").glob("*/children")]
            children = {int(word) for listing in listings for word in listing.split()} - found.keys()
        for child in children:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found[child] = Path("/proc", str(child), "cmdline").read_text().replace("\0", " ").strip()
                wanted.append(child)
    return found


def plain_environment(**settings: str) -> dict[str, str]:
    """This process's environment without settings of ours, and with these."""
    return {**{name: text for name, text in os.environ.items() if not name.startswith("WATTLINK_")}, **settings}


def wattlink(*words: str, environ: Mapping[str, str], typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = (sys.executable, "-m", "wattlink", *words)
    return subprocess.run(command, env=environ, input=typed, capture_output=True, text=True, check=False, timeout=120)


def wattlink_here(*words: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What `wattlink` tells, run in this process: the program's start, most of its time, is another test's story."""
    elsewhere = dict.fromkeys(os.environ.keys() - environ.keys())
    told = CliRunner(env={**elsewhere, **environ}).invoke(program, words, prog_name="wattlink")
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return subprocess.CompletedProcess(words, told.exit_code, told.stdout, told.stderr)


def free_ports(number: int) -> int:
    """The first of so many free ports in a row: of a range of this test worker's own, and none that it got before.

    The range is below those from which the system takes the ports of outgoing connections.
    """
    assert number <= _PORTS_IN_A_ROW
    while True:
        first = _FIRST_PORT + _PORTS * _worker() + next(_steps) * _PORTS_IN_A_ROW % _PORTS
        if all(_is_free(port) for port in range(first, first + number)):
            return first


_FIRST_PORT, _PORTS, _PORTS_IN_A_ROW = 10_000, 1_200, 8
_KEPT_FROM_BROWSERS = {10_080}  # they open no page there, since another service is known to be
_steps = count(randbelow(_PORTS // _PORTS_IN_A_ROW))  # other runs on this machine start elsewhere


def _worker() -> int:
    """Which of pytest-xdist's workers this is; 0 as well where there are none."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 16


def _is_free(port: int) -> bool:
    if port in _KEPT_FROM_BROWSERS:
        return False
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
